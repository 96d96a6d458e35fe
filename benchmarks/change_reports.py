"""A change of a large plan, judged, decided and told: a third of its resources goes, a third comes, a third changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from benchmarks.measure import BenchmarkError
from changes.change import Change, Step, Verdict
from changes.property_changes import property_changes
from rehearsal.graph import Graph, Node
from reports.report import Format


def change(graph: Graph) -> Change:
    """The steps that a preview of this plan would have."""
    steps = tuple(_step(index, node) for index, node in enumerate(graph))
    before, after = (
        Graph(tuple(node for step in steps if (node := getattr(step, side)) is not None))
        for side in ("before", "after")
    )
    return Change(stack="prod", origin="a benchmark", steps=steps, before=before, after=after, whole=True)


def _step(index: int, node: Node) -> Step:
    if index % 3 == 0:
        return Step(op="create", before=None, after=node)
    if index % 3 == 1:
        return Step(op="delete", before=node, after=None)
    after = replace(node, inputs={**node.inputs, "description": "changed", "name": f"{node.name}-anew"})
    return Step(op="update", before=node, after=after, changes=property_changes(node.inputs, after.inputs))


def decided(graph: Graph) -> Verdict:
    """What the guard says of the change; refuses a report that says little."""
    from changes.guard import decide
    from changes.judge import judge

    found = decide(judge(change(graph)), (), today=date(2026, 1, 1))
    if len(found.report.judgements) < len(graph) / 2 or not found.refused:
        raise BenchmarkError("the report says little of the change")
    return found


def told(format: Format) -> Callable[[Graph], None]:
    """The report in one format, from the steps on."""

    def measured(graph: Graph) -> None:
        from reports.report import rendered

        if len(rendered([decided(graph)], format, guard=True)) < 10_000:
            raise BenchmarkError(f"the report as {format} is short")

    return measured
