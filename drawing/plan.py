"""The whole plane of a picture: what no arrow joins stands one below the other, boxes alone last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drawing.layout import BOX, BOX_GAP, Edge, layered
from drawing.routes import STEPS, Point, Rect, channels, path
from drawing.spacing import centres

PART_GAP = 56


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Boxes by key and arrows by producer and consumer, in whole pixels; every one of them within width and height."""

    rects: Mapping[str, Rect]
    paths: Mapping[Edge, tuple[Point, ...]]
    width: int
    height: int

    def moved(self, right: int, down: int) -> Plan:
        """The same somewhere else."""
        return replace(
            self,
            rects={key: replace(rect, left=rect.left + right, top=rect.top + down) for key, rect in self.rects.items()},
            paths={edge: tuple((x + right, y + down) for x, y in points) for edge, points in self.paths.items()},
        )


def arranged(sizes: Mapping[str, tuple[int, int]], edges: Sequence[Edge], width: int) -> Plan:
    """Places boxes of these widths and heights, in rows no wider than `width` where they allow it."""
    wide = {
        key: (max(size[0], room), size[1]) for (key, size), room in zip(sizes.items(), _room(sizes, edges), strict=True)
    }
    parts = _parts(list(sizes), edges)
    plans = [_part({key: wide[key] for key in part}, own, width) for part, own in parts if own]
    alone = {key: wide[key] for part, own in parts if not own for key in part}
    if alone:
        plans.append(_shelves(alone, width))
    return _stacked(plans)


def _room(sizes: Mapping[str, object], edges: Sequence[Edge]) -> list[int]:
    """The width that a box needs for the ends of its arrows."""
    ends = dict.fromkeys(sizes, 2)
    for _producer, consumer in edges:
        ends[consumer] += 1
    return [2 * STEPS[0] * number for number in ends.values()]


def _parts(keys: Sequence[str], edges: Sequence[Edge]) -> list[tuple[list[str], list[Edge]]]:
    """Keys that arrows join, with those arrows; in the order of the keys."""
    leader = {key: key for key in keys}

    def lead(key: str) -> str:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for producer, consumer in edges:
        leader[lead(producer)] = lead(consumer)
    parts: dict[str, tuple[list[str], list[Edge]]] = {}
    for key in keys:
        parts.setdefault(lead(key), ([], []))[0].append(key)
    for edge in edges:
        parts[lead(edge[0])][1].append(edge)
    return list(parts.values())


def _part(sizes: Mapping[str, tuple[int, int]], edges: Sequence[Edge], width: int) -> Plan:
    widths = {key: float(size[0]) for key, size in sizes.items()}
    layout = layered(widths, edges, width)
    middles = centres(layout, widths)
    between = channels(layout, middles, widths)
    row_of = {item[0]: row for row, items in enumerate(layout.rows) for item in items if item[1] == BOX}
    rects: dict[str, Rect] = {}
    tops: list[int] = []
    top = 0
    for row, items in enumerate(layout.rows):
        boxes = [item for item in items if item[1] == BOX]
        for item in boxes:
            box_width, height = sizes[item[0]]
            left = round(middles[row][item] - box_width / 2)
            rects[item[0]] = Rect(left=left, top=top, width=box_width, height=height)
        tops.append(top + max(sizes[item[0]][1] for item in boxes))
        top = tops[-1] + (between[row].height if row < len(between) else 0)
    paths = {edge: path(edge, row_of, rects, between, tops) for edge in edges}
    return _trimmed(Plan(rects=rects, paths=paths, width=0, height=top))


def _trimmed(plan: Plan) -> Plan:
    """The same with its left border at 0 and its width known."""
    xs = [x for points in plan.paths.values() for x, _y in points]
    left = min([rect.left for rect in plan.rects.values()] + xs)
    right = max([rect.right for rect in plan.rects.values()] + xs)
    return replace(plan.moved(-left, 0), width=right - left)


def _shelves(sizes: Mapping[str, tuple[int, int]], width: int) -> Plan:
    rects: dict[str, Rect] = {}
    left = top = height = 0
    for key, (box_width, box_height) in sizes.items():
        if left and left + box_width > width:
            left, top, height = 0, top + height + round(BOX_GAP), 0
        rects[key] = Rect(left=left, top=top, width=box_width, height=box_height)
        left += box_width + round(BOX_GAP)
        height = max(height, box_height)
    return Plan(rects=rects, paths={}, width=max(rect.right for rect in rects.values()), height=top + height)


def _stacked(plans: Sequence[Plan]) -> Plan:
    """One below the other, each in the middle."""
    width = max((plan.width for plan in plans), default=0)
    rects: dict[str, Rect] = {}
    paths: dict[Edge, tuple[Point, ...]] = {}
    top = 0
    for plan in plans:
        moved = plan.moved((width - plan.width) // 2, top)
        rects |= moved.rects
        paths |= moved.paths
        top += plan.height + PART_GAP
    return Plan(rects=rects, paths=paths, width=width, height=max(top - PART_GAP, 0))
