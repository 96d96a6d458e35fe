"""A sample of `make faults`: kill -9 of everything before and after a create, on the real engine."""

from __future__ import annotations

import json

import pytest

from rehearsal.platform import planned
from tests.engine.kills import MOMENTS, closure, first_of_each_type, kill_each, killing
from tests.engine.rehearsed import BACKEND_LOG_GROUP, Rehearsed
from tests.scripts.commands import ROOT

pytestmark = pytest.mark.slow
# One with a name, one known by its tags alone, one of whose create alone tells a secret.
SAMPLE = ("aws:cloudwatch/logGroup:LogGroup", "aws:ec2/vpc:Vpc", "aws:iam/accessKey:AccessKey")


def test_what_a_killed_run_had_begun_is_recovered_with_no_orphan(rehearsed: Rehearsed) -> None:
    graph = planned(ROOT, "dev")
    urns = first_of_each_type(graph)
    rehearsed.run("true")
    found = list(kill_each(rehearsed, "dev", graph, {kind: urns[kind] for kind in SAMPLE}))
    assert [one for one in found if not one.good] == []
    assert [one.outcome for one in found] == ["cleared", "imported", "cleared", "imported", "cleared", "removed"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_update_that_was_killed_is_settled_and_the_next_up_ends_it(rehearsed: Rehearsed, moment: str) -> None:
    urn, targets = BACKEND_LOG_GROUP, closed(BACKEND_LOG_GROUP)
    assert rehearsed.up("dev", *targets).returncode == 0
    days = {"before": (14, 30), "after": (30, 60)}[moment]
    rehearsed.edit("dev", *(f"log_retention_days: {one}" for one in days))
    with killing(rehearsed, f"{moment}:update:{urn}") as variables:
        assert rehearsed.up("dev", *targets, **variables).returncode < 0
    assert recovered(rehearsed) == {urn: "settled"}
    assert rehearsed.up("dev", *targets).returncode == 0
    assert rehearsed.preview("dev", *targets) == []
    [group] = rehearsed.account().client("logs").describe_log_groups(logGroupNamePrefix="diceytech-dev-")["logGroups"]
    assert group["retentionInDays"] == days[1]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_delete_that_was_killed_is_settled_and_the_next_destroy_ends_it(rehearsed: Rehearsed, moment: str) -> None:
    urn, targets = BACKEND_LOG_GROUP, closed(BACKEND_LOG_GROUP)
    assert rehearsed.up("dev", *targets).returncode == 0
    with killing(rehearsed, f"{moment}:delete:{urn}") as variables:
        assert (
            rehearsed.pulumi("destroy", "dev", "--yes", "--skip-preview", "--target", urn, **variables).returncode < 0
        )
    assert recovered(rehearsed) == {urn: "settled"}
    assert rehearsed.destroy("dev").returncode == 0
    assert rehearsed.state("dev").get("resources", []) == []
    logs = rehearsed.account().client("logs")
    assert logs.describe_log_groups(logGroupNamePrefix="diceytech-dev-")["logGroups"] == []


def test_the_guard_lets_the_next_up_go_on_where_the_first_was_killed(rehearsed: Rehearsed) -> None:
    name, kind = "media-lifecycle", "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    urn = planned(ROOT, "dev").named(kind, name).urn
    with killing(rehearsed, f"before:create:{urn}") as variables:
        assert rehearsed.up("dev", **variables).returncode < 0
    assert recovered(rehearsed).get(urn, "nothing pending") in ("cleared", "nothing pending")
    done = rehearsed.run("diceytech", "up", "--env", "dev", "--yes")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert rehearsed.preview("dev") == []
    words = ("pulumi", "state", "delete", urn, "--target-dependents", "--yes", "--stack", "dev")
    assert rehearsed.run(*words).returncode == 0  # also of the platform parameter, which waits for it
    refused = rehearsed.run("diceytech", "up", "--env", "dev", "--yes")
    assert (refused.returncode, "expiry-shortened" in refused.stdout) == (2, True), refused.stdout[-3000:]


def closed(urn: str) -> list[str]:
    """The options for a stack of this resource and what it needs."""
    return [word for one in closure(planned(ROOT, "dev"), urn) for word in ("--target", one)]


def recovered(rehearsed: Rehearsed) -> dict[str, str]:
    """What `recover` makes of each pending operation."""
    done = rehearsed.recover("dev")
    assert done.returncode == 0, done.stderr
    return {one["urn"]: one["outcome"] for one in json.loads(done.stdout)["recovered"]}
