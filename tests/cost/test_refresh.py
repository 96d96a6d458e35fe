"""The price list API, answered by a stub: what is asked, and what becomes of the answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.stub import ANY, Stubber

from cost.refresh import QUESTIONS, refreshed
from cost.sheet import FILE, load, parse
from infra.errors import PlatformError
from scripts.cost_refresh import refresh

DAY = date(2026, 12, 24)


def product(*usd: str) -> str:
    dimensions = {str(at): {"pricePerUnit": {"USD": one}, "unit": "Hrs"} for at, one in enumerate(usd)}
    return json.dumps({"product": {}, "terms": {"OnDemand": {"T": {"priceDimensions": dimensions}}, "Reserved": {}}})


@pytest.fixture
def api() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber


def small(**services: dict[str, float]) -> dict[str, Any]:
    """The delivered sheet with these prices alone in its regions."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {**raw, "regions": {"us-east-1": services}}


def test_a_price_is_asked_for_by_region_and_type_and_put_in_place(api: tuple[Any, Stubber]) -> None:
    client, stubber = api
    filters = {"regionCode": "us-east-1", "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA"}
    asked = {**filters, "capacitystatus": "Used", "instanceType": "t3.micro"}
    expected = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in asked.items()]
    stubber.add_response(
        "get_products",
        {"PriceList": [product("0.0000000000", "0.0110000000")]},
        {"ServiceCode": "AmazonEC2", "Filters": expected},
    )
    raw = small(ec2={"t3.micro": 0.0104})
    [change] = refreshed(raw, "us-east-1", client=client, today=DAY)
    stubber.assert_no_pending_responses()
    assert (change.service, change.before, change.after) == ("ec2", Decimal("0.0104"), Decimal("0.011"))
    assert parse(raw).price("us-east-1", "ec2", "t3.micro").usd == Decimal("0.011")
    assert raw["as_of"] == DAY


def test_a_price_per_request_becomes_one_per_million_and_the_first_step_counts(api: tuple[Any, Stubber]) -> None:
    client, stubber = api
    answers = [product("0.0000004000", "0.0000003000")]
    stubber.add_response("get_products", {"PriceList": answers}, {"ServiceCode": "AmazonS3", "Filters": ANY})
    raw = small(**{"s3-reads": {"standard": 0.5}})
    [change] = refreshed(raw, "us-east-1", client=client, today=DAY)
    assert change.after == Decimal("0.4")


def test_what_the_list_does_not_tell_stays(api: tuple[Any, Stubber]) -> None:
    client, stubber = api
    stubber.add_response("get_products", {"PriceList": []}, {"ServiceCode": "AmazonEC2", "Filters": ANY})
    raw = small(nat={"gateway": 0.045})
    assert refreshed(raw, "us-east-1", client=client, today=DAY) == []
    assert raw["regions"]["us-east-1"]["nat"] == {"gateway": 0.045}


def test_a_new_region_is_asked_for_all_that_the_first_one_has(api: tuple[Any, Stubber]) -> None:
    client, stubber = api
    stubber.add_response("get_products", {"PriceList": [product("0.05")]}, {"ServiceCode": "AmazonEC2", "Filters": ANY})
    raw = small(nat={"gateway": 0.045})
    [change] = refreshed(raw, "eu-north-1", client=client, today=DAY)
    assert (change.before, raw["regions"]["eu-north-1"]) == (None, {"nat": {"gateway": 0.05}})
    assert raw["regions"]["us-east-1"] == {"nat": {"gateway": 0.045}}


def test_a_refusal_says_what_the_call_needs(api: tuple[Any, Stubber]) -> None:
    client, stubber = api
    stubber.add_client_error("get_products", "AccessDeniedException", "no")
    with pytest.raises(PlatformError, match=r"did not answer for nat gateway in us-east-1.*pricing:GetProducts"):
        refreshed(small(nat={"gateway": 0.045}), "us-east-1", client=client, today=DAY)


def test_the_file_keeps_its_comments_and_stays_a_sheet(api: tuple[Any, Stubber], tmp_path: Path) -> None:
    client, stubber = api
    file = tmp_path / "prices.yaml"
    shutil.copy(FILE, file)
    asked = 0
    for question in QUESTIONS:
        items = load().regions["us-east-1"][question.service]
        asked += len([item for item in items if not question.service.startswith("rds-storage") or item == "gp3"])
    for _ in range(asked):
        stubber.add_response("get_products", {"PriceList": [product("0.5")]})
    changes = refresh("us-east-1", client=client, file=file)
    stubber.assert_no_pending_responses()
    assert changes
    text = file.read_text(encoding="utf-8")
    assert "# Prices of what the platform makes" in text
    assert load(file).price("us-east-1", "ec2", "t3.micro").usd == Decimal("0.5")
    assert load(file).price("us-west-2", "ec2", "t3.micro").usd == Decimal("0.0104"), "another region keeps its prices"
    assert load(file).as_of == date.today()
