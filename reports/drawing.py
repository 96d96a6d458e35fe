"""The platform's drawing with a change in it: what comes, changes, is replaced and goes, and what that risks.

Every sign is there as a letter or a word too, so that nothing hangs on colour; colours are classes, which the page's
style sheet (templates/changes/drawing.css) fills for light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping

from changes.change import Change
from drawing import svg
from drawing.box import LINE_HEIGHT, PADDING, TITLE_HEIGHT, TITLE_SIZE, Box, box
from drawing.model import Model, model
from drawing.plan import Plan, arranged
from drawing.routes import Rect
from drawing.text import escape
from rehearsal.graph import Graph, Node
from reports.drawing_line import Mark, MarkedLine, line_parts, lines_of
from reports.names import type_of
from reports.safe_text import safe

MARGIN = 20
ROW = 1330  # pixels that the boxes of a row may fill
ROOT = "pulumi:"  # begins the type of the stack itself


def drawing(change: Change, marks: Mapping[str, Mark], *, key: str, title: str, style: str = "") -> str:
    """An SVG of the platform after the change and of what goes away; `key` sets its ids apart, `marks` are by URN.

    With a `style` sheet in it, it stands by itself.
    """
    shown = model(_both(change))
    boxes = {one.key: box(one, lambda kind: lines_of(kind, marks)) for one in shown.components}
    sizes = {name: (found.width, found.height) for name, found in boxes.items()}
    plan = arranged(sizes, [(flow.producer, flow.consumer) for flow in shown.flows], ROW).moved(MARGIN, MARGIN)
    width, height = plan.width + 2 * MARGIN, plan.height + 2 * MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="group" aria-labelledby="{key}-title" font-family="{svg.FONTS}"'
            ' font-size="13">',
            f'<title id="{key}-title">{escape(title)}</title>',
            f"<style>{style}</style>" if style else "",
            f'<rect class="sheet" width="{width}" height="{height}" rx="12"/>' if style else "",
            *_arrows(shown, plan),
            *(part for name, rect in plan.rects.items() for part in _box(boxes[name], rect)),
            "</svg>",
        )
    )


def _both(change: Change) -> Graph:
    """What is there after the change, what goes away, and the components that either names as a parent."""
    nodes = {node.urn: node for graph in (change.before, change.after) for node in graph}
    nodes |= {step.node.urn: step.node for step in change.steps if step.node.urn not in nodes}
    for node in list(nodes.values()):
        parent, type_ = node.parent or "", type_of(node.parent or "")
        if parent not in nodes and type_ and not type_.startswith(ROOT):
            nodes[parent] = Node(
                urn=parent, type=type_, name=parent.rpartition("::")[2], parent=None, inputs={}, custom=False
            )
    return Graph(tuple(nodes[urn] for urn in sorted(nodes)))


def _arrows(shown: Model, plan: Plan) -> list[str]:
    parts = []
    for flow in shown.flows:
        points = plan.paths[flow.producer, flow.consumer]
        parts.append(f'<path class="arrow" d="{svg.line(points)}"/>')
        parts.append(svg.head(points[-2], points[-1], "currentColor").replace("<path", '<path class="head"'))
    return parts


def _box(found: Box, rect: Rect) -> list[str]:
    changed = sum(line.mark is not None for column in found.columns for line in column if isinstance(line, MarkedLine))
    look = "box changed" if changed else "box"
    side, across, middle = TITLE_HEIGHT - 8, rect.width - 16, rect.top + 21
    top = f"M{rect.left} {rect.top + TITLE_HEIGHT}v{-side}q0 -8 8 -8h{across}q8 0 8 8v{side}z"
    parts = [
        f'<g class="{look}"><title>{escape(safe(found.component.title))}</title>',
        f'<rect class="frame" x="{rect.left}" y="{rect.top}" width="{rect.width}" height="{rect.height}" rx="8"/>',
        f'<path class="bar" d="{top}"/>',
        f'<text class="name" x="{rect.left + PADDING}" y="{middle}" font-size="{TITLE_SIZE:g}">',
        f"{escape(safe(found.title))}</text>",
        f'<text class="count" x="{rect.right - PADDING}" y="{middle}">{found.component.count}</text>',
    ]
    for index, column in enumerate(found.columns):
        left = rect.left + PADDING + index * (found.column_width + 2 * PADDING)
        for row, line in enumerate(column):
            top_of_line = rect.top + TITLE_HEIGHT + PADDING + row * LINE_HEIGHT - 3
            parts += line_parts(line, left, top_of_line, found.column_width)
    return [*parts, "</g>"]
