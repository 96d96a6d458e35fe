"""`diceytech cost`: the real environments, and mistakes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from commands import ROOT, diceytech, edit, repository

from scripts.cost import estimated


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def test_dev_costs_under_30_dollars_a_month_before_it_is_used() -> None:
    found = estimated(ROOT, "dev")
    assert found.not_priced == ()
    assert found.monthly < 30


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_everything_of_the_real_environments_is_priced_or_free(env: str) -> None:
    assert estimated(ROOT, env).not_priced == ()


@pytest.mark.slow
def test_prod_is_told_with_the_range_of_its_fleet() -> None:
    low, high = estimated(ROOT, "prod").monthly_range
    assert low == estimated(ROOT, "prod").monthly  # it begins at its least
    assert high - low > Decimal(4) * Decimal("0.0208") * 730  # four machines more, and their disks


@pytest.mark.slow
def test_people_read_sums_rates_and_the_age_of_the_prices() -> None:
    done = diceytech("cost", "--env", "dev", "--usage", "cdn-gb=200", cwd=ROOT)
    assert done.returncode == 0
    assert "  USD a month fixed, in us-east-1" in done.stdout
    assert "cdn-gb: data from CloudFront, beyond 1 TB free: 17.00 for 200 (0.085 USD per GB)" in done.stdout
    assert "from AWS's public pages, not fetched" in done.stdout


@pytest.mark.slow
def test_machines_read_the_same() -> None:
    done = json.loads(diceytech("cost", "--env", "dev", "--usage", "cdn-gb=200", "--json", cwd=ROOT).stdout)
    assert done["usage"] == 17.0
    assert done["fixed"] == round(
        sum(item["usd"] * item["quantity"] for item in done["items"] if item["kind"] == "fixed"), 2
    )
    assert {"as_of", "fetched"} == set(done["prices"])


@pytest.mark.slow
def test_a_price_that_is_missing_is_one_clear_error(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "instance_type: t3.micro", "instance_type: m5.large")
    done = diceytech("cost", "--env", "dev", cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        "dev cannot be priced (server-instance): the price sheet has no price of ec2 m5.large in us-east-1"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which environment? pass --env ENV"),
        (["--env", "dev", "--usage", "cdn-gb"], "--usage cdn-gb: write NAME=NUMBER"),
        (["--env", "dev", "--usage", "cdn-gb=-1"], "--usage cdn-gb=-1: write NAME=NUMBER"),
        (["--env", "dev", "--usage", "cdn-gb=nan"], "--usage cdn-gb=nan: write NAME=NUMBER"),
        (["--env", "dev", "--usage", "moon=1"], "nothing here is paid by moon"),
    ],
)
def test_a_mistake_is_one_clear_error(arguments: list[str], message: str) -> None:
    done = diceytech("cost", *arguments, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_dev_stays_under_30_dollars_where_prod_uses_up_the_accounts_free_alarms_and_metrics() -> None:
    bare = estimated(ROOT, "dev", allowances=False)
    dashboards = [item for item in bare.fixed if item.service == "dashboard"]
    assert len(dashboards) == 1  # one of three that are free for both
    assert bare.monthly - dashboards[0].monthly < 30
