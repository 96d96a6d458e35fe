"""The same controls over what a change leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from commands import ROOT

from changes.change import Change
from infra.errors import PlatformError
from rehearsal.graph import Graph
from rehearsal.platform import planned
from scripts.controls import held, held_change

pytestmark = pytest.mark.slow

INSTANCE = "aws:rds/instance:Instance"


@pytest.fixture(scope="module")
def change() -> Change:
    """A whole change that makes all of prod."""
    return Change(
        stack="prod", origin="preview.json", steps=(), before=Graph(()), after=planned(ROOT, "prod"), whole=True
    )


def test_a_whole_change_is_judged_as_the_plan_is(change: Change) -> None:
    found, plan = held_change(ROOT, "prod", change), held(ROOT, "prod", plan=True)
    assert (found.passed, found.unknown, found.ok) == (plan.passed, plan.unknown, True)


def test_what_the_change_opens_is_found(change: Change) -> None:
    nodes = [
        replace(one, protect=False, inputs={**one.inputs, "publiclyAccessible": True}) if one.type == INSTANCE else one
        for one in change.after
    ]
    report = held_change(ROOT, "prod", replace(change, after=Graph(tuple(nodes))))
    assert {one.control for one in report.failed} == {"RDS.2", "PLATFORM.1"}
    assert not report.ok


def test_a_change_that_does_not_tell_everything_is_refused_with_the_way_to_get_all(change: Change) -> None:
    with pytest.raises(PlatformError, match=r"preview\.json tells only of what changes.*--show-sames --stack prod"):
        held_change(ROOT, "prod", replace(change, whole=False))
