"""The price sheet (cost/prices.yaml): dated prices by region, each with its unit and AWS's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infra.errors import PlatformError

FILE = Path(__file__).with_name("prices.yaml")


class MissingPriceError(PlatformError):
    """The sheet has no price for something that AWS is paid for; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price: `usd` per `unit` (`hour`, `GB-month`), and the title of AWS's page that tells it."""

    usd: Decimal
    unit: str
    page: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All prices. `fetched` says whether AWS's price list API told them; `hours` are those of a month.

    `allowances` are quantities that are free in every account and month, by service.
    """

    as_of: date
    fetched: bool
    hours: Decimal
    services: Mapping[str, Mapping[str, str]]
    allowances: Mapping[str, Decimal]
    everywhere: Mapping[str, Mapping[str, Decimal]]
    regions: Mapping[str, Mapping[str, Mapping[str, Decimal]]]

    def price(self, region: str, service: str, item: str) -> Price:
        """The price of `item` (`t3.micro`) of a service of the sheet (`ec2`); raises MissingPriceError."""
        if region not in self.regions:
            raise MissingPriceError(
                f"the price sheet has no region {region} (it has {', '.join(self.regions)}); run `diceytech cost"
                f" --refresh --region {region}` with AWS credentials, or add it to {FILE.parent.name}/{FILE.name}"
            )
        usd = self.regions[region].get(service, {}).get(item, self.everywhere.get(service, {}).get(item))
        if usd is None:
            raise MissingPriceError(
                f"the price sheet has no price of {service} {item} in {region}; add it to"
                f" {FILE.parent.name}/{FILE.name} from AWS's page {self.services[service]['page']!r}"
            )
        return Price(usd=usd, unit=self.services[service]["unit"], page=self.services[service]["page"])


@cache
def load(file: Path = FILE) -> Sheet:
    """The sheet in a file; raises PlatformError where it is no price sheet."""
    import yaml

    try:
        return parse(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise PlatformError(f"{file.name} is no price sheet ({error}); take it from git again") from None


def parse(raw: Mapping[str, Any]) -> Sheet:
    """The sheet as YAML reads it, with exact decimals."""
    return Sheet(
        as_of=raw["as_of"],
        fetched=bool(raw["fetched"]),
        hours=Decimal(str(raw["hours_per_month"])),
        services=raw["services"],
        allowances={name: Decimal(str(free)) for name, free in raw["allowances"].items()},
        everywhere=_decimals(raw["everywhere"]),
        regions={region: _decimals(services) for region, services in raw["regions"].items()},
    )


def _decimals(services: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Decimal]]:
    return {name: {item: Decimal(str(usd)) for item, usd in prices.items()} for name, prices in services.items()}
