"""A plan that the engine saved is read as far as it tells."""

from __future__ import annotations

from typing import Any

import pytest

from changes.change import Step
from changes.preview_file import parse
from infra.errors import PlatformError
from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.wire import SECRET_MARK, SIGNATURE
from tests.changes.previews import BUCKET, POLICY, STACK


def plan(**more: Any) -> dict[str, Any]:
    return {"resourcePlans": {STACK: {"steps": ["same"], "goal": {"custom": False}}, BUCKET: more}}


def the_step(**more: Any) -> Step:
    [found] = parse(plan(**more), stack="dev", origin="plan.json").steps
    return found


def test_an_update_tells_the_values_after_and_leaves_those_before_open() -> None:
    found = the_step(steps=["update"], goal={"inputDiff": {"updates": {"a": 1}, "adds": {"b": 2}, "deletes": ["c"]}})
    assert found.op == "update"
    assert {one.path: (one.before, one.after) for one in found.changes} == {
        "a": (UNKNOWN, 1),
        "b": (None, 2),
        "c": (UNKNOWN, None),
    }


def test_a_replacement_s_three_words_are_one_and_any_of_its_properties_may_be_why() -> None:
    words = ["create-replacement", "replace", "delete-replaced"]
    found = the_step(steps=words, goal={"inputDiff": {"updates": {"bucket": "b"}}})
    assert (found.op, [one.replaces for one in found.changes]) == ("replace", [True])


def test_what_is_deleted_has_no_goal() -> None:
    assert the_step(steps=["delete"]).op == "delete"


def test_secrets_stay_masked() -> None:
    secret = {SIGNATURE: SECRET_MARK, "plaintext": "hunter2"}
    found = the_step(steps=["create"], goal={"inputDiff": {"adds": {"password": secret}}})
    assert found.node.inputs == {"password": SECRET}


def test_it_is_never_whole_and_says_why() -> None:
    found = parse(plan(steps=["same"], goal={}), stack="dev", origin="plan.json")
    assert (found.whole, found.steps) == (False, ())
    assert "does not tell the values before" in found.warnings[0]


def test_a_plan_of_another_stack_or_with_an_operation_nobody_knows_is_refused() -> None:
    with pytest.raises(PlatformError, match="is a plan of dev, not of prod"):
        parse(plan(steps=["same"]), stack="prod", origin="plan.json")
    with pytest.raises(PlatformError, match="'explode'"):
        parse({"resourcePlans": {POLICY: {"steps": ["explode"]}}}, stack="dev", origin="plan.json")
