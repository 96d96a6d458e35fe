"""Two environments side by side: for people, for machines and for a page. Secrets are masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from drawing.names import friendly
from infra.config_beside import Beside
from rehearsal.graph import Graph, Node
from reports.markdown_text import code, prose
from reports.masking import masked_value
from reports.safe_text import cut, safe
from reports.values import words

MARKS: Final = {"mistake": "looks like a mistake", "other": "", "expected": "expected"}


@dataclass(frozen=True, kw_only=True)
class Plans:
    """The resources that one side has alone, in the order of the sides, and the whole plan of the last."""

    only: tuple[tuple[Node, ...], tuple[Node, ...]]
    last: Graph


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """What differs between the two environments named, and what their plans say where they were made."""

    names: tuple[str, str]
    found: tuple[Beside, ...]
    plans: Plans | None

    @property
    def mistakes(self) -> list[Beside]:
        """What looks like one."""
        return [one for one in self.shown if one.kind == "mistake"]

    @property
    def shown(self) -> tuple[Beside, ...]:
        """What differs, as it may be seen."""
        return tuple(
            replace(
                one,
                values=(masked_value(one.values[0]), masked_value(one.values[1])),
                reason=str(masked_value(one.reason)),
            )
            for one in self.found
        )


def as_json(found: SideBySide) -> dict[str, Any]:
    """The comparison for machines: values in the order of `environments`."""
    told: dict[str, Any] = {
        "schema": 1,
        "environments": list(found.names),
        "differences": [
            {
                "path": safe(one.path),
                "values": list(one.values),
                "defaulted": list(one.defaulted),
                "kind": one.kind,
                "reason": one.reason,
            }
            for one in found.shown
        ],
    }
    if found.plans is not None:
        told["only"] = {
            name: [{"type": node.type, "name": safe(node.name)} for node in nodes]
            for name, nodes in zip(found.names, found.plans.only, strict=True)
        }
    return told


def show(found: SideBySide, console: Console) -> None:
    """Prints the comparison for people: mistakes first, then every key that differs, by section."""
    for one in found.mistakes:
        console.print("[red]looks like a mistake[/] ", end="")
        console.print(f"{safe(one.path)}: {safe(one.reason)}", markup=False)
    table = Table("key", *found.names, "", box=None, pad_edge=False)
    for section, members in groupby(found.shown, key=lambda one: one.section):
        table.add_row(f"[bold]{section}[/]", "", "", "")
        for one in members:
            told = f"[red]{escape(safe(one.reason))}[/]" if one.kind == "mistake" else f"[dim]{escape(told_of(one))}[/]"
            cells = (escape(value) for value in values(one, found.names))
            table.add_row(f"  {escape(safe(one.path))}", *cells, told)
    console.print(table)
    for line in only(found):
        console.print(line, markup=False)
    console.print(summary(found), markup=False)


def markdown(found: SideBySide) -> str:
    """The comparison for a page: mistakes first."""
    lines = [f"## {' beside '.join(found.names)}", "", summary(found), ""]
    lines += [f"- **looks like a mistake** {code(one.path)}: {prose(one.reason)}" for one in found.mistakes]
    lines += ["", f"| key | {' | '.join(found.names)} | |", "|---|---|---|---|"]
    for one in found.shown:
        cells = [code(value, table=True) for value in values(one, found.names)]
        lines.append(f"| {code(one.path, table=True)} | {' | '.join(cells)} | {prose(told_of(one))} |")
    lines += ["", *(f"- {prose(line)}" for line in only(found))]
    return "\n".join(lines).strip() + "\n"


def summary(found: SideBySide) -> str:
    """How many keys differ, and how many of them look like a mistake."""
    counts = {kind: sum(1 for one in found.found if one.kind == kind) for kind in MARKS}
    return (
        f"{len(found.found)} keys differ: {counts['mistake']} look like a mistake, {counts['expected']} are expected,"
        f" {counts['other']} are neither"
    )


def told_of(one: Beside) -> str:
    """What is said of a key."""
    return safe(": ".join(part for part in (MARKS[one.kind], one.reason) if part))


def values(one: Beside, names: Sequence[str]) -> Iterator[str]:
    """Both values, short, and whether the YAML does not set them."""
    for value, name in zip(one.values, names, strict=True):
        told = safe(json.dumps(value)) if value is None else words(value)
        yield f"{cut(told, 60)} (default)" if name in one.defaulted else cut(told, 60)


def only(found: SideBySide) -> Iterator[str]:
    """The resources that one side has alone, line by line."""
    for name, nodes in zip(found.names, found.plans.only if found.plans else (), strict=False):
        yield f"only in {name}: {len(nodes)} resources"
        for node in nodes:
            yield f"  {friendly(node.type)} {safe(node.name)}"
