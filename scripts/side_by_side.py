"""`diceytech diff dev prod`: two environments of the working tree side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from infra.config_across import environment
from infra.config_beside import Beside, Side, beside
from infra.config_source import read_raw
from infra.errors import PlatformError
from rehearsal.graph import Graph, Node

_MARKS = {"mistake": "looks like a mistake", "other": "", "expected": "expected"}


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """What differs between the two environments named, and with their graphs, the resources that one of them lacks."""

    names: tuple[str, str]
    found: tuple[Beside, ...]
    only: tuple[tuple[Node, ...], tuple[Node, ...]] | None

    @property
    def mistakes(self) -> list[Beside]:
        """What looks like one."""
        return [one for one in self.found if one.kind == "mistake"]


def side_by_side(root: Path, one: str, two: str, *, graph: bool) -> SideBySide:
    """Both environments from their YAML under `root`; raises PlatformError."""
    if one == two:
        raise PlatformError(f"{one} beside itself; name two environments, or pass --base REF to see what changed")
    sides = [Side(name=name, config=environment(root, name), raw=read_raw(root, name)) for name in (one, two)]
    only = None
    if graph:
        from rehearsal.platform import planned_config

        graphs = [planned_config(side.config, side.name) for side in sides]
        only = _lacking(graphs[0], graphs[1], one, two), _lacking(graphs[1], graphs[0], two, one)
    return SideBySide(names=(one, two), found=beside(*sides), only=only)


def _lacking(graph: Graph, other: Graph, name: str, other_name: str) -> tuple[Node, ...]:
    """The resources of the first that the second has under no name that is the same but for the environment."""
    there = {_place(node, other_name) for node in other}
    return tuple(node for node in graph if node.custom and _place(node, name) not in there)


def _place(node: Node, environment: str) -> tuple[str, str]:
    return node.type, re.sub(rf"(?<![a-z0-9]){re.escape(environment)}(?![a-z0-9])", "*", node.name)


def as_json(found: SideBySide) -> dict[str, Any]:
    """The comparison for machines: values in the order of `environments`."""
    told: dict[str, Any] = {
        "schema": 1,
        "environments": list(found.names),
        "differences": [
            {
                "path": one.path,
                "values": list(one.values),
                "defaulted": list(one.defaulted),
                "kind": one.kind,
                "reason": one.reason,
            }
            for one in found.found
        ],
    }
    if found.only is not None:
        told["only"] = {
            name: [{"type": node.type, "name": node.name} for node in nodes]
            for name, nodes in zip(found.names, found.only, strict=True)
        }
    return told


def show(found: SideBySide) -> None:
    """Prints the comparison for people: mistakes first, then every key that differs, by section."""
    from rich.table import Table

    from scripts.terminal import out, plain

    for one in found.mistakes:
        out.print("[red]looks like a mistake[/] ", end="")
        out.print(f"{one.path}: {one.reason}", markup=False)
    table = Table("key", *found.names, "", box=None, pad_edge=False)
    for section, members in groupby(found.found, key=lambda one: one.section):
        table.add_row(f"[bold]{section}[/]", "", "", "")
        for one in members:
            told = f"[red]{plain(one.reason)}[/]" if one.kind == "mistake" else f"[dim]{plain(_told(one))}[/]"
            table.add_row(f"  {plain(one.path)}", *(plain(value) for value in _values(one, found.names)), told)
    out.print(table)
    for line in _only(found):
        out.print(line, markup=False)
    out.print(_summary(found), markup=False)


def markdown(found: SideBySide) -> str:
    """The comparison for a page: mistakes first."""
    from reports.markdown_text import code, prose

    lines = [f"## {' beside '.join(found.names)}", "", _summary(found), ""]
    lines += [f"- **looks like a mistake** {code(one.path)}: {prose(one.reason)}" for one in found.mistakes]
    lines += ["", f"| key | {' | '.join(found.names)} | |", "|---|---|---|---|"]
    for one in found.found:
        cells = [code(value, table=True) for value in _values(one, found.names)]
        lines.append(f"| {code(one.path)} | {' | '.join(cells)} | {prose(_told(one))} |")
    lines += ["", *(f"- {prose(line)}" for line in _only(found))]
    return "\n".join(lines).strip() + "\n"


def _summary(found: SideBySide) -> str:
    counts = {kind: sum(1 for one in found.found if one.kind == kind) for kind in _MARKS}
    return (
        f"{len(found.found)} keys differ: {counts['mistake']} look like a mistake, {counts['expected']} are expected,"
        f" {counts['other']} are neither"
    )


def _told(one: Beside) -> str:
    return ": ".join(part for part in (_MARKS[one.kind], one.reason) if part)


def _values(one: Beside, names: Sequence[str]) -> Iterator[str]:
    for value, name in zip(one.values, names, strict=True):
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        cut = told if len(told) <= 60 else told[:57] + "..."
        yield f"{cut} (default)" if name in one.defaulted else cut


def _only(found: SideBySide) -> Iterator[str]:
    for name, nodes in zip(found.names, found.only or ((), ()), strict=True):
        if found.only is not None:
            yield f"only in {name}: {len(nodes)} resources"
        for node in nodes:
            yield f"  {node.type.rpartition(':')[2]} {node.name}"
