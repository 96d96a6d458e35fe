"""Where the boxes of a picture stand: in rows by the flow of data, few crossings, room for arrows that pass a row.

The layered method of Sugiyama, Tagawa and Toda (1981): break cycles, give rows, order each row by barycentres.
An arrow that passes rows gets a lane in each of them, shared by all arrows that come from the same box in the same
direction.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DOWN, UP, BOX = 1, -1, 0
BOX_GAP = 40.0  # pixels between two boxes of a row
SWEEPS = 10

Edge = tuple[str, str]  # producer and consumer
Item = tuple[str, int]  # a box (key, BOX) or the lane of a producer (key, DOWN or UP), unique within its row
Links = list[tuple[Item, Item, tuple[str, int]]]  # upper item, lower item and the net that joins them


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Items of each row from left to right; `links[i]` joins row i with the next one."""

    rows: list[list[Item]]
    links: list[Links]


def layered(sizes: Mapping[str, float], edges: Sequence[Edge], width: float) -> Rows:
    """Rows of boxes, whose widths are `sizes`, no wider than `width` where the boxes allow it, in a good order."""
    order = _with_the_flow(list(sizes), edges)
    row_of = _assigned(order, edges, sizes, width)
    return _ordered(_with_lanes(order, edges, row_of))


def _with_the_flow(keys: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """An order in which few edges go backward: the greedy rule of Eades, Lin and Smyth (1993)."""
    after: dict[str, set[str]] = {key: set() for key in keys}
    before: dict[str, set[str]] = {key: set() for key in keys}
    for producer, consumer in edges:
        after[producer].add(consumer)
        before[consumer].add(producer)
    left, head, tail = dict.fromkeys(keys), list[str](), list[str]()
    while left:
        source = next((key for key in left if not before[key]), None)
        sink = None if source else next((key for key in left if not after[key]), None)
        if sink is not None:
            chosen = sink
            tail.append(chosen)
        else:
            chosen = source or max(left, key=lambda key: len(after[key]) - len(before[key]))
            head.append(chosen)
        del left[chosen]
        for key in after[chosen]:
            before[key].discard(chosen)
        for key in before[chosen]:
            after[key].discard(chosen)
    return head + tail[::-1]


def _assigned(order: Sequence[str], edges: Sequence[Edge], sizes: Mapping[str, float], width: float) -> dict[str, int]:
    """The highest row below all that a box reads, with room left; what reads nothing moves down to its readers."""
    place = {key: index for index, key in enumerate(order)}
    above: dict[str, list[str]] = {key: [] for key in order}
    below: dict[str, list[str]] = {key: [] for key in order}
    for edge in edges:
        upper, lower = sorted(edge, key=place.__getitem__)
        above[lower].append(upper)
        below[upper].append(lower)
    used: dict[int, float] = {}
    row_of: dict[str, int] = {}

    def fits(key: str, row: int) -> bool:
        return row not in used or used[row] + sizes[key] <= width

    def put(key: str, row: int) -> None:
        row_of[key] = row
        used[row] = used.get(row, 0.0) + sizes[key] + BOX_GAP

    for key in order:
        row = 1 + max((row_of[upper] for upper in above[key]), default=-1)
        while not fits(key, row):
            row += 1
        put(key, row)
    for key in reversed(order):
        nearest = min((row_of[lower] for lower in below[key]), default=0) - 1
        if not above[key] and nearest > row_of[key] and fits(key, nearest):
            used[row_of[key]] -= sizes[key] + BOX_GAP
            put(key, nearest)
    kept = {row: index for index, row in enumerate(sorted(set(row_of.values())))}
    return {key: kept[row] for key, row in row_of.items()}


def _with_lanes(order: Sequence[str], edges: Iterable[Edge], row_of: Mapping[str, int]) -> Rows:
    rows: list[list[Item]] = [[] for _ in range(1 + max(row_of.values()))]
    for key in order:
        rows[row_of[key]].append((key, BOX))
    links: list[dict[tuple[Item, Item, tuple[str, int]], None]] = [{} for _ in rows[1:]]
    present = {(row, item) for row, items in enumerate(rows) for item in items}
    for producer, consumer in edges:
        step = DOWN if row_of[producer] < row_of[consumer] else UP
        here: Item = (producer, BOX)
        for row in range(row_of[producer] + step, row_of[consumer] + step, step):
            there: Item = (consumer, BOX) if row == row_of[consumer] else (producer, step)
            if (row, there) not in present:
                present.add((row, there))
                rows[row].append(there)
            pair = (here, there) if step == DOWN else (there, here)
            links[min(row, row - step)][*pair, (producer, step)] = None
            here = there
    return Rows(rows=rows, links=[list(found) for found in links])


def _ordered(start: Rows) -> Rows:
    rows, best, fewest = start.rows, start.rows, _crossings(start.rows, start.links)
    for sweep in range(SWEEPS):
        rows = _swept(rows, start.links, downward=sweep % 2 == 0)
        crossings = _crossings(rows, start.links)
        if crossings < fewest:
            best, fewest = rows, crossings
    return Rows(rows=best, links=start.links)


def _swept(rows: Sequence[list[Item]], links: Sequence[Links], *, downward: bool) -> list[list[Item]]:
    swept = [list(row) for row in rows]
    for row in range(1, len(rows)) if downward else range(len(rows) - 2, -1, -1):
        fixed = swept[row - 1] if downward else swept[row + 1]
        place = {item: index / len(fixed) for index, item in enumerate(fixed)}
        near: dict[Item, list[float]] = {item: [] for item in swept[row]}
        for upper, lower, _net in links[row - 1 if downward else row]:
            moved, still = (lower, upper) if downward else (upper, lower)
            near[moved].append(place[still])
        own = {item: index / len(near) for index, item in enumerate(near)}
        middle = {item: sum(found) / len(found) if found else own[item] for item, found in near.items()}
        swept[row].sort(key=middle.__getitem__)
    return swept


def _crossings(rows: Sequence[Sequence[Item]], links: Sequence[Links]) -> int:
    total = 0
    for index, found in enumerate(links):
        upper = {item: place for place, item in enumerate(rows[index])}
        lower = {item: place for place, item in enumerate(rows[index + 1])}
        seen: list[int] = []
        for _start, end in sorted((upper[one], lower[other]) for one, other, _net in found):
            total += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return total
