"""`diceytech rehearse`: one environment comes up in an emulated AWS, with live progress and a report."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.live import Live
from rich.table import Table

from infra.config_across import environment as read_environment
from rehearsal.in_process import Event
from rehearsal.platform import Rehearsal, outputs_table, rehearsed_config
from rehearsal.report import LIMITS, emulation
from scripts.terminal import err, out


@dataclass
class Component:
    """What is known so far of one component: how many resources, which came last, and the seconds it took."""

    resources: int = 0
    seconds: float = 0.0
    last: str = ""
    id: str = ""


@dataclass
class Progress:
    """Live progress: a line per component on a terminal, a line per resource elsewhere."""

    interactive: bool
    components: dict[str, Component] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    live: Live | None = None

    def __call__(self, event: Event) -> None:
        """Takes note of one resource that is there now."""
        node = event.node
        owner = self.owners.get(node.parent or "", node.name if not node.custom else "platform")
        self.owners[node.urn] = owner
        if not node.custom:
            return
        component = self.components.setdefault(owner, Component())
        component.resources += 1
        component.seconds += event.seconds
        component.last, component.id = node.name, node.id or ""
        if self.live is not None:
            self.live.update(self.table())
        else:
            err.print(f"  {owner:<14} {node.name:<40} {node.id or '':<50.50} {event.seconds:5.2f} s", markup=False)

    def table(self) -> Table:
        """The components so far."""
        table = Table("component", "resources", "latest", "id", "seconds", box=None, pad_edge=False)
        for name, component in self.components.items():
            row = (str(component.resources), component.last, component.id[:40], f"{component.seconds:.2f}")
            table.add_row(name, *row)
        return table


def rehearse(root: Path, environment: str, *, json: bool) -> None:
    """Brings the environment up and prints the report; raises PlatformError with one clear message."""
    start = time.perf_counter()
    progress = Progress(interactive=err.is_terminal and not json)
    config = read_environment(root, environment)
    with (
        _showing(progress, environment, json=json) as on_event,
        rehearsed_config(config, environment, on_event=on_event) as found,
    ):
        pass
    seconds = time.perf_counter() - start
    if json:
        from scripts.terminal import print_json

        print_json(report(found, seconds))
    else:
        _print(found, seconds)


def report(found: Rehearsal, seconds: float) -> dict[str, Any]:
    """The report for machines."""
    told = emulation(node.type for node in found.run.graph)
    return {
        "environment": found.environment,
        "resources": [
            {"urn": node.urn, "type": node.type, "name": node.name, "id": node.id}
            for node in found.run.graph
            if node.id is not None
        ],
        "outputs": outputs_table(found.outputs),
        "emulated": {"full": told.full, "partial": told.partial, "none": told.none, "lacking": told.lacking},
        "seeded": list(found.seeded),
        "limits": list(LIMITS),
        "seconds": round(seconds, 2),
    }


@contextmanager
def _showing(progress: Progress, environment: str, *, json: bool) -> Iterator[Callable[[Event], None]]:
    if json:
        yield lambda _event: None
        return
    err.print(f"[bold]{environment}[/] comes up in an emulated AWS; nothing leaves this machine")
    if not progress.interactive:
        yield progress
        return
    with Live(progress.table(), console=err, refresh_per_second=12) as live:
        progress.live = live
        yield progress


def _print(found: Rehearsal, seconds: float) -> None:
    show_outputs(found.environment, outputs_table(found.outputs))
    show_emulation([node.type for node in found.run.graph], found.seeded)
    protected = sum(node.protect for node in found.run.graph)
    resources = sum(node.id is not None for node in found.run.graph)
    out.print(f"\n[green]{found.environment} is up[/]: {resources} resources, {protected} protected, {seconds:.1f} s")
    show_next(next_commands(found.environment))


def show_outputs(environment: str, values: Mapping[str, Any]) -> None:
    """The table of outputs."""
    outputs = Table("output", "value", title=f"Outputs of {environment}", title_justify="left")
    for name, value in values.items():
        outputs.add_row(name, str(value))
    out.print(outputs)


def show_emulation(types: list[str], seeded: Sequence[str]) -> None:
    """What was emulated, and what no emulator shows."""
    told = emulation(types)
    out.print(
        f"\n[bold]Emulated[/] by moto: {told.full} resources whole, {told.partial} in part, {told.none} not at all"
    )
    lacking = Table("type", "kept by the stand-in only", box=None, pad_edge=False)
    for token, what in told.lacking.items():
        lacking.add_row(_short(token), ", ".join(what))
    out.print(lacking)
    for line in seeded:
        out.print(f"Seeded: {line}", markup=False)
    out.print("\n[bold]Not shown by any emulator[/]")
    for line in LIMITS:
        out.print(f"- {line}", markup=False)


def show_next(commands: list[tuple[str, str]]) -> None:
    """What to type next."""
    out.print("\nNext:")
    for command, what in commands:
        out.print(f"  [bold]{command}[/]  {what}")


def _short(token: str) -> str:
    """`ec2 Vpc` of `aws:ec2/vpc:Vpc`."""
    _, module, name = token.split(":")
    return f"{module.split('/')[0]} {name}"


def command_name() -> str:
    """The toolkit's own command, as it can be typed here."""
    return "diceytech" if shutil.which("diceytech") else str(Path(sys.prefix).name) + "/bin/diceytech"


def next_commands(environment: str) -> list[tuple[str, str]]:
    """The next three things to try, as they can be typed here."""
    command = command_name()
    return [
        (f"{command} graph --env {environment} --svg platform.svg", "draw what came up"),
        (f"{command} render django.env --env {environment}", "see what Django will be given"),
        (f"{command} controls --env {environment}", "hold it against AWS's security best practices"),
    ]
