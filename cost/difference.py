"""What a change costs: two graphs of one environment, compared resource by resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cost.estimate import Estimate, estimate
from cost.item import Item, NotPriced
from cost.pricing import region_of
from cost.sheet import Sheet
from rehearsal.graph import Graph


@dataclass(frozen=True, kw_only=True)
class Row:
    """One resource whose fixed cost differs, USD per month on either side; `urn` is empty for a free allowance."""

    resource: str
    urn: str
    type: str
    before: Decimal
    after: Decimal

    @property
    def delta(self) -> Decimal:
        """What it costs more, negative where less, USD per month."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class CostDifference:
    """Fixed cost before and after, USD per month, and the resources that make the difference, the largest first.

    What has a price on one side alone is in neither sum, since the other side is no less for that.
    `more_usage` and `less_usage` say what use is paid for from now on, or no more. `not_priced` are resources of
    either side that the sums leave out.
    """

    before: Decimal
    after: Decimal
    rows: tuple[Row, ...]
    more_usage: tuple[str, ...]
    less_usage: tuple[str, ...]
    not_priced: tuple[NotPriced, ...]

    @property
    def delta(self) -> Decimal:
        """What the change costs more, negative where less, USD per month."""
        return self.after - self.before

    @property
    def sentence(self) -> str:
        """The difference in one sentence, for a summary."""
        left_out = f"; {len(self.not_priced)} resources are not priced" if self.not_priced else ""
        if not self.rows:
            return f"costs the same: {self.after:.2f} USD a month fixed{left_out}"
        word = "more" if self.delta >= 0 else "less"
        sums = f"{self.before:.2f} -> {self.after:.2f} USD a month fixed"
        return f"costs {abs(self.delta):.2f} USD a month {word} ({sums}){left_out}"


def difference(before: Graph, after: Graph, *, region: str | None = None, sheet: Sheet | None = None) -> CostDifference:
    """The cost of going from one graph to the other; either may be empty.

    `region` is asked for only where neither graph's provider tells it; raises PlatformError where it is not known.
    """
    place = region or region_of(after) or region_of(before)
    if not len(before) and not len(after):
        return CostDifference(before=Decimal(0), after=Decimal(0), rows=(), more_usage=(), less_usage=(), not_priced=())
    old = estimate(before, region=region_of(before) or place, sheet=sheet)
    new = estimate(after, region=region_of(after) or place, sheet=sheet)
    apart = _not_comparable(before, after, old, new)
    fixed = [tuple(item for item in side.fixed if item.urn not in apart) for side in (old, new)]
    sums = [sum((item.monthly for item in side), Decimal(0)) for side in fixed]
    return CostDifference(
        before=sums[0],
        after=sums[1],
        rows=_rows(*fixed),
        more_usage=_beyond(new, old),
        less_usage=_beyond(old, new),
        not_priced=tuple({(one.urn, one.reason): one for one in (*old.not_priced, *new.not_priced)}.values()),
    )


def _not_comparable(before: Graph, after: Graph, old: Estimate, new: Estimate) -> set[str]:
    """URNs of what is there on both sides, and of which one side lacks a price that the other has."""
    there = {node.urn for node in before} & {node.urn for node in after}
    lacking = [{(one.urn, one.missing) for one in side.not_priced} for side in (old, new)]
    return {urn for urn, _ in lacking[0] ^ lacking[1]} & there


def _rows(old: Sequence[Item], new: Sequence[Item]) -> tuple[Row, ...]:
    sides: list[dict[str, Decimal]] = []
    named: dict[str, Item] = {}
    for side in (old, new):
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for item in side:
            key = item.urn or item.resource
            named[key] = item
            sums[key] += item.monthly
        sides.append(sums)
    rows = [
        Row(
            resource=named[key].resource,
            urn=named[key].urn,
            type=named[key].type,
            before=sides[0].get(key, Decimal(0)),
            after=sides[1].get(key, Decimal(0)),
        )
        for key in sorted(named)
    ]
    return tuple(sorted((row for row in rows if row.delta), key=lambda row: -abs(row.delta)))


def _beyond(one: Estimate, other: Estimate) -> tuple[str, ...]:
    there = {item.service for item in other.usage}
    return tuple(f"{item.what}, {item.usd} USD per {item.unit}" for item in one.usage if item.service not in there)
