"""What a rollback goes to, as the bucket tells: records in S3's order, damaged ones, and objects that are gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from small_fleet import FOUR, ONE, THREE, TWO, Fleet

from infra.errors import PlatformError
from scripts.backend.audit import UNREADABLE
from scripts.backend.deploy import carry_out
from scripts.backend.plan import plan_rollback
from scripts.backend.status import look
from scripts.backend.store import AUDIT

pytestmark = pytest.mark.slow

Fleets = Callable[[int], Fleet]
DEEP = b"[" * 200_000


def test_records_are_in_the_order_in_which_s3_got_them(fleet: Fleets, monkeypatch: pytest.MonkeyPatch) -> None:
    one, seconds = fleet(1), count()
    start = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: start + timedelta(seconds=next(seconds)))
    one.deploy(ONE)
    with monkeypatch.context() as ahead:
        ahead.setattr("scripts.backend.deploy.now", lambda: "2030-01-01T00:10:00.000000+00:00")
        second = one.deploy(TWO)
    third = one.deploy(THREE)
    assert one.deploy(TWO) == second
    assert [record["release"][:15] for record in one.store.records(4)] == [TWO[:15], THREE[:15], TWO[:15], ONE[:15]]
    assert plan_rollback(one.backend, None).to == third


def test_a_record_that_is_nested_too_deep_is_damaged_and_no_more(fleet: Fleets) -> None:
    one = fleet(1)
    first, _ = one.deploy(ONE), one.deploy(TWO)
    one.store.put(f"{AUDIT}20991126T000000.000000-deploy-x.json", DEEP, etag=None)
    assert one.store.records(1)[0]["result"] == UNREADABLE
    plan = plan_rollback(one.backend, None)
    assert (plan.to, "is damaged" in plan.steps()[0]) == (first, True)
    assert one.deploy(THREE) == one.parameter


def test_a_release_json_that_is_nested_too_deep_fails_no_deploy(fleet: Fleets) -> None:
    one = fleet(1)
    first = one.deploy(ONE)
    one.backend.session.client("s3").put_object(
        Bucket=one.store.bucket, Key=f"releases/{first}/release.json", Body=DEEP
    )
    assert one.deploy(TWO) == one.parameter
    assert any(f"the release.json of {first} is damaged" in text for text in one.said)


@pytest.mark.parametrize("written", ["garbage", None])
def test_a_parameter_that_a_hand_changed_is_no_release_before(fleet: Fleets, written: str | None) -> None:
    one = fleet(1)
    one.deploy(ONE)
    second = one.deploy(TWO)
    if written:
        one.backend.set_parameter(one.backend.release_parameter, written)
    else:
        one.backend.session.client("ssm").delete_parameter(Name=one.backend.release_parameter)
    one.deploy(THREE)
    plan = plan_rollback(one.backend, None)
    assert plan.to == second
    carry_out(one.backend, plan, one.means())
    one.deploy(FOUR)
    assert plan_rollback(one.backend, None).to == second


def test_a_rollback_to_what_has_no_artifact_any_more_is_refused(fleet: Fleets) -> None:
    one = fleet(1)
    first = one.deploy(ONE)
    one.deploy(TWO)
    plan = plan_rollback(one.backend, None)
    one.asked()
    one.store.remove(one.release(ONE).artifact.key)
    refused = rf"{first} is not whole in the bucket: its artifact is gone"
    with pytest.raises(PlatformError, match=refused):
        plan_rollback(one.backend, None)
    with pytest.raises(PlatformError, match=refused):
        carry_out(one.backend, plan, one.means())
    assert one.asked() == []


@pytest.mark.parametrize("part", ["artifact", "release.json"])
def test_status_says_where_the_bucket_lacks_what_is_live(fleet: Fleets, part: str) -> None:
    one = fleet(1)
    live = one.deploy(ONE)
    release = one.release(ONE)
    assert look(one.backend, None).problems == ()
    one.store.remove(release.artifact.key if part == "artifact" else release.key)
    assert look(one.backend, None).problems == (
        f"the bucket has not all of {live}, so that no machine that boots can take it; deploy again",
    )
    one.deploy(ONE)
    assert look(one.backend, None).problems == ()


def test_an_empty_id_is_no_release(fleet: Fleets) -> None:
    one = fleet(1)
    one.deploy(ONE)
    one.deploy(TWO)
    with pytest.raises(PlatformError, match="there is no release ''"):
        plan_rollback(one.backend, "")
