"""Both environments against AWS's Foundational Security Best Practices, with the exceptions that their YAML names."""

from __future__ import annotations

import pytest

from controls.catalogue import ALL
from controls.control import Scope
from controls.evaluate import Report, evaluate
from rehearsal.platform import rehearsed
from tests.stacks.environments import ROOT

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

# What a cheap environment does without; anything else in dev's list would be a weakness that nobody decided.
EXPLAINED_BY_CHEAPNESS = {
    "CloudFront.4", "CloudFront.6", "CloudFront.7", "CloudFront.9", "EC2.9", "EC2.10", "EC2.55", "EC2.56", "EC2.57",
    "EC2.58", "EC2.60", "RDS.5", "RDS.6", "RDS.8", "RDS.11", "SecretsManager.1",
}  # fmt: skip


def report(env: str) -> Report:
    with rehearsed(ROOT, env) as found:
        scope: Scope = "production" if found.config.environment.tier == "production" else "environment"
        return evaluate(found.run.graph, found.config.accepted, scope=scope)


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_every_control_is_met_or_accepted_by_a_line_with_its_reason(env: str) -> None:
    found = report(env)
    assert found.failed == ()
    assert found.unknown == ()
    assert found.unused == ()


def test_prod_does_without_nothing() -> None:
    assert report("prod").accepted == ()


def test_dev_does_without_what_its_cheapness_explains() -> None:
    assert {one.finding.control for one in report("dev").accepted} == EXPLAINED_BY_CHEAPNESS


def test_prod_shows_most_controls() -> None:
    found = report("prod")
    environment = [control for control in ALL if control.scope != "account"]
    assert len(found.passed) + len(found.accepted) + len(found.absent) == len(environment)
    assert len(found.passed) > 90
