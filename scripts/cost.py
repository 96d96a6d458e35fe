"""`diceytech cost`: what an environment, or a change of it, costs in a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cost.estimate import Estimate, estimate
from cost.item import Item
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from rehearsal.platform import planned_config


def estimated(root: Path, environment: str, *, usage: Sequence[str] = (), allowances: bool = True) -> Estimate:
    """The cost of an environment's plan; raises PlatformError, also for a price that the sheet lacks."""
    quantities = assumed(usage)
    graph = planned_config(read_environment(root, environment), environment)
    found = estimate(graph, assumed=quantities, allowances=allowances)
    missing = [one for one in found.not_priced if one.missing]
    if missing:
        names = ", ".join(dict.fromkeys(one.resource for one in missing))
        raise PlatformError(f"{environment} cannot be priced ({names}): {missing[0].reason}")
    return found


def assumed(texts: Sequence[str]) -> dict[str, Decimal]:
    """Quantities by service, from texts such as `cdn-gb=200`; raises PlatformError."""
    found = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            quantity = Decimal(number)
        except InvalidOperation:
            quantity = Decimal(-1)
        if not quantity.is_finite() or quantity < 0:
            raise PlatformError(f"--usage {text}: write NAME=NUMBER, such as cdn-gb=200, a quantity of one month")
        found[name] = quantity
    return found


def as_json(found: Estimate) -> dict[str, Any]:
    """The estimate for machines; money is USD per month."""
    low, high = found.monthly_range
    return {
        "region": found.region,
        "currency": "USD",
        "prices": {"as_of": found.sheet.as_of.isoformat(), "fetched": found.sheet.fetched},
        "fixed": _money(found.monthly),
        "fixed_range": [_money(low), _money(high)],
        "usage": _money(found.monthly_usage),
        "items": [_item(item) for item in (*found.fixed, *found.usage)],
        "free": [vars(one) for one in found.free],
        "not_priced": [vars(one) for one in found.not_priced],
    }


def _item(item: Item) -> Mapping[str, Any]:
    numbers = {name: None if value is None else float(value) for name, value in vars(item).items() if name in _NUMBERS}
    return {**vars(item), **numbers, "monthly": _money(item.monthly)}


_NUMBERS = {"usd", "quantity", "low", "high"}


def _money(amount: Decimal) -> float:
    return float(round(amount, 2))


def show(found: Estimate, environment: str) -> None:
    """Prints the estimate for people: fixed by resource, use by rate, and what is left out."""
    from scripts.terminal import out

    for item in found.fixed:
        rate = f"{float(item.quantity or 0):g} {item.unit} x {item.usd}"
        out.print(f"{item.monthly:9.2f}  {item.resource}: {item.what} ({rate})", markup=False)
    low, high = found.monthly_range
    span = f", {low:.2f} to {high:.2f} as it scales" if low != high else ""
    out.print(f"{found.monthly:9.2f}  [bold]USD a month fixed[/]{span}, in {found.region}")
    out.print("By use:")
    for item in found.usage:
        paid = f"{item.monthly:.2f} for {item.quantity} " if item.quantity is not None else ""
        place = "" if item.region == found.region else f" in {item.region}"
        out.print(f"  {item.service}: {item.what}{place}: {paid}({item.usd} USD per {item.unit})", markup=False)
    if any(item.quantity is not None for item in found.usage):
        out.print(f"{found.monthly_usage:9.2f}  USD a month for the use that --usage names")
    for one in found.not_priced:
        out.print(f"[yellow]not priced[/] {one.resource} ({one.type}): {one.reason}")
    count = sum(one.count for one in found.free)
    told = "AWS's price list API" if found.sheet.fetched else "AWS's public pages, not fetched"
    out.print(f"{environment}: {count} resources are free; prices of {found.sheet.as_of} from {told}")
