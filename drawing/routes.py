"""The arrows of a picture: right-angled, between the rows and through the gaps that the layout left for them.

All arrows from one box in one direction are a net: they share their way as far as they can. No two nets share a
vertical line or overlap on a horizontal one, and no line enters a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drawing.layout import BOX, DOWN, Edge, Item, Links, Rows

Net = tuple[str, int]
Point = tuple[int, int]

STEPS = (12, 6, 3)  # pixels between two lines, and what is tried where that leaves no room
TRACK = 10  # pixels between two horizontal lines
HEAD_ROOM = 24  # pixels free above and below them, for arrow heads
FAR = 400  # pixels that a lane may run outside the middles of its row
PASSES = 8


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A box, in whole pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Its right border."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """Its lower border."""
        return self.top + self.height


@dataclass(kw_only=True)
class Channel:
    """The space between two rows: where each net comes in and goes out, and the track of its horizontal line."""

    upper: dict[Net, dict[Item, int]] = field(default_factory=dict)
    lower: dict[Net, dict[Item, int]] = field(default_factory=dict)
    track: dict[Net, int] = field(default_factory=dict)
    taken: dict[int, Net] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Pixels between the two rows."""
        tracks = 1 + max(self.track.values(), default=0)
        return 2 * HEAD_ROOM + (tracks - 1) * TRACK

    def span(self, net: Net) -> tuple[int, int]:
        """From where to where its horizontal line goes."""
        ends = [*self.upper[net].values(), *self.lower[net].values()]
        return min(ends), max(ends)

    def take(self, net: Net, wanted: float, low: float, high: float) -> int:
        """The free x nearest to `wanted` from `low` to `high`; a net may use its own line again."""
        wanted = min(max(wanted, low), high)
        for step in STEPS:
            for away in range(int((high - low) / step) + 2):
                for x in (round(wanted / step) * step + away * step, round(wanted / step) * step - away * step):
                    if low <= x <= high and self.taken.get(x, net) == net:
                        self.taken[x] = net
                        return x
        return round(wanted)


def channels(layout: Rows, middles: Sequence[Mapping[Item, float]], sizes: Mapping[str, float]) -> list[Channel]:
    """One per pair of neighbouring rows, with all ends and tracks set."""
    found: list[Channel] = []
    for row, links in enumerate(layout.links):
        channel = Channel()
        for item in layout.rows[row]:
            if item[1] != BOX:
                x = found[-1].lower[item][item]
                channel.upper[item], channel.taken[x] = {item: x}, item
        _ports(channel, channel.upper, _by_item(links, 0), middles[row], middles[row + 1], sizes)
        _lanes(channel, layout.rows[row + 1], middles[row + 1], sizes)
        _ports(channel, channel.lower, _by_item(links, 1), middles[row + 1], middles[row], sizes)
        _tracks(channel)
        found.append(channel)
    return found


def _by_item(links: Links, side: int) -> dict[Item, dict[Net, list[Item]]]:
    """For each item on one side (0 upper, 1 lower): its nets, and the items that each joins it with."""
    found: dict[Item, dict[Net, list[Item]]] = {}
    for link in links:
        found.setdefault(link[side], {}).setdefault(link[2], []).append(link[1 - side])
    return found


def _ports(
    channel: Channel,
    ends: dict[Net, dict[Item, int]],
    joined: Mapping[Item, Mapping[Net, Sequence[Item]]],
    own: Mapping[Item, float],
    other: Mapping[Item, float],
    sizes: Mapping[str, float],
) -> None:
    """Ends on the borders of boxes: straight where that is possible, spread evenly elsewhere."""
    for item, nets in joined.items():
        if item[1] != BOX:
            continue
        left, width = own[item] - sizes[item[0]] / 2, sizes[item[0]]
        towards = {net: _towards(channel, net, items, other) for net, items in nets.items()}
        for index, net in enumerate(sorted(towards, key=lambda net: (towards[net], net))):
            straight = left + STEPS[0] <= towards[net] <= left + width - STEPS[0]
            wanted = towards[net] if straight else left + width * (index + 1) / (len(nets) + 1)
            x = channel.take(net, wanted, left + STEPS[0], left + width - STEPS[0])
            ends.setdefault(net, {})[item] = x


