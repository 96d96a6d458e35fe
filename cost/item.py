"""What a resource costs, as data: one line of an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["fixed", "usage"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that is paid for.

    `resource`, `urn` and `type` say for what; `service` is the sheet's name of the price (`ec2`), `region` where it is
    paid. A fixed item has a `quantity` per month in `unit` (730 `hour`); a usage item has the quantity that was
    assumed, None where none was.
    `low` and `high` are the quantities at the smallest and largest size of a scaling group.
    """

    resource: str
    urn: str
    type: str
    what: str
    service: str
    kind: Kind
    region: str
    unit: str
    usd: Decimal
    quantity: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def monthly(self) -> Decimal:
        """USD per month; nothing for usage that nobody assumed."""
        return self.usd * (self.quantity or Decimal(0))

    @property
    def monthly_range(self) -> tuple[Decimal, Decimal]:
        """The least and the most that scaling makes of it, USD per month."""
        low = self.quantity if self.low is None else self.low
        high = self.quantity if self.high is None else self.high
        return self.usd * (low or Decimal(0)), self.usd * (high or Decimal(0))


@dataclass(frozen=True, kw_only=True)
class NotPriced:
    """A resource that the estimate leaves out, and why; `missing` where the sheet lacks a price that is needed."""

    resource: str
    urn: str
    type: str
    reason: str
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class Free:
    """A type of resource that costs nothing by itself, why, and how many of it there are."""

    type: str
    reason: str
    count: int
