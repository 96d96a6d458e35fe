"""How far to the right each item of a row stands: near what it is joined with, least squares row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from drawing.layout import BOX, BOX_GAP, SWEEPS, Item, Rows

LANE_GAP, LANE_BOX_GAP = 14.0, 22.0  # pixels between two lanes, and between a lane and a box


def centres(layout: Rows, sizes: Mapping[str, float]) -> list[dict[Item, float]]:
    """The x of each item's middle, row by row: near what it is joined with, apart from its neighbours; least is 0."""
    found = [_spread(row, [0.0] * len(row), sizes) for row in layout.rows]
    near = _neighbours(layout)
    for sweep in range(2 * SWEEPS):
        order = range(len(found)) if sweep % 2 == 0 else range(len(found) - 1, -1, -1)
        for row in order:
            wanted = [_wanted(item, row, near, found) for item in layout.rows[row]]
            found[row] = _spread(layout.rows[row], wanted, sizes)
    left = min(x - _half(item, sizes) for row in found for item, x in row.items())
    return [{item: x - left for item, x in row.items()} for row in found]


def _neighbours(layout: Rows) -> dict[tuple[int, Item], list[tuple[int, Item]]]:
    near: dict[tuple[int, Item], list[tuple[int, Item]]] = {}
    for row, found in enumerate(layout.links):
        for upper, lower, _net in found:
            near.setdefault((row, upper), []).append((row + 1, lower))
            near.setdefault((row + 1, lower), []).append((row, upper))
    return near


def _wanted(
    item: Item, row: int, near: Mapping[tuple[int, Item], list[tuple[int, Item]]], found: Sequence[Mapping[Item, float]]
) -> float:
    """The mean of what it is joined with; a lane follows its own lane first, so that it runs straight."""
    joined = near.get((row, item), [])
    if not joined:
        return found[row][item]
    weights = [6.0 if other == item else 1.0 for _row, other in joined]
    return sum(w * found[at][other] for w, (at, other) in zip(weights, joined, strict=True)) / sum(weights)


def _spread(row: Sequence[Item], wanted: Sequence[float], sizes: Mapping[str, float]) -> dict[Item, float]:
    """The least squares placement that keeps order and gaps: pool adjacent violators."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + gap(left, right) + _half(left, sizes) + _half(right, sizes))
    pools: list[tuple[float, int]] = []
    for value, offset in zip(wanted, offsets, strict=True):
        total, count = value - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, number = pools.pop()
            total, count = total + before, count + number
        pools.append((total, count))
    flat = [total / count for total, count in pools for _ in range(count)]
    return {item: start + offset for item, start, offset in zip(row, flat, offsets, strict=True)}


def gap(left: Item, right: Item) -> float:
    """Pixels to keep free between two neighbours of a row."""
    lanes = (left[1] != BOX) + (right[1] != BOX)
    return (BOX_GAP, LANE_BOX_GAP, LANE_GAP)[lanes]


def _half(item: Item, sizes: Mapping[str, float]) -> float:
    return sizes[item[0]] / 2 if item[1] == BOX else 0.0
