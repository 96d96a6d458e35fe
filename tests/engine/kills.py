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
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws, planned
from rehearsal.resources import RESOURCES
from tests.engine.rehearsed import ACCOUNT, ACCOUNT_STACK, Rehearsed, repository
from tests.rehearsal.lifecycles import account_program
from tests.scripts.commands import ROOT

PAGE = ROOT / "docs" / "faults.md"
MOMENTS = ("before", "after")
SCALING_GROUP = "aws:autoscaling/group:Group"


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
    """Each AWS type of the graph to the URN of its resource with the fewest dependencies, the fewest first.

    In this order no resource is made for an earlier one, so that its create can be killed.
    """
    found: dict[str, str] = {}
    for node in graph:
        if node.custom and node.type.startswith("aws:"):
            best = found.get(node.type)
            if best is None or len(closure(graph, node.urn)) < len(closure(graph, best)):
                found[node.type] = node.urn
    return dict(sorted(found.items(), key=lambda one: len(closure(graph, one[1]))))


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


def graph_of(stack: str) -> Graph:
    """The plan of an environment, or of the account project."""
    if stack != ACCOUNT_STACK:
        return planned(ROOT, stack)
    aws = NoAws(account_id=ACCOUNT, region="us-east-1")
    return run(account_program(), aws=aws, project="account", stack=stack, config={}, preview=True).graph


def kill_each(rehearsed: Rehearsed, stack: str, graph: Graph, urns: dict[str, str]) -> Iterator[Killed]:
    """For each type: killed before its create and recovered, then killed after it and recovered."""
    before = rehearsed.inventory()
    for kind, urn in urns.items():
        targets = [word for one in closure(graph, urn) for word in ("--target", one)]
        for moment in MOMENTS:
            start = time.monotonic()
            found = kill(rehearsed, stack, urn, targets, before, moment=moment, kind=kind, start=start)
            yield found
            if moment == "before" and found.outcome == "imported":  # AWS has one from the start: taken over, not made
                rehearsed.run("pulumi", "state", "delete", urn, "--yes", *rehearsed.stack(stack).words.split())


@contextmanager
def killing(rehearsed: Rehearsed, when: str) -> Iterator[dict[str, str]]:
    """Variables with which a command of the engine is killed `before:create:<urn>`, or another such moment."""
    with tempfile.TemporaryDirectory() as directory:
        stand_in = Path(directory) / "pulumi-resource-aws"
        stand_in.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.engine.killing_plugin "$@"\n')
        stand_in.chmod(0o755)
        path = f"{directory}:{rehearsed.variables()['PATH']}"
        yield {"PATH": path, "KILL": when, "PYTHONPATH": str(ROOT)}


def kill(
    rehearsed: Rehearsed,
    stack: str,
    urn: str,
    targets: list[str],
    before: dict[str, set[str]],
    *,
    moment: str,
    kind: str,
    start: float,
) -> Killed:
    """One kill, its recovery, and the next `up`."""
    with killing(rehearsed, f"{moment}:create:{urn}") as variables:
        killed = rehearsed.up(stack, *targets, **variables)
    if killed.returncode >= 0:
        return _wrong(kind, moment, f"not killed: {killed.stdout[-300:]}", start)
    recovered = rehearsed.recover(stack)
    if recovered.returncode:
        return _wrong(kind, moment, f"not recovered: {recovered.stderr.strip()[-300:]}", start)
    outcomes = {one["urn"]: one["outcome"] for one in json.loads(recovered.stdout)["recovered"]}
    if moment == "before":
        return _judged(rehearsed, stack, before, kind, moment, outcomes.get(urn, "nothing pending"), start, 0)
    again = rehearsed.up(stack, *targets)
    if again.returncode:
        return _wrong(kind, moment, f"the next up failed: {again.stdout[-300:]}", start)
    left = rehearsed.preview(stack, *targets)
    return _judged(rehearsed, stack, before, kind, moment, outcomes.get(urn, "nothing pending"), start, len(left))


