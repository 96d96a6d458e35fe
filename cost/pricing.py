"""What a pricing rule is given, and the two kinds of items that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from controls.inputs import peek
from cost.item import Item
from cost.sheet import Sheet
from rehearsal.graph import PROVIDER, UNKNOWN, Graph, Node


@dataclass(frozen=True, kw_only=True)
class Priced:
    """One resource to be priced: where it stands, what it stands among, and the sheet."""

    node: Node
    graph: Graph
    sheet: Sheet
    region: str

    def fixed(
        self,
        what: str,
        service: str,
        item: str,
        quantity: Decimal | int = 1,
        *,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
    ) -> Item:
        """An item that is paid every month; raises MissingPriceError. A price per hour is counted for all hours."""
        paid = self.usage(what, service, item)
        times = self.sheet.hours if paid.unit == "hour" else Decimal(1)
        return replace(
            paid,
            kind="fixed",
            quantity=Decimal(quantity) * times,
            low=None if low is None else Decimal(low) * times,
            high=None if high is None else Decimal(high) * times,
        )

    def usage(self, what: str, service: str, item: str) -> Item:
        """An item that is paid by use; raises MissingPriceError."""
        price = self.sheet.price(self.region, service, item)
        return Item(
            resource=self.node.name,
            urn=self.node.urn,
            type=self.node.type,
            what=what,
            service=service,
            kind="usage",
            region=self.region,
            unit=price.unit,
            usd=price.usd,
        )


Rule = Callable[[Priced], Iterator[Item]]


def region_of(graph: Graph) -> str | None:
    """The region of the graph's provider, None where the graph has none or does not know it."""
    found = [peek(node, "region") for node in graph.of(PROVIDER)]
    return next((one for one in found if isinstance(one, str) and one != UNKNOWN), None)
