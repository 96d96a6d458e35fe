"""After a first `up` that was interrupted the guard lets the next one go on, and nothing else pass."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from changes.guard import decide
from changes.judge import judge
from changes.preview_file import parse
from tests.changes.previews import BUCKET, STACK, document, state, step

RULES = "urn:pulumi:dev::platform::aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration::media-lifecycle"
PARAMETER = "urn:pulumi:dev::platform::aws:ssm/parameter:Parameter::platform-parameter"
EXPIRING = {"bucket": "media-1", "rules": [{"status": "Enabled", "expiration": {"days": 1}}]}


def same(urn: str, **more: Any) -> dict[str, Any]:
    held = state(urn, **more)
    return {"op": "same", "urn": urn, "oldState": held, "newState": held}


def refused(
    *others: dict[str, Any], stack: dict[str, Any] | None, bucket: dict[str, Any] | None = None, **summary: int
) -> list[str]:
    """What waits for a word where a bucket that is there gets its first lifecycle rules."""
    rules = step("create", RULES, inputs=EXPIRING, propertyDependencies={"bucket": [BUCKET]})
    there = [same(BUCKET, id="media-1", inputs={"bucket": "media-1"}, **(bucket or {}))]
    there += [] if stack is None else [same(STACK, **stack)]
    kept = [one for one in others if one["op"] == "same"]
    counts = {"create": 1 + len(others) - len(kept), "same": len(there) + len(kept), **summary}
    change = parse(document(*there, rules, *others, **counts), stack="dev", origin="a test")
    return [one.rule for one in decide(judge(change), (), today=date(2026, 11, 26)).refused]


ANNOUNCES = step("create", PARAMETER, inputs={"name": "/acme/dev/platform", "type": "String"})
FINISHED = {"outputs": {"domain": "product.example"}}


def test_parts_that_an_interrupted_first_up_did_not_come_to_are_made_by_the_next() -> None:
    assert refused(ANNOUNCES, stack={}) == []


@pytest.mark.parametrize(
    ("others", "stack", "bucket"),
    [
        ((same(PARAMETER, id="p", inputs=ANNOUNCES["newState"]["inputs"]),), FINISHED, {}),
        ((same(PARAMETER, id="p", inputs=ANNOUNCES["newState"]["inputs"]),), {}, {}),
        ((ANNOUNCES,), FINISHED, {}),
        ((), {}, {}),
        ((ANNOUNCES,), None, {}),
        ((ANNOUNCES,), {}, {"importID": "media-1"}),
        ((ANNOUNCES,), {}, {"external": True}),
    ],
    ids=[
        "an environment that is whole",
        "its outputs are lost",
        "its parameter was deleted by hand",
        "a program that announces nothing",
        "a state without its stack",
        "a bucket that was imported",
        "a bucket that is read",
    ],
)
def test_what_is_added_to_what_may_be_in_use_waits(
    others: tuple[dict[str, Any], ...], stack: dict[str, Any] | None, bucket: dict[str, Any]
) -> None:
    assert refused(*others, stack=stack, bucket=bucket) == ["expiry-shortened"]


def test_a_parameter_that_only_gets_another_name_in_the_program_announces_nothing_new() -> None:
    old = PARAMETER.replace("platform-parameter", "platform-parameter-2")
    gone = {"op": "delete", "urn": old, "oldState": state(old, id="p", inputs={"name": "/acme/dev/platform"})}
    assert "expiry-shortened" in refused(ANNOUNCES, gone, stack=FINISHED, create=2, delete=1)


def test_a_preview_that_does_not_tell_of_all_resources_tells_nothing_of_a_first_up() -> None:
    assert refused(ANNOUNCES, stack={}, same=3) == ["expiry-shortened"]
