"""What a change costs, beside what it risks: in every format, and within a comment's length."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from judged_changes import HOSTILE, deleted_database, node, resized_database, verdict

from cost.difference import CostDifference, Row
from cost.item import NotPriced
from rehearsal.graph import PROVIDER
from reports.as_markdown import COSTS, LIMIT, markdown
from reports.cost import Costs, Unpriced
from reports.cost import markdown as cost_page
from reports.markdown_text import length
from reports.report import Format, rendered


def priced(rows: int = 1, name: str = "database-instance") -> CostDifference:
    return CostDifference(
        before=Decimal(1),
        after=Decimal("27.28"),
        rows=tuple(
            Row(resource=f"{name}{index}", urn=f"urn:{name}", type="aws:rds/instance:Instance", before=Decimal(1),
                after=Decimal("27.28"))
            for index in range(rows)
        ),
        more_usage=(),
        less_usage=(),
        not_priced=(NotPriced(resource=name, urn="urn:x", type="acme:x:Y", reason="nobody priced it"),) * rows,
    )  # fmt: skip


@pytest.mark.parametrize("format", list(Format))
def test_every_format_tells_the_cost_where_it_is_asked_for_and_what_cannot_be_priced(format: Format) -> None:
    costs = Costs(base="main", environments={"prod": priced(), "qa": Unpriced(reason="no sheet has mars-1")})
    found = rendered([verdict(deleted_database())], format, guard=True, costs=costs).replace("\\", "")
    assert all(words in found for words in ("27.28", "nobody priced it", "no sheet has mars-1")), found
    assert "27.28" not in rendered([verdict(deleted_database())], format, guard=True)


@pytest.mark.parametrize("format", list(Format))
def test_hostile_names_steer_no_terminal_here_either(format: Format) -> None:
    costs = Costs(base=HOSTILE, environments={HOSTILE: priced(2, HOSTILE), "x": Unpriced(reason=HOSTILE)})
    found = rendered([], format, guard=True, costs=costs)
    found.encode()
    assert not any(letter in found for letter in "\x00\x07\x08\x1b\x7f\x9b\u202e\u2066")
    assert "<script>" not in found.replace("\\<script\\>", "") or format is not Format.HTML


@pytest.mark.parametrize("environments", [1, 200])
@pytest.mark.parametrize("rows", [0, 3, 500])
def test_the_whole_comment_is_under_the_limit_with_its_costs(environments: int, rows: int) -> None:
    warnings = ("w" * 1000,) * 3
    many = [
        verdict(*(deleted_database(f"db-{n}") for n in range(60)), stack=f"env-{n}" * 20, warnings=warnings)
        for n in range(environments)
    ]
    costs = Costs(base="main", environments={f"env-{n}": priced(rows, "x" * 300) for n in range(environments)})
    found = markdown(many, costs)
    assert length(found) < LIMIT
    assert "## Cost" in found
    assert length(cost_page(costs, COSTS)) < COSTS
    assert ("are left out here; `diceytech cost" in found) == (rows > 50 or rows * environments > 100)


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize(
    ("region", "why"),
    [
        ("mars-north-1", "mars-north-1"),
        (None, "no side names its region"),
        ("us-east-1", "main-db: the price sheet has no price of rds db.r99.huge"),
    ],
)
def test_a_cost_that_is_not_judged_is_said(format: Format, region: str | None, why: str) -> None:
    provider = [node(PROVIDER, "aws", {"region": region})] if region else []
    found = rendered([verdict(resized_database(after="db.r99.huge"), beside=provider)], format, guard=True)
    assert "not judged, or not all of it" in found
    assert why in found.replace("\\", "")


def test_json_has_the_costs_under_one_key_and_money_as_numbers() -> None:
    costs = Costs(base="main", environments={"prod": priced(), "qa": Unpriced(reason="why")})
    found = json.loads(rendered([], Format.JSON, guard=True, costs=costs))["cost"]
    assert [one["environment"] for one in found["environments"]] == ["prod", "qa"]
    assert found["environments"][0]["difference"] == 26.28
    assert found["environments"][1] == {"environment": "qa", "account": None, "error": "why"}
