"""Old releases in the artifacts bucket: how many stay, what always stays, and that nothing else goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from small_fleet import Fleet
from test_app_role import scope

from infra import deploy_policies
from infra.errors import PlatformError
from rehearsal.policy_evaluation import allowed
from scripts.backend.audit import listed
from scripts.backend.deploy import DeployFailedError, carry_out
from scripts.backend.lock import KEY
from scripts.backend.plan import plan_rollback
from scripts.backend.prune import kept, plan
from scripts.backend.release import PROGRAM_KEY
from scripts.backend.store import AUDIT, ReleaseStore, released

pytestmark = pytest.mark.slow

Fleets = Callable[[int], Fleet]


def versions(count: int) -> list[str]:
    return [f"202611{day:02}-120000-{day:012}" for day in range(1, count + 1)]


def in_bucket(fleet: Fleet) -> set[str]:
    return set(released(fleet.store.list_keys()))


def artifacts(fleet: Fleet) -> list[str]:
    return [key for key in fleet.store.list_keys() if key.startswith("releases/artifacts/")]


def went_live(*releases: str) -> list[dict[str, Any]]:
    """Audit records of these, the newest first."""
    return [{"release": one, "result": "done"} for one in releases]


def test_the_last_releases_to_go_live_stay_with_their_artifacts_and_nothing_older(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(3)
    made = [one.deploy(version) for version in versions(5)]
    assert in_bucket(one) == set(made[2:])
    assert len(artifacts(one)) == 3
    assert {KEY, PROGRAM_KEY} <= set(one.store.list_keys())
    assert [row["release"] for row in one.store.records(50)] == made[::-1]


def test_an_artifact_that_a_release_still_is_made_of_stays(fleet: Fleets) -> None:
    """The same package under new settings is another release of one artifact."""
    one = fleet(1)
    one.keep(2)
    first, *others = versions(3)
    one.deploy(first)
    product = one.backend.config.product.model_copy(update={"health_path": "/healthz?again"})
    settings = one.backend
    one.backend = replace(settings, config=settings.config.model_copy(update={"product": product}))
    again = one.deploy(first)
    one.backend = settings
    last = one.deploy(others[0])
    assert in_bucket(one) == {again, last}
    assert len(artifacts(one)) == 2


def test_a_release_that_failed_counts_for_none_of_those_that_stay(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(2)
    first, second, third, fourth = versions(4)
    good = [one.deploy(first), one.deploy(second)]
    one.hosts[0].fail(76)
    with pytest.raises(DeployFailedError):
        one.deploy(third)
    assert in_bucket(one) > set(good)
    last = one.deploy(fourth)
    assert in_bucket(one) == {good[1], last}


def test_releases_stay_however_many_deploys_failed_since(fleet: Fleets) -> None:
    one = fleet(1)
    made = [f"2026-{number:012}" for number in range(8)]
    for number, release in enumerate(made):
        one.store.put(f"releases/{release}/release.json", b'{"artifact": {"sha256": "ab"}}', etag=None)
        one.store.record(f"{number:04}-deploy-{release}", {"release": release, "result": "done"})
    for number in range(60):
        one.store.record(f"1{number:03}-deploy-x", {"release": "x", "result": "failed"})
    wanted = plan(one.store, live=made[-1], before=made[-2], keep=6)
    assert wanted.releases == tuple(made[:2])


def test_what_is_damaged_in_the_bucket_fails_no_deploy_and_removes_no_artifact(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(2)
    first, second, third, fourth = versions(4)
    made = [one.deploy(first), one.deploy(second)]
    one.store.put(f"{AUDIT}20261101T0-deploy-{made[0]}.json", b'{"schema": 1, "rel', etag=None)
    one.store.put(f"{AUDIT}20261101T1-deploy-{made[0]}.json", b"[]", etag=None)
    descriptor = f"releases/{made[1]}/release.json"
    one.backend.session.client("s3").put_object(Bucket=one.store.bucket, Key=descriptor, Body=b'{"artifact"')
    one.said.clear()
    made.append(one.deploy(third))
    assert one.store.records(1)[0]["result"] == "done"
    assert in_bucket(one) == {made[1], made[2]}
    assert len(artifacts(one)) == 3
    said = "\n".join(one.said)
    assert f"the audit record 20261101T0-deploy-{made[0]} is damaged" in said
    assert f"the release.json of {made[1]} is damaged, so every artifact stays" in said
    rows = listed(one.store.records(50), one.parameter, in_bucket(one))
    assert [row["release"] for row in rows if row["result"] == "unreadable"] == [made[0]] * 2
    with pytest.raises(PlatformError, match=rf"{made[1]} is not whole in the bucket"):
        plan_rollback(one.backend, None)
    one.deploy(fourth)
    assert "the audit record 20261101T1-deploy-" in plan_rollback(one.backend, None).steps()[0]
    assert len(artifacts(one)) == 2


def test_interrupted_while_old_releases_are_removed_the_release_is_recorded_as_live(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    one.keep(2)
    made = [one.deploy(version) for version in versions(2)]

    def interrupt(_store: ReleaseStore, _key: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ReleaseStore, "remove", interrupt)
    with pytest.raises(KeyboardInterrupt):
        one.deploy(versions(3)[2])
    record = one.store.records(1)[0]
    assert (record["release"], record["result"], record["message"]) == (one.parameter, "done", "interrupted")
    assert plan_rollback(one.backend, None).to == made[1]


def test_what_a_rollback_goes_to_stays_however_few_are_kept(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(2)
    first, second, third = (one.deploy(version) for version in versions(3))
    carry_out(one.backend, plan_rollback(one.backend, second), one.means())
    assert in_bucket(one) == {second, third}
    with pytest.raises(PlatformError, match=r"no longer \(artifacts.keep_releases is 2\)"):
        plan_rollback(one.backend, first)
    # After A B C, a rollback to B and then D, B is what was live before.
    assert kept(went_live("B", "C", "B", "A"), "ABCD", live="D", before="B", keep=2) == {"D", "B"}
    # After A B C and a rollback to B, the next rollback goes to A, and C was live before.
    assert kept(went_live("C", "B", "A"), "ABC", live="B", before="C", keep=2) == {"B", "C", "A"}


def test_that_the_bucket_refuses_is_told_and_the_release_is_live(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    one.keep(2)

    def refused(_store: ReleaseStore, key: str) -> None:
        raise PlatformError(f"remove {key}: AccessDenied")

    monkeypatch.setattr(ReleaseStore, "remove", refused)
    made = [one.deploy(version) for version in versions(3)]
    assert one.parameter == made[-1]
    assert one.said[-1].startswith("old releases stay in the bucket: remove releases/")
    assert in_bucket(one) == set(made)


def test_the_history_says_what_is_no_longer_there(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(2)
    made = [one.deploy(version) for version in versions(3)]
    rows = listed(one.store.records(20), one.parameter, in_bucket(one))
    assert [(row["release"], row["kept"], row["pruned"]) for row in rows] == [
        (made[2], True, [made[0]]),
        (made[1], True, []),
        (made[0], False, []),
    ]


def test_a_deployer_may_remove_neither_the_audit_record_nor_the_lock_nor_the_program(fleet: Fleets) -> None:
    one = fleet(1)
    policy, bucket = deploy_policies.app(scope(one)), f"arn:aws:s3:::{one.backend.outputs.artifacts_bucket}"
    may = {
        key: allowed([policy], "s3:DeleteObject", f"{bucket}/{key}", {})
        for key in (
            "releases/artifacts/ab.tar.gz",
            "releases/1-ab/release.json",
            KEY,
            PROGRAM_KEY,
            "releases/audit/1.json",
        )
    }
    assert [key for key, yes in may.items() if yes] == ["releases/artifacts/ab.tar.gz", "releases/1-ab/release.json"]
