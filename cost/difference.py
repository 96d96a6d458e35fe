"""What a change costs: two graphs of one environment, compared resource by resource."""

from __future__ import annotations

from collections import defaultdict
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
    return CostDifference(
        before=old.monthly,
        after=new.monthly,
        rows=_rows(old, new),
        more_usage=_beyond(new, old),
        less_usage=_beyond(old, new),
        not_priced=tuple({(one.urn, one.reason): one for one in (*old.not_priced, *new.not_priced)}.values()),
    )


def _rows(old: Estimate, new: Estimate) -> tuple[Row, ...]:
    sides: list[dict[str, Decimal]] = []
    named: dict[str, Item] = {}
    for side in (old, new):
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for item in side.fixed:
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
