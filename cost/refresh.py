"""Prices from AWS's price list API, put into the sheet in place of those that are there.

The API (`pricing:GetProducts`, in us-east-1) is free and needs credentials of any account. What is asked here was run
against a stub of the API alone, never against AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from infra.errors import PlatformError

REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Question:
    """How one service of the sheet is found in the price list: `offer` is AWS's service code.

    `filters` are attributes of the product and their values; `{item}` and `{region}` stand for the sheet's. `scale`
    turns AWS's unit into the sheet's (a price per request into one per million).
    """

    service: str
    offer: str
    filters: Mapping[str, str]
    scale: Decimal = Decimal(1)


_MILLION = Decimal(1_000_000)
_IN_REGION = {"regionCode": "{region}"}
_MACHINE = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
_POSTGRES = {"databaseEngine": "PostgreSQL", "instanceType": "{item}"}
_STORAGE = {"productFamily": "Database Storage", "volumeType": "General Purpose-GP3", "databaseEngine": "PostgreSQL"}

QUESTIONS = (
    Question(service="ec2", offer="AmazonEC2", filters={**_IN_REGION, **_MACHINE, "instanceType": "{item}"}),
    Question(
        service="ebs", offer="AmazonEC2", filters={**_IN_REGION, "productFamily": "Storage", "volumeApiName": "{item}"}
    ),
    Question(
        service="nat",
        offer="AmazonEC2",
        filters={**_IN_REGION, "productFamily": "NAT Gateway", "group": "NGW:NatGateway", "operation": "NatGateway"},
    ),
    Question(
        service="alb",
        offer="AWSELB",
        filters={**_IN_REGION, "productFamily": "Load Balancer-Application", "group": "ELB:Balancer"},
    ),
    Question(service="rds", offer="AmazonRDS", filters={**_IN_REGION, **_POSTGRES, "deploymentOption": "Single-AZ"}),
    Question(
        service="rds-multi-az", offer="AmazonRDS", filters={**_IN_REGION, **_POSTGRES, "deploymentOption": "Multi-AZ"}
    ),
    Question(
        service="rds-storage", offer="AmazonRDS", filters={**_IN_REGION, **_STORAGE, "deploymentOption": "Single-AZ"}
    ),
    Question(
        service="rds-storage-multi-az",
        offer="AmazonRDS",
        filters={**_IN_REGION, **_STORAGE, "deploymentOption": "Multi-AZ"},
    ),
    Question(
        service="s3",
        offer="AmazonS3",
        filters={**_IN_REGION, "storageClass": "General Purpose", "volumeType": "Standard"},
    ),
    Question(service="s3-reads", offer="AmazonS3", filters={**_IN_REGION, "group": "S3-API-Tier2"}, scale=_MILLION),
    Question(service="s3-writes", offer="AmazonS3", filters={**_IN_REGION, "group": "S3-API-Tier1"}, scale=_MILLION),
)
# The sheet names the storage by its kind, the price list by its name; only this kind is asked for.
_ASKED_ITEM = {"rds-storage": "gp3", "rds-storage-multi-az": "gp3"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One price as it was in the sheet and as the API tells it now."""

    region: str
    service: str
    item: str
    before: Decimal | None
    after: Decimal


def refreshed(
    raw: dict[str, Any], region: str, *, client: Any, today: date, progress: Callable[[str], None] = lambda _text: None
) -> list[Change]:
    """Puts the API's prices of one region into the sheet as YAML reads it, and says which differ.

    Asks for what the region's part of the sheet, or for a new region that of us-east-1, has. A price that the API does
    not tell, or tells in several ways, stays as it is. Raises PlatformError where the API refuses.
    """
    part = raw["regions"].get(region)
    model = part or raw["regions"][REGION]
    found: dict[str, dict[str, Any]] = {}
    changes = []
    for question in QUESTIONS:
        progress(question.service)
        for item in model.get(question.service, {}):
            if _ASKED_ITEM.get(question.service, item) != item:
                continue
            price = _price(client, question, region, item)
            before = (part or {}).get(question.service, {}).get(item)
            if price is not None and (before is None or Decimal(str(before)) != price):
                old = None if before is None else Decimal(str(before))
                changes.append(Change(region=region, service=question.service, item=item, before=old, after=price))
                found.setdefault(question.service, {})[item] = float(price)
    _put(raw, region, found)
    raw["as_of"] = today
    raw["fetched"] = True
    return changes


def _put(raw: dict[str, Any], region: str, found: Mapping[str, Mapping[str, Any]]) -> None:
    """The region's part becomes its own: two regions may share one in the file."""
    old = raw["regions"].get(region) or {}
    names = [*old, *(name for name in found if name not in old)]
    raw["regions"][region] = {name: {**old.get(name, {}), **found.get(name, {})} for name in names}


def _price(client: Any, question: Question, region: str, item: str) -> Decimal | None:
    from botocore.exceptions import BotoCoreError, ClientError

    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value.format(region=region, item=item)}
        for field, value in question.filters.items()
    ]
    try:
        pages = client.get_paginator("get_products").paginate(ServiceCode=question.offer, Filters=filters)
        told = {price for page in pages for product in page["PriceList"] for price in _on_demand(json.loads(product))}
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(
            f"AWS's price list did not answer for {question.service} {item} in {region}: {error};"
            " the call needs credentials that may pricing:GetProducts"
        ) from None
    # Several prices are the steps of a volume discount; the first step is the dearest.
    return max(told) * question.scale if told else None


def _on_demand(product: Mapping[str, Any]) -> Iterator[Decimal]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            price = Decimal(dimension["pricePerUnit"].get("USD", "0"))
            if price > 0:
                yield price.normalize()