def _judged(
    rehearsed: Rehearsed,
    stack: str,
    before: dict[str, set[str]],
    kind: str,
    moment: str,
    outcome: str,
    start: float,
    left: int,
) -> Killed:
    known: dict[str, set[str]] = {}
    for resource in rehearsed.state(stack)["resources"]:
        known.setdefault(resource["type"], set()).add(str(resource.get("id", "")))
    known.setdefault("aws:ec2/instance:Instance", set()).update(launched(rehearsed, known.get(SCALING_GROUP, set())))
    orphans = tuple(
        f"{token} {one}"
        for token, there in rehearsed.inventory().items()
        for one in sorted(there - before.get(token, set()))
        if one.partition(":")[2] not in known.get(token, set())
    )
    return Killed(
        type=kind, moment=moment, outcome=outcome, orphans=orphans, seconds=time.monotonic() - start, preview_after=left
    )


def launched(rehearsed: Rehearsed, groups: set[str]) -> set[str]:
    """Ids of the instances that these auto scaling groups have launched, which end with the group."""
    found = rehearsed.account().client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    return {one["InstanceId"] for one in found if one["AutoScalingGroupName"] in groups}


def _wrong(kind: str, moment: str, what: str, start: float) -> Killed:
    outcome = " ".join(what.split())
    return Killed(
        type=kind, moment=moment, outcome=outcome, orphans=(), seconds=time.monotonic() - start, preview_after=0
    )


def document(found: list[Killed], types: Collection[str]) -> str:
    """The page of what was killed and recovered, as Markdown; what of `types` was not is named."""
    good, orphans = sum(one.good for one in found), sum(len(one.orphans) for one in found)
    seen = {one.type for one in found}
    left = ", ".join(sorted(set(types) - seen))
    rows = [
        f"| {one.type} | {one.moment} | {one.outcome} | {len(one.orphans)} | {one.preview_after} |" for one in found
    ]
    return "\n".join(
        [
            "# Kills and recoveries",
            "",
            f"Made by `make faults` on {datetime.now(UTC):%Y-%m-%d}; do not edit by hand. kill -9 of the engine, the",
            "program and the provider, before and after the create of a resource, on the smallest stack that holds it;",
            "then `diceytech recover`, and after the second kill `pulumi up`. It shows the stand-in provider on an",
            "emulated AWS with the real engine, not the real provider.",
            "",
            f"{len(found)} kills around {len(seen)} of {len(types)} types: {good} recovered, {orphans} orphans.",
            *([f"Not killed yet, or in no stack that is committed: {left}."] if left else []),
            "",
            "| type | killed | what it began | orphans | steps in the preview after |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def kept(text: str, without: list[str]) -> list[Killed]:
    """The rows of an earlier run's page, but for those of the types that run again."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "aws:" in line]
    return [
        Killed(
            type=kind,
            moment=moment,
            outcome=outcome,
            orphans=("",) * int(orphans),
            seconds=0,
            preview_after=int(preview),
        )
        for kind, moment, outcome, orphans, preview in cells
        if kind not in without
    ]


def main(arguments: list[str]) -> None:
    """`[--write] [TYPE …]`: all of dev, prod and the account project, or these types; writes docs/faults.md."""
    wanted = [one for one in arguments if not one.startswith("-")]
    found: list[Killed] = kept(PAGE.read_text(encoding="utf-8"), wanted) if wanted and PAGE.exists() else []
    seen: set[str] = set()
    for stack in ("dev", "prod", ACCOUNT_STACK):
        graph = graph_of(stack)
        urns = {kind: urn for kind, urn in first_of_each_type(graph).items() if kind not in seen}
        seen |= set(urns)
        chosen = {kind: urn for kind, urn in urns.items() if not wanted or kind in wanted}
        if not chosen:
            continue
        with tempfile.TemporaryDirectory() as directory, repository(Path(directory)) as rehearsed:
            rehearsed.run("true")
            for one in kill_each(rehearsed, stack, graph, chosen):
                shown = f"{one.type:<60} {one.moment:<7} {one.outcome:<9} {len(one.orphans)} orphans"
                print(f"{shown} {one.seconds:5.1f} s", flush=True)
                found.append(one)
                if "--write" in arguments:
                    PAGE.write_text(document(found, RESOURCES), encoding="utf-8")
    good, orphans = sum(one.good for one in found), sum(len(one.orphans) for one in found)
    print(f"{len(found)} kills, {good} recovered, {orphans} orphans")
    sys.exit(0 if good == len(found) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
