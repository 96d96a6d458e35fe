"""What an environment costs in a month: fixed and by use apart, and what is free or not priced by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from controls.inputs import UndecidedError, peek
from cost import compute, data, edge, network
from cost.item import Free, Item, NotPriced
from cost.pricing import Priced, Rule, region_of
from cost.sheet import MissingPriceError, Sheet, load
from infra.errors import PlatformError
from rehearsal.graph import UNKNOWN, Graph, Node

RULES: dict[str, Rule] = {**compute.RULES, **data.RULES, **edge.RULES, **network.RULES}
FREE: dict[str, str] = {**compute.FREE, **data.FREE, **edge.FREE, **network.FREE}
_ALLOWANCE = "the account's free allowance"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The items of one environment, those with a price first paid for its resources, then free allowances (negative).

    `usage` has one item for each price and region that use is paid by, named after the first resource it is paid for.
    """

    region: str
    sheet: Sheet
    fixed: tuple[Item, ...]
    usage: tuple[Item, ...]
    free: tuple[Free, ...]
    not_priced: tuple[NotPriced, ...]

    @property
    def monthly(self) -> Decimal:
        """Fixed cost, USD per month."""
        return sum((item.monthly for item in self.fixed), Decimal(0))

    @property
    def monthly_range(self) -> tuple[Decimal, Decimal]:
        """The fixed cost with scaling groups at their smallest and at their largest, USD per month."""
        ranges = [item.monthly_range for item in self.fixed]
        return sum((low for low, _ in ranges), Decimal(0)), sum((high for _, high in ranges), Decimal(0))

    @property
    def monthly_usage(self) -> Decimal:
        """What the assumed use costs, USD per month."""
        return sum((item.monthly for item in self.usage), Decimal(0))


def estimate(
    graph: Graph,
    *,
    region: str | None = None,
    sheet: Sheet | None = None,
    assumed: Mapping[str, Decimal] | None = None,
    allowances: bool = True,
) -> Estimate:
    """The cost of a graph, planned or applied; `region` where its provider does not tell.

    `assumed` are monthly quantities of use by service of the sheet (`cdn-gb`: 2000). `allowances` are what CloudWatch
    gives every account for nothing, counted as if this environment were alone in its account. What of a resource has a
    price counts also where the rest is NotPriced (`missing` for want of a price). Raises PlatformError for a graph
    with no region and for use that nothing is paid by.
    """
    sheet = sheet or load()
    place = region or region_of(graph)
    if place is None:
        raise PlatformError("the plan names no region, so that it has no prices; set aws.region")
    items: list[Item] = []
    not_priced: list[NotPriced] = []
    free: Counter[str] = Counter()
    for node in graph:
        if not node.custom or not node.type.startswith("aws:"):
            continue
        if node.type in FREE:
            free[node.type] += 1
            continue
        try:
            items.extend(_items(node, graph, sheet, place))
        except (UndecidedError, MissingPriceError) as error:
            not_priced.append(_left_out(node, str(error), missing=isinstance(error, MissingPriceError)))
    fixed = [item for item in items if item.kind == "fixed"]
    return Estimate(
        region=place,
        sheet=sheet,
        fixed=(*fixed, *(_allowed(fixed, sheet) if allowances else ())),
        usage=_used(items, assumed or {}, place),
        free=tuple(Free(type=type_, reason=FREE[type_], count=count) for type_, count in sorted(free.items())),
        not_priced=tuple(not_priced),
    )


def _items(node: Node, graph: Graph, sheet: Sheet, region: str) -> Iterator[Item]:
    rule = RULES.get(node.type)
    if rule is None:
        raise UndecidedError("nobody has priced this type of resource yet")
    own = peek(node, "region")
    place = own if isinstance(own, str) and own != UNKNOWN else region
    yield from rule(Priced(node=node, graph=graph, sheet=sheet, region=place))


def _left_out(node: Node, reason: str, *, missing: bool) -> NotPriced:
    return NotPriced(resource=node.name, urn=node.urn, type=node.type, reason=reason, missing=missing)


def _allowed(fixed: list[Item], sheet: Sheet) -> list[Item]:
    """Negative items for what the account has free, at most as much as is there."""
    found = []
    for service, free in sheet.allowances.items():
        paid = [item for item in fixed if item.service == service]
        if paid:
            least = sum((item.quantity or Decimal(0) if item.low is None else item.low for item in paid), Decimal(0))
            most = sum((item.quantity or Decimal(0) if item.high is None else item.high for item in paid), Decimal(0))
            now = sum((item.quantity or Decimal(0) for item in paid), Decimal(0))
            what = f"{service}: {free} free in each account"
            off = replace(paid[0], resource=_ALLOWANCE, urn="", type="", what=what, quantity=-min(now, free))
            found.append(replace(off, low=-min(least, free), high=-min(most, free)))
    return found


def _used(items: list[Item], assumed: Mapping[str, Decimal], region: str) -> tuple[Item, ...]:
    """One item for each service and region; what is assumed is used in the environment's own region."""
    usage = {(item.service, item.region): item for item in reversed(items) if item.kind == "usage"}
    known = {service for service, _ in usage}
    strangers = sorted(set(assumed) - known)
    if strangers:
        names = ", ".join(sorted(known)) or "nothing"
        raise PlatformError(f"nothing here is paid by {strangers[0]}; use is paid by: {names}")
    priced = [
        replace(item, quantity=assumed.get(item.service) if item.region == region else None) for item in usage.values()
    ]
    return tuple(sorted(priced, key=lambda item: (item.service, item.region != region, item.region)))
