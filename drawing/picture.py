"""The picture of a platform: components as boxes, resources in them by kind, arrows for data that flows."""

from __future__ import annotations

from drawing import svg
from drawing.box import box
from drawing.model import LOOSE, Flow, Model, model
from drawing.names import FAMILIES
from drawing.plan import Plan, arranged
from drawing.routes import Point
from rehearsal.graph import Graph

MARGIN, TOP = 36, 104
ROW = 1330  # pixels that the boxes of a row may fill
LEAST = 760  # pixels of width that heading and legend need
NOTHING = "Nothing to draw: the program registered no resources."


def draw(graph: Graph, *, title: str) -> str:
    """An SVG that needs nothing beside it: no scripts, no fonts to fetch; the same graph gives the same bytes."""
    shown = model(graph)
    boxes = {one.key: box(one) for one in shown.components}
    sizes = {key: (found.width, found.height) for key, found in boxes.items()}
    plan = arranged(sizes, [(flow.producer, flow.consumer) for flow in shown.flows], ROW)
    plan = plan.moved(MARGIN + max(LEAST - plan.width, 0) // 2, TOP)
    width = max(plan.width, LEAST) + 2 * MARGIN
    families = [family for family in FAMILIES if any(one.family is family for one in shown.components)]
    bottom = TOP + max(plan.height, 24) + 40
    legend, bottom = svg.legend(families, _signs(shown), left=MARGIN, top=bottom, right=width - MARGIN)
    parts = [
        *svg.header(title, _sizes(shown), left=MARGIN, room=width - 2 * MARGIN),
        *([] if shown.components else [svg.text((MARGIN, TOP + 12), NOTHING)]),
        *_arrows(shown, plan),
        *(line for key, rect in plan.rects.items() for line in svg.box(boxes[key], rect)),
        *legend,
    ]
    return svg.document(parts, title=title, description=_described(shown), width=width, height=bottom + 28)


def _arrows(shown: Model, plan: Plan) -> list[str]:
    colours = {one.key: one.family.strong for one in shown.components}
    routes: dict[str, list[tuple[tuple[Point, ...], str]]] = {}
    for flow in shown.flows:
        routes.setdefault(flow.producer, []).append((plan.paths[flow.producer, flow.consumer], _tip(shown, flow)))
    return [line for producer, found in routes.items() for line in svg.arrows(found, colours[producer])]


def _tip(shown: Model, flow: Flow) -> str:
    titles = {one.key: one.title for one in shown.components}
    return "\n".join((f"{titles[flow.producer]} → {titles[flow.consumer]}:", *flow.inputs))


def _signs(shown: Model) -> list[str]:
    """The signs that the picture uses."""
    signs = ["number"] if shown.components else []
    return signs + ["arrow"] * bool(shown.flows) + ["lock"] * bool(_protected(shown))


def _protected(shown: Model) -> list[str]:
    names = [name for one in shown.components for kind in one.kinds for name in kind.protected]
    return [one.title for one in shown.components if one.protect] + names


def _described(shown: Model) -> str:
    """The picture in words, for those who cannot see it."""
    if not shown.components:
        return NOTHING
    titles = {one.key: one.title for one in shown.components}
    readers: dict[str, list[str]] = {}
    for flow in shown.flows:
        readers.setdefault(titles[flow.producer], []).append(titles[flow.consumer])
    sentences = [f"{one.title} has {_number(one.count, 'resource')}." for one in shown.components]
    sentences += [f"Data flows from {producer} to {', '.join(found)}." for producer, found in readers.items()]
    locked = _protected(shown)
    sentences += [f"Protected: {', '.join(locked)}."] if locked else []
    return " ".join((f"{_sizes(shown)}.", *sentences))


def _sizes(shown: Model) -> str:
    resources = sum(one.count for one in shown.components)
    components = sum(one.key != LOOSE for one in shown.components)
    return f"{_number(components, 'component')} with {_number(resources, 'resource')}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
