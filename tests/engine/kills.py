"""kill -9 of everything around the create of each resource type, and what `diceytech recover` makes of it.

`python -m tests.engine.kills` does all of them and writes docs/faults.md (`make faults`); the tests do a sample. The
stack is the smallest one that holds the type: the resource, what it depends on, and nothing else.
"""

from __future__ import annotations

import json
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.graph import Graph
from rehearsal.platform import planned
from tests.engine.rehearsed import Rehearsed, repository
from tests.scripts.commands import ROOT

MOMENTS = ("before", "after")


@dataclass(frozen=True, kw_only=True)
class Killed:
    """One kill: what was recovered, and what was left that the state does not know."""

    type: str
    moment: str
    outcome: str
    orphans: tuple[str, ...]
    seconds: float
    preview_after: int

    @property
    def good(self) -> bool:
        return not self.orphans and self.preview_after == 0 and self.outcome in ("imported", "removed", "cleared")


def first_of_each_type(graph: Graph) -> dict[str, str]:
    """Each AWS type of the graph to the URN of its resource with the fewest dependencies."""
    found: dict[str, str] = {}
    for node in graph:
        if node.custom and node.type.startswith("aws:"):
            best = found.get(node.type)
            if best is None or len(closure(graph, node.urn)) < len(closure(graph, best)):
                found[node.type] = node.urn
    return found


def closure(graph: Graph, urn: str) -> list[str]:
    """The resource and all that must be there first: its parents, and what it depends on."""
    found: dict[str, None] = {}
    waiting = [urn, *(node.urn for node in graph if node.type.startswith("pulumi:providers:"))]
    while waiting:
        one = waiting.pop()
        if one in found or not one:
            continue
        found[one] = None
        try:
            node = graph.by_urn(one)
        except LookupError:
            continue  # the stack itself
        waiting += [*node.dependencies, node.parent or ""]
        waiting += [dependency for urns in node.property_dependencies.values() for dependency in urns]
    return sorted(found)


def kill_each(rehearsed: Rehearsed, environment: str, graph: Graph, urns: dict[str, str]) -> Iterator[Killed]:
    """For each type: killed before its create and recovered, then killed after it and recovered."""
    before = rehearsed.inventory()
    for kind, urn in urns.items():
        targets = [word for one in closure(graph, urn) for word in ("--target", one)]
        for moment in MOMENTS:
            start = time.monotonic()
            yield kill(rehearsed, environment, urn, targets, before, moment=moment, kind=kind, start=start)


def kill(
    rehearsed: Rehearsed,
    environment: str,
    urn: str,
    targets: list[str],
    before: dict[str, set[str]],
    *,
    moment: str,
    kind: str,
    start: float,
) -> Killed:
    """One kill, its recovery, and the next `up`."""
    with tempfile.TemporaryDirectory() as directory:
        stand_in = Path(directory) / "pulumi-resource-aws"
        stand_in.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.engine.killing_plugin "$@"\n')
        stand_in.chmod(0o755)
        path = f"{directory}:{rehearsed.variables()['PATH']}"
        killed = rehearsed.up(environment, *targets, PATH=path, KILL=f"{moment}:{urn}", PYTHONPATH=str(ROOT))
    if killed.returncode >= 0:
        return _wrong(kind, moment, f"not killed: {killed.stdout[-300:]}", start)
    recovered = rehearsed.run("diceytech", "recover", "--env", environment, "--json")
    if recovered.returncode:
        return _wrong(kind, moment, f"not recovered: {recovered.stderr.strip()[-300:]}", start)
    outcomes = {one["urn"]: one["outcome"] for one in json.loads(recovered.stdout)["recovered"]}
    if moment == "before":
        return _judged(rehearsed, environment, before, kind, moment, outcomes.get(urn, "nothing pending"), start, 0)
    again = rehearsed.up(environment, *targets)
    if again.returncode:
        return _wrong(kind, moment, f"the next up failed: {again.stdout[-300:]}", start)
    left = rehearsed.preview(environment, *targets)
    return _judged(rehearsed, environment, before, kind, moment, outcomes.get(urn, "nothing pending"), start, len(left))


def _judged(
    rehearsed: Rehearsed,
    environment: str,
    before: dict[str, set[str]],
    kind: str,
    moment: str,
    outcome: str,
    start: float,
    left: int,
) -> Killed:
    known: dict[str, set[str]] = {}
    for resource in rehearsed.state(environment)["resources"]:
        known.setdefault(resource["type"], set()).add(str(resource.get("id", "")))
    orphans = tuple(
        f"{token} {one}"
        for token, there in rehearsed.inventory().items()
        for one in sorted(there - before.get(token, set()))
        if one.partition(":")[2] not in known.get(token, set())
    )
    return Killed(
        type=kind, moment=moment, outcome=outcome, orphans=orphans, seconds=time.monotonic() - start, preview_after=left
    )


def _wrong(kind: str, moment: str, what: str, start: float) -> Killed:
    outcome = " ".join(what.split())
    return Killed(
        type=kind, moment=moment, outcome=outcome, orphans=(), seconds=time.monotonic() - start, preview_after=0
    )


def main() -> None:
    """All of dev and prod; prints each, and writes the table."""
    found: list[Killed] = []
    seen: set[str] = set()
    for environment in ("dev", "prod"):
        graph = planned(ROOT, environment)
        urns = {kind: urn for kind, urn in first_of_each_type(graph).items() if kind not in seen}
        seen |= set(urns)
        with tempfile.TemporaryDirectory() as directory, repository(Path(directory)) as rehearsed:
            rehearsed.run("true")
            for one in kill_each(rehearsed, environment, graph, urns):
                print(
                    f"{one.type:<60} {one.moment:<7} {one.outcome:<9} {len(one.orphans)} orphans {one.seconds:5.1f} s",
                    flush=True,
                )
                found.append(one)
    good, orphans = sum(one.good for one in found), sum(len(one.orphans) for one in found)
    print(f"{len(found)} kills, {good} recovered, {orphans} orphans")
    sys.exit(0 if all(one.good for one in found) else 1)


if __name__ == "__main__":
    main()
