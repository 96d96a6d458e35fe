"""Two environments side by side: what production has weaker, and what names the other one, looks like a mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.config import PlatformConfig
from infra.config_beside import Beside, Side, beside
from infra.config_beside_rules import EXPECTED, RULES
from infra.config_own import OWN
from infra.config_paths import known
from infra.config_source import parse, read_raw

ROOT = Path(__file__).parent.parent


def side(name: str, **sections: dict[str, Any] | None) -> Side:
    """The real environment with keys of some sections set; None removes a section."""
    raw = read_raw(ROOT, name)
    for section, values in sections.items():
        if values is None:
            raw.pop(section, None)
        else:
            raw[section] = {**raw.get(section, {}), **values}
    config: PlatformConfig = parse(raw, source=name)
    return Side(name=name, config=config, raw=raw)


def found(one: Side, two: Side) -> dict[str, Beside]:
    return {each.path: each for each in beside(one, two)}


def mistakes(one: Side, two: Side) -> dict[str, str]:
    return {path: each.reason for path, each in found(one, two).items() if each.kind == "mistake"}


def test_the_committed_environments_differ_as_they_should() -> None:
    differences = beside(side("dev"), side("prod"))
    assert len(differences) > 30
    assert {one.kind for one in differences} == {"expected"}
    assert all(one.reason for one in differences)


def test_every_rule_is_of_a_key_of_the_schema() -> None:
    paths = set(known())
    assert {rule.path for rule in RULES} | set(EXPECTED) | set(OWN) <= paths
    assert len({rule.path for rule in RULES} | set(EXPECTED)) == len(RULES) + len(EXPECTED)


WEAKER: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("database", "backup_retention_days", {"backup_retention_days": 10}, {"backup_retention_days": 8}),
    ("database", "log_retention_days", {"log_retention_days": 400}, {}),
    ("database", "instance_class", {"instance_class": "db.m7g.large"}, {}),
    ("database", "instance_class", {"instance_class": "db.m7g.2xlarge"}, {"instance_class": "db.m7g.xlarge"}),
    ("database", "deletion_protection", {"deletion_protection": True}, {"deletion_protection": False}),
    ("database", "multi_az", {"multi_az": True}, {"multi_az": False}),
    ("database", "engine_version", {"engine_version": "16"}, {"engine_version": "17"}),
    ("database", "parameters", {"parameters": {"work_mem": "64MB"}}, {}),
    ("environment", "protect", {"protect": True}, {"protect": False}),
    ("website", "waf", {"waf": True}, {"waf": False}),
    ("website", "content_security_policy", {"content_security_policy": "default-src *"}, {}),
    ("website", "gate", {"gate": None}, {"gate": {"username": "a", "secret": "SITE_PASSWORD"}}),
    ("network", "flow_log_retention_days", {}, {"flow_log_retention_days": None}),
    ("server", "root_volume_gb", {"root_volume_gb": 40}, {}),
    ("django", "log_level", {"log_level": "WARNING"}, {"log_level": "DEBUG"}),
    ("django", "variables", {"variables": {"FEATURE": "on"}}, {}),
    ("secrets", "django", {"django": ["SECRET_KEY", "MAIL_KEY"]}, {}),
    ("media", "access", {}, {"access": "public"}),
    ("observability", "alarm_emails", {"alarm_emails": ["a@b.example"]}, {"alarm_emails": []}),
]


@pytest.mark.parametrize(("section", "key", "dev", "prod"), WEAKER, ids=lambda value: str(value)[:40])
def test_what_production_has_weaker_looks_like_a_mistake(
    section: str, key: str, dev: dict[str, Any], prod: dict[str, Any]
) -> None:
    one, two = side("dev", **{section: dev}), side("prod", **{section: prod})
    assert set(mistakes(one, two)) == {f"{section}.{key}"}
    assert mistakes(two, one) == mistakes(one, two)


def test_between_two_environments_that_are_no_production_nothing_is_weaker() -> None:
    one = side("dev", database={"backup_retention_days": 3})
    two = side("dev")
    assert [(path, each.kind) for path, each in found(one, two).items()] == [
        ("database.backup_retention_days", "other")
    ]


def test_the_other_environments_domain_in_a_value_is_a_mistake_on_either_side() -> None:
    dev = side("dev", media={"cors_origins": ["https://www.product.example"]})
    assert mistakes(dev, side("prod")) == {"media.cors_origins": "dev names prod's domain (www.product.example)"}
    near = side("dev", media={"cors_origins": ["https://dev.www.product.example", "https://www.product.example.org"]})
    assert mistakes(near, side("prod")) == {}


def test_the_same_foreign_value_on_both_sides_is_still_foreign_to_one() -> None:
    origins = {"cors_allowed_origins": ["https://www.product.example"]}
    dev, prod = side("dev", django=origins), side("prod", django=origins)
    assert list(mistakes(dev, prod)) == ["django.cors_allowed_origins"]


def test_the_other_environments_account_and_resources_in_a_value_are_mistakes() -> None:
    variables = {"QUEUE": "arn:aws:sqs:us-east-1:210987654321:jobs", "BUCKET": "diceytech-dev-media-123456789012"}
    dev = side("dev", aws={"account_id": "210987654321", "shared_account": False})
    prod = side("prod", aws={"shared_account": False}, django={"variables": variables})
    assert mistakes(dev, prod)["django.variables"] == "prod names dev's account (210987654321)"
    del variables["QUEUE"]
    prod = side("prod", django={"variables": variables})
    assert mistakes(side("dev"), prod)["django.variables"] == "prod names dev's resources (diceytech-dev)"


def test_production_that_lets_a_developers_machine_in_is_a_mistake() -> None:
    prod = side("prod", django={"cors_allowed_origins": ["http://localhost:3000"]})
    assert "somebody's own machine" in mistakes(side("dev"), prod)["django.cors_allowed_origins"]


def test_a_key_that_only_one_side_sets_says_so() -> None:
    both = found(side("dev"), side("prod"))
    assert both["server.fleet.max"].defaulted == ("dev",)
    assert both["media.cors_origins"].defaulted == ("prod",)
    assert both["database.storage_gb"].defaulted == ()