def _towards(channel: Channel, net: Net, items: Sequence[Item], other: Mapping[Item, float]) -> float:
    """Where a net goes on the other side: its ends there where they are known, the middles of its items elsewhere."""
    known = channel.upper.get(net, {})
    places = [known.get(item, other[item]) for item in items]
    return sum(places) / len(places)


def _lanes(channel: Channel, row: Sequence[Item], middle: Mapping[Item, float], sizes: Mapping[str, float]) -> None:
    """The x of each lane of the lower row: straight on as far as its gap between two boxes allows it."""
    low = min(middle.values()) - FAR
    for index, item in enumerate(row):
        if item[1] == BOX:
            low = middle[item] + sizes[item[0]] / 2 + STEPS[1]
            continue
        later = next((at for at in range(index, len(row)) if row[at][1] == BOX), None)
        high = max(middle.values()) + FAR
        if later is not None:
            high = middle[row[later]] - sizes[row[later][0]] / 2 - STEPS[1]
        high -= STEPS[0] * ((len(row) if later is None else later) - index - 1)
        wanted = next(iter(channel.upper[item].values()), middle[item])
        channel.lower.setdefault(item, {})[item] = channel.take(item, wanted, low, high)
        low = channel.lower[item][item] + STEPS[0]


def _tracks(channel: Channel) -> None:
    """Orders the horizontal lines for few crossings, then lets those share a track that do not meet."""
    nets = [net for net in channel.upper if len({*channel.span(net)}) > 1]
    spans = {net: channel.span(net) for net in nets}
    nets.sort(key=lambda net: (spans[net], net))
    for _ in range(PASSES):
        swapped = False
        for index in range(len(nets) - 1):
            first, second = nets[index], nets[index + 1]
            if _crossed(channel, spans, second, first) < _crossed(channel, spans, first, second):
                nets[index], nets[index + 1] = second, first
                swapped = True
        if not swapped:
            break
    for index, net in enumerate(nets):
        low, high = spans[net]
        met = (one for one in nets[:index] if spans[one][0] <= high + TRACK and low - TRACK <= spans[one][1])
        channel.track[net] = 1 + max((channel.track[one] for one in met), default=-1)


def _crossed(channel: Channel, spans: Mapping[Net, tuple[int, int]], above: Net, below: Net) -> int:
    """Crossings of two nets where the first one's horizontal line is the higher one."""
    (low, high), (other_low, other_high) = spans[above], spans[below]
    return sum(low < x < high for x in channel.upper[below].values()) + sum(
        other_low < x < other_high for x in channel.lower[above].values()
    )


def path(
    edge: Edge, row_of: Mapping[str, int], rects: Mapping[str, Rect], found: Sequence[Channel], tops: Sequence[int]
) -> tuple[Point, ...]:
    """The points of one arrow from its producer's border to its consumer's; `tops` are where the channels begin."""
    producer, consumer = edge
    down = row_of[producer] < row_of[consumer]
    net = (producer, DOWN if down else -DOWN)
    rows = range(row_of[producer], row_of[consumer]) if down else range(row_of[producer] - 1, row_of[consumer] - 1, -1)
    points: list[Point] = []
    for at, row in enumerate(rows):
        channel = found[row]
        start: Item = (producer, BOX) if at == 0 else net
        end: Item = (consumer, BOX) if at == len(rows) - 1 else net
        first, last = (channel.upper, channel.lower) if down else (channel.lower, channel.upper)
        x, to = first[net][start], last[net][end]
        if at == 0:
            points.append((x, rects[producer].bottom if down else rects[producer].top))
        if x != to:
            y = tops[row] + HEAD_ROOM + channel.track[net] * TRACK
            points += [(x, y), (to, y)]
        if at == len(rows) - 1:
            points.append((to, rects[consumer].top if down else rects[consumer].bottom))
    return tuple(points)
