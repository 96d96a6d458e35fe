"""dev on the real engine, from nothing to nothing: each test goes on where the one before it stopped."""

from __future__ import annotations

import re

import pytest

from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow
DEV = "dev"


@pytest.fixture(scope="module")
def dev(rehearsed: Rehearsed, before: dict[str, set[str]]) -> Rehearsed:
    """dev after its first `up`."""
    assert before
    done = rehearsed.up(DEV)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return rehearsed


def test_a_preview_right_after_an_up_is_empty(dev: Rehearsed) -> None:
    assert dev.preview(DEV) == []


def test_a_rehearsal_changes_no_file_of_the_repository(dev: Rehearsed) -> None:
    for path in dev.root.glob("Pulumi*.yaml"):
        assert "encryptionsalt" not in path.read_text(encoding="utf-8"), path.name


def test_a_larger_server_is_changed_in_place(dev: Rehearsed) -> None:
    dev.edit(DEV, "instance_type: t3.micro", "instance_type: t3.small")
    assert [(step.op, step.type, step.properties) for step in dev.preview(DEV)] == [
        ("update", "aws:ec2/instance:Instance", ("instanceType",))
    ]


def test_a_longer_retention_is_changed_in_place(dev: Rehearsed) -> None:
    dev.edit(DEV, "instance_type: t3.small", "instance_type: t3.micro")
    dev.edit(DEV, "log_retention_days: 14", "log_retention_days: 30")
    found = dev.preview(DEV)
    assert {(step.op, step.type, step.properties) for step in found} == {
        ("update", "aws:cloudwatch/logGroup:LogGroup", ("retentionInDays",))
    }
    assert len(found) == 3


def test_a_change_is_applied_and_then_there_is_none(dev: Rehearsed) -> None:
    done = dev.up(DEV)
    assert done.returncode == 0, done.stdout[-3000:]
    groups = dev.account().client("logs").describe_log_groups(logGroupNamePrefix="diceytech-dev-backend")["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30]
    assert dev.preview(DEV) == []


def test_a_tag_is_changed_on_everything_in_place(dev: Rehearsed) -> None:
    dev.edit(DEV, "config:\n", "config:\n  platform:tags: {Team: core}\n")
    found = dev.preview(DEV)
    changed = [step for step in found if step.type.startswith("aws:")]
    assert {step.op for step in changed} == {"update"}
    assert len(changed) > 50
    dev.edit(DEV, "config:\n  platform:tags: {Team: core}\n", "config:\n")


def test_another_database_name_replaces_the_database(dev: Rehearsed) -> None:
    dev.edit(DEV, "instance_class: db.t4g.micro", "instance_class: db.t4g.micro\n    name: other")
    replaced = {step.op for step in dev.preview(DEV) if step.type == "aws:rds/instance:Instance"}
    assert "replace" in replaced
    dev.edit(DEV, "\n    name: other", "")


def test_a_third_zone_adds_subnets_and_replaces_nothing(dev: Rehearsed) -> None:
    dev.edit(DEV, "zones: [us-east-1a, us-east-1b]", "zones: [us-east-1a, us-east-1b, us-east-1c]")
    found = dev.preview(DEV)
    dev.edit(DEV, "zones: [us-east-1a, us-east-1b, us-east-1c]", "zones: [us-east-1a, us-east-1b]")
    created = [step for step in found if step.op == "create" and step.type == "aws:ec2/subnet:Subnet"]
    assert len(created) == 2
    assert {step.op for step in found} <= {"create", "update"}


def test_outside_changes_are_found_by_drift(dev: Rehearsed) -> None:
    logs, ec2 = dev.account().client("logs"), dev.account().client("ec2")
    logs.put_retention_policy(logGroupName="diceytech-dev-backend", retentionInDays=1)
    logs.delete_log_group(logGroupName="diceytech-dev-nginx")
    [reservation] = ec2.describe_instances(Filters=[{"Name": "tag:Role", "Values": ["diceytech-dev-server"]}])[
        "Reservations"
    ]
    ec2.create_tags(Resources=[reservation["Instances"][0]["InstanceId"]], Tags=[{"Key": "By", "Value": "hand"}])
    done = dev.run("diceytech", "drift", "--env", DEV, "--verbose")
    assert done.returncode == 2, done.stderr
    assert "retentionInDays: 30 -> 1" in done.stdout
    assert re.search(r"was deleted outside of the program: [^\n]*log-groups-nginx", done.stdout), done.stdout
    assert "server-instance: tags.By" in done.stdout
    assert "2 resources changed outside of the program" in done.stdout  # a tag is folded


def test_an_up_with_refresh_puts_back_what_the_yaml_says(dev: Rehearsed) -> None:
    done = dev.up(DEV, "--refresh")
    assert done.returncode == 0, done.stdout[-3000:]
    assert dev.run("diceytech", "drift", "--env", DEV).returncode == 0
    groups = dev.account().client("logs").describe_log_groups(logGroupNamePrefix="diceytech-dev-")["logGroups"]
    found = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    assert found["diceytech-dev-backend"] == found["diceytech-dev-nginx"] == 30


def test_from_one_server_to_a_fleet_the_database_is_untouched(dev: Rehearsed) -> None:
    dev.edit(DEV, "mode: single", "mode: fleet\n    fleet: {min: 1, max: 2}")
    found = dev.preview(DEV)
    assert [step for step in found if step.type.startswith("aws:rds/")] == []
    assert "aws:autoscaling/group:Group" in {step.type for step in found if step.op == "create"}
    done = dev.up(DEV)
    assert done.returncode == 0, done.stdout[-3000:]
    assert dev.preview(DEV) == []


def test_destroyed_it_leaves_the_account_as_it_was(dev: Rehearsed, before: dict[str, set[str]]) -> None:
    done = dev.destroy(DEV)
    assert done.returncode == 0, done.stdout[-3000:]
    now = dev.inventory()
    assert {token: sorted(now[token] ^ before[token]) for token in now if now[token] != before[token]} == {}
