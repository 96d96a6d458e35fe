"""Two environments side by side as one HTML file, which loads nothing and runs nothing; with their plans, a drawing."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Final

from changes.change import Change, Op, Step
from rehearsal.graph import Graph, Node
from reports.as_html import environment, hashed, style_sheet
from reports.drawing import drawing
from reports.drawing_line import SIGNS, Mark
from reports.safe_text import safe
from reports.side_by_side import SideBySide, only, summary, told_of, values

KEY: Final = "beside"


def page(found: SideBySide) -> str:
    """The whole file."""
    style = style_sheet("page.css", "drawing.css")
    one, two = found.names
    rows = [
        (
            safe(section),
            [(safe(each.path), list(values(each, found.names)), each.kind, told_of(each)) for each in members],
        )
        for section, members in groupby(found.shown, key=lambda each: each.section)
    ]
    return environment().get_template("beside.html.j2").render(
        title=f"{one} beside {two}",
        style=style,
        style_hash=hashed(style),
        summary=summary(found),
        names=found.names,
        mistakes=[(safe(each.path), safe(each.reason)) for each in found.mistakes],
        sections=rows,
        drawing=_drawing(found),
        legend=[(SIGNS["create"], f"only in {two}", "create"), (SIGNS["delete"], f"only in {one}", "delete")],
        only=list(only(found)),
    )  # fmt: skip


def _drawing(found: SideBySide) -> str:
    """The platform of the last, with what it alone has and what it lacks, as if one became the other."""
    if found.plans is None:
        return ""
    one, two = found.names
    sides = [tuple(_moved(node, one, two) for node in found.plans.only[0]), found.plans.only[1]]
    steps = [Step(op="delete", before=node, after=None) for node in sides[0]]
    steps += [Step(op="create", before=None, after=node) for node in sides[1]]
    change = Change(
        stack=two, origin=one, steps=tuple(steps), before=Graph(sides[0]), after=found.plans.last, whole=True
    )
    return drawing(change, _marks(steps), key=KEY, title=f"The platform of {two}, and what {one} has beside it")


def _moved(node: Node, one: str, two: str) -> Node:
    """The resource as if it were in the other environment, so that it stands in that one's boxes."""
    lead, new = f"urn:pulumi:{one}::", f"urn:pulumi:{two}::"
    parent = node.parent and new + node.parent.removeprefix(lead)
    return replace(node, urn=f"{new}{node.urn.removeprefix(lead)}", parent=parent)


def _marks(steps: list[Step]) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for step in steps:
        op: Op = step.op
        found[step.node.urn] = Mark(op=op, risk="cosmetic", state="passes", target="only")
    return found
