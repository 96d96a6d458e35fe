"""What AWS refuses about origin groups and replication, and the emulator would let through."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.emulator import EmulatedAws
from rehearsal.origin_groups import origin_groups
from rehearsal.resources.cloudfront.distributions import behaviours
from rehearsal.resources.s3.replication import create_replication, replication_rules

ROLE = "arn:aws:iam::123456789012:role/copier"


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(account_id="123456789012", region="us-east-1") as emulated:
        yield emulated


def cdn() -> dict[str, Any]:
    """A distribution with one origin group, as Pulumi's inputs; a copy of its own for each caller."""
    behaviour = {"targetOriginId": "both", "allowedMethods": ["GET", "HEAD"], "cachePolicyId": "p"}
    group = {
        "originId": "both",
        "failoverCriteria": {"statusCodes": [500, 503]},
        "members": [{"originId": "one"}, {"originId": "two"}],
    }
    return {
        "origins": [{"originId": "one"}, {"originId": "two"}],
        "originGroups": [group],
        "defaultCacheBehavior": behaviour,
    }


def members(*names: str) -> dict[str, Any]:
    return {"members": [{"originId": name} for name in names]}


def codes(*numbers: int) -> dict[str, Any]:
    return {"failoverCriteria": {"statusCodes": list(numbers)}}


def test_a_group_of_two_origins_is_taken_and_a_behaviour_may_name_it() -> None:
    assert origin_groups(cdn()) is None
    assert behaviours(cdn()) is None


def test_a_distribution_without_groups_is_taken() -> None:
    assert origin_groups({"origins": [{"originId": "one"}]}) is None


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (members("one"), "has 1 members"),
        (members("one", "one"), "has 1 members"),
        (members("one", "two", "three"), "has 3 members"),
        (members("one", "gone"), "gone, which is no origin"),
        ({"originId": "one"}, "id of another group or of an origin"),
        (codes(), "needs status codes"),
        (codes(500, 500), "each once"),
        (codes(500, 501), "cannot fail over on 501"),
        (codes(200), "cannot fail over on 200"),
    ],
)
def test_a_group_that_cloudfront_does_not_take_is_refused(change: dict[str, Any], refused: str) -> None:
    inputs = cdn()
    inputs["originGroups"][0].update(change)
    assert refused in str(origin_groups(inputs))


def test_a_group_of_eleven_is_one_too_many() -> None:
    inputs = cdn()
    inputs["originGroups"] = [{**inputs["originGroups"][0], "originId": f"g{number}"} for number in range(11)]
    assert "at most 10" in str(origin_groups(inputs))


def test_a_behaviour_that_writes_cannot_have_a_group() -> None:
    inputs = cdn()
    write = {"pathPattern": "/api/*", "targetOriginId": "both", "allowedMethods": ["GET", "HEAD", "POST"]}
    assert "does not take POST" in str(origin_groups({**inputs, "orderedCacheBehaviors": [write]}))


def test_a_behaviour_cannot_name_a_group_that_is_not_there() -> None:
    assert "there is no origin both" in str(behaviours({**cdn(), "originGroups": []}))


def replication(**changes: Any) -> dict[str, Any]:
    rule = {
        "id": "all",
        "priority": 1,
        "status": "Enabled",
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "destination": {"bucket": "arn:aws:s3:::copy"},
    }
    return {"bucket": "source", "role": ROLE, "rules": [{**rule, **changes}]}


def test_a_rule_with_filter_priority_and_delete_markers_is_taken() -> None:
    assert replication_rules(replication()) is None


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"id": "x" * 256}, "at most 255"),
        ({"status": "On"}, "Enabled or Disabled"),
        ({"filter": None}, "no filter"),
        ({"priority": None}, "no priority"),
        ({"deleteMarkerReplication": None}, "no deleteMarkerReplication"),
        ({"destination": {"bucket": "copy"}}, "no ARN of a bucket"),
        ({"destination": {"bucket": "arn:aws:s3:::source"}}, "to itself"),
    ],
)
def test_a_rule_that_s3_does_not_take_is_refused(change: dict[str, Any], refused: str) -> None:
    assert refused in str(replication_rules(replication(**change)))


@pytest.mark.parametrize("key", ["id", "priority"])
def test_rules_do_not_share_an_id_or_a_priority(key: str) -> None:
    inputs = replication()
    second = {**copy.deepcopy(inputs["rules"][0]), "id": "other", "priority": 2}
    inputs["rules"].append({**second, key: inputs["rules"][0][key]})
    assert f"same {key}" in str(replication_rules(inputs))


def test_a_configuration_without_rules_is_refused() -> None:
    assert "1 to 1,000" in str(replication_rules({"bucket": "source", "rules": []}))


def make(aws: EmulatedAws, *, role: bool = True, versioned: tuple[str, ...] = ("source", "copy")) -> None:
    """Two buckets in two regions, and the role."""
    aws.client("s3").create_bucket(Bucket="source")
    west = {"LocationConstraint": "us-west-2"}
    aws.client("s3", "us-west-2").create_bucket(Bucket="copy", CreateBucketConfiguration=west)
    for bucket in versioned:
        aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    if role:
        aws.client("iam").create_role(RoleName="copier", AssumeRolePolicyDocument="{}")


def test_replication_is_held_by_the_bucket_and_whole_in_the_report(aws: EmulatedAws) -> None:
    make(aws)
    assert create_replication(aws, replication()).id == "source"
    held = aws.client("s3").get_bucket_replication(Bucket="source")["ReplicationConfiguration"]
    assert (held["Role"], held["Rules"][0]["Destination"]["Bucket"]) == (ROLE, "arn:aws:s3:::copy")
    (kept,) = [one for one in aws.kept if one.operation == "PutBucketReplication"]
    assert kept.params["ReplicationConfiguration"]["Rules"][0]["DeleteMarkerReplication"] == {"Status": "Enabled"}


@pytest.mark.parametrize("bucket", ["source", "copy"])
def test_both_buckets_must_keep_versions(aws: EmulatedAws, bucket: str) -> None:
    make(aws, versioned=tuple({"source", "copy"} - {bucket}))
    with pytest.raises(ClientError, match=f"bucket {bucket} must keep versions"):
        create_replication(aws, replication())


def test_the_destination_must_exist(aws: EmulatedAws) -> None:
    make(aws)
    with pytest.raises(ClientError, match="destination bucket gone does not exist"):
        create_replication(aws, replication(destination={"bucket": "arn:aws:s3:::gone"}))


def test_the_role_must_exist(aws: EmulatedAws) -> None:
    make(aws, role=False)
    with pytest.raises(ClientError, match=r"role .*copier does not exist"):
        create_replication(aws, replication())
