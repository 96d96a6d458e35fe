"""The command `diceytech live`: starts everything, says where it is and what it stands on, and waits for its end."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path

from infra.config_source import load_sections
from infra.errors import PlatformError
from scripts.free_port import checked
from scripts.live.live import Live, running
from scripts.terminal import err, out, print_json

EMAIL = "demo@example.com"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(root: Path, environment: str, *, port: int, build: Path | None, json: bool) -> None:
    """Serves until Ctrl-C, SIGTERM or the terminal's end; raises PlatformError where it does not start."""
    directory = build or _built(root)
    checked(port)
    for number in ENDS:
        signal.signal(number, _end)
    with ExitStack() as stack:
        with err.status("") as status:
            live = stack.enter_context(
                running(
                    root,
                    environment,
                    port=port,
                    build=directory,
                    say=lambda step: status.update(f"starting {environment}: {step}"),
                )
            )
        gc.freeze()
        gc.enable()  # a command is over in seconds, this one is not
        with suppress(KeyboardInterrupt):
            print_json(as_json(live)) if json else _show(live, environment)
            sys.stdout.flush()
            signal.pause()
        if not json:
            out.print("ending")


def as_json(live: Live) -> dict[str, object]:
    """For machines; passwords are those of this run's own data."""
    return {
        "url": live.url,
        "login": {"email": EMAIL, "password": live.password},
        "gate": {"username": live.gate[0], "password": live.gate[1]} if live.gate else None,
        "release": live.release.version,
        "environment": live.aws.variables,
        "outputs": asdict(live.aws.outputs),
        "logs": str(live.logs),
        "stood_in": list(live.stood_in),
    }


def _show(live: Live, environment: str) -> None:
    variables = " ".join(f"{name}={value}" for name, value in live.aws.variables.items())
    gate = [("gate", f"{live.gate[0]}  {live.gate[1]}")] if live.gate else []
    for name, value in (
        ("site", f"{live.url}/"),
        *gate,
        ("log in", f"{EMAIL}  {live.password}"),
        ("API", f"{live.url}/api/docs/"),
        ("release", live.release.artifact),
        ("logs", str(live.logs)),
        ("its AWS", variables),
    ):
        out.print(f"{name:<8} {value}", markup=False)
    out.print("\nWhat stands in for AWS:")
    for line in live.stood_in:
        out.print(f"- {line}", markup=False)
    out.print("\nWith those variables before it, any AWS tool speaks to it, and so does this:")
    out.print(f"  diceytech deploy website --env {environment} --dir build", markup=False)
    out.print("Ctrl-C ends it all, and nothing stays.")


def _built(root: Path) -> Path:
    """What `diceytech package website` wrote last; raises PlatformError where it wrote nothing."""
    website = load_sections(root, "dev")["product"].website  # type: ignore[attr-defined] # a Section
    build: Path = root / website.path / website.build_output
    if not (build / "index.html").is_file():
        raise PlatformError(f"{build}: the website is not built; run `make live`, or name a build with --dir")
    return build


def _end(_signal: int, _frame: object) -> None:
    """Once: the processes are then ended in order, which a second Ctrl-C must not cut short."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
