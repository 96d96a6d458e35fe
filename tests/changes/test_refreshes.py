"""What a refresh finds is a change that has happened already, outside of Pulumi."""

from __future__ import annotations

from typing import Any

from changes.change import PropertyChange
from changes.refresh import change
from rehearsal.graph import SECRET
from rehearsal.wire import SECRET_MARK, SIGNATURE
from tests.changes.previews import BUCKET, state


def refreshed(old: dict[str, Any], new: dict[str, Any] | None) -> dict[str, Any]:
    sides = {"oldState": state(BUCKET, id="b", **old), "newState": new and state(BUCKET, id="b", **new)}
    return {"steps": [{"op": "refresh", "urn": BUCKET, **sides}]}


def test_what_aws_holds_is_after_also_where_the_program_never_asked_for_it() -> None:
    found = change(refreshed({"inputs": {"a": 1}, "outputs": {"a": 1}}, {"outputs": {"a": 2, "b": True}}), stack="dev")
    assert (found.outside, found.whole) == (True, True)
    assert found.steps[0].changes == (
        PropertyChange(path="a", before=1, after=2),
        PropertyChange(path="b", before=None, after=True, output=True),
    )


def test_nothing_written_in_two_ways_is_no_drift() -> None:
    told = refreshed({"outputs": {"a": "", "b": [], "p": '{"x": 1}'}}, {"outputs": {"a": None, "p": '{"x":1}'}})
    assert [one.path for step in change(told, stack="dev").steps for one in step.changes] == []


def test_what_is_gone_is_a_step_without_an_after() -> None:
    [step] = change(refreshed({"outputs": {"a": 1}}, None), stack="dev").steps
    assert (step.op, step.after) == ("delete", None)


def test_a_secret_is_masked() -> None:
    secret = {SIGNATURE: SECRET_MARK, "value": "hunter2"}
    [step] = change(refreshed({"outputs": {"a": secret}}, {"outputs": {"a": "seen"}}), stack="dev").steps
    assert step.changes == (PropertyChange(path="a", before=SECRET, after="seen", output=True),)
