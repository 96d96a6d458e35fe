"""The website's copy in a second region: what is copied, who reads it, and when CloudFront does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from website_program import ACCOUNT, program

from infra.components.website import WebsiteArgs
from infra.components.website_replica import ReplicaArgs
from infra.policies import website_replication
from rehearsal.graph import Graph, Node
from rehearsal.policy_evaluation import allowed

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/acme/deploy/acme-dev-boundary"
REPLICA, LOGS, REGION = "acme-replica", "acme-replica-logs", "us-west-2"
MINE = {"aws:ResourceAccount": ACCOUNT}


def with_replica(**changes: Any) -> Callable[[WebsiteArgs], WebsiteArgs]:
    args = ReplicaArgs(
        region=REGION,
        account_id=ACCOUNT,
        bucket=REPLICA,
        logs_bucket=LOGS,
        logs_days=14,
        noncurrent_days=30,
        keep=False,
        role_name="acme-dev-website-replication",
        permissions_boundary_arn=None,
    )
    return lambda website: replace(website, replica=replace(args, **changes))


@pytest.fixture
def up(bring_up: Any) -> tuple[Graph, Any]:
    found: tuple[Graph, Any] = bring_up(program(edit=with_replica()))
    return found


def site(graph: Graph) -> Node:
    return graph.named("aws:cloudfront/distribution:Distribution", "website")


def test_both_buckets_of_the_failover_are_in_its_region(up: tuple[Graph, Any]) -> None:
    graph, aws = up
    for bucket in (REPLICA, LOGS):
        assert aws.client("s3", REGION).get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION
    of_replica = [node for node in graph if node.inputs.get("bucket") in (REPLICA, LOGS)]
    assert len(of_replica) == 15
    assert {node.inputs.get("region") for node in of_replica} == {REGION}


def test_the_replica_is_as_safe_as_every_bucket(up: tuple[Graph, Any]) -> None:
    _, aws = up
    s3 = aws.client("s3", REGION)
    assert s3.get_bucket_versioning(Bucket=REPLICA)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=REPLICA)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_ownership_controls(Bucket=REPLICA)["OwnershipControls"]["Rules"]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    (default,) = s3.get_bucket_encryption(Bucket=REPLICA)["ServerSideEncryptionConfiguration"]["Rules"]
    assert default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert len(s3.get_bucket_lifecycle_configuration(Bucket=REPLICA)["Rules"]) == 3
    assert s3.get_bucket_logging(Bucket=REPLICA)["LoggingEnabled"]["TargetBucket"] == LOGS


def test_the_replica_is_read_by_the_same_distribution_only_and_over_tls(up: tuple[Graph, Any]) -> None:
    graph, aws = up
    policies = [
        aws.client("s3", region).get_bucket_policy(Bucket=bucket)["Policy"].replace(bucket, "BUCKET")
        for bucket, region in (("acme-website", "us-east-1"), (REPLICA, REGION))
    ]
    assert policies[0] == policies[1]
    allows = [one for one in json.loads(policies[1])["Statement"] if one["Effect"] == "Allow"]
    outputs = site(graph).outputs
    assert outputs is not None
    assert [one["Condition"] for one in allows] == [{"StringEquals": {"AWS:SourceArn": outputs["arn"]}}] * 2


def test_s3_alone_writes_the_replicas_logs(up: tuple[Graph, Any]) -> None:
    _, aws = up
    policy = json.loads(aws.client("s3", REGION).get_bucket_policy(Bucket=LOGS)["Policy"])
    (writer,) = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert writer["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert writer["Resource"] == f"arn:aws:s3:::{LOGS}/s3/{REPLICA}/*"
    assert writer["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:s3:::{REPLICA}"}


def test_everything_is_copied_and_what_is_removed_goes_too(up: tuple[Graph, Any]) -> None:
    graph, aws = up
    (node,) = graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    (rule,) = node.inputs["rules"]
    assert (node.inputs["bucket"], rule["destination"]["bucket"]) == ("acme-website", f"arn:aws:s3:::{REPLICA}")
    assert (rule["status"], rule["filter"], rule["deleteMarkerReplication"]) == (
        "Enabled",
        {"prefix": ""},
        {"status": "Enabled"},
    )
    held = aws.client("s3").get_bucket_replication(Bucket="acme-website")["ReplicationConfiguration"]
    role = graph.named("aws:iam/role:Role", "website-replica")
    assert role.outputs is not None
    assert held["Role"] == role.outputs["arn"]


def test_replication_waits_for_versions_of_both_buckets_and_for_its_role(up: tuple[Graph, Any]) -> None:
    graph, _ = up
    (node,) = graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    waited = {urn.rsplit("$", 1)[-1] for urn in node.dependencies}
    assert {
        "aws:s3/bucketVersioning:BucketVersioning::website-versioning",
        "aws:s3/bucketVersioning:BucketVersioning::website-replica-versioning",
        "aws:iam/rolePolicy:RolePolicy::website-replica",
    } <= waited


def test_only_s3_takes_the_replication_role(up: tuple[Graph, Any]) -> None:
    _, aws = up
    role = aws.client("iam").get_role(RoleName="acme-dev-website-replication")["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}


def test_the_replication_role_carries_the_boundary_where_there_is_one(bring_up: Any) -> None:
    graph, _ = bring_up(program(edit=with_replica(permissions_boundary_arn=BOUNDARY)), preview=True)
    assert graph.named("aws:iam/role:Role", "website-replica").inputs["permissionsBoundary"] == BOUNDARY


@pytest.mark.parametrize(
    ("expected", "action", "resource"),
    [
        (True, "s3:GetReplicationConfiguration", "arn:aws:s3:::acme-website"),
        (True, "s3:ListBucket", "arn:aws:s3:::acme-website"),
        (True, "s3:GetObjectVersionForReplication", "arn:aws:s3:::acme-website/index.html"),
        (True, "s3:ReplicateObject", f"arn:aws:s3:::{REPLICA}/index.html"),
        (True, "s3:ReplicateDelete", f"arn:aws:s3:::{REPLICA}/index.html"),
        (False, "s3:ReplicateObject", "arn:aws:s3:::acme-website/index.html"),
        (False, "s3:PutObject", f"arn:aws:s3:::{REPLICA}/index.html"),
        (False, "s3:GetObject", "arn:aws:s3:::acme-media/resumes/1.pdf"),
        (False, "s3:GetObjectVersionForReplication", "arn:aws:s3:::acme-media/resumes/1.pdf"),
    ],
)
def test_the_replication_role_copies_the_website_and_does_nothing_else(
    expected: bool, action: str, resource: str
) -> None:
    document = website_replication(bucket="acme-website", replica=REPLICA, account_id=ACCOUNT)
    assert allowed([document], action, resource, MINE) is expected


def test_nothing_is_copied_to_a_bucket_of_another_account() -> None:
    document = website_replication(bucket="acme-website", replica=REPLICA, account_id=ACCOUNT)
    stranger = {"aws:ResourceAccount": "999999999999"}
    assert not allowed([document], "s3:ReplicateObject", f"arn:aws:s3:::{REPLICA}/index.html", stranger)


def test_cloudfront_falls_back_when_the_bucket_fails_never_when_a_file_is_missing(up: tuple[Graph, Any]) -> None:
    graph, _ = up
    (group,) = site(graph).inputs["originGroups"]
    assert [one["originId"] for one in group["members"]] == ["website", "website-replica"]
    assert sorted(group["failoverCriteria"]["statusCodes"]) == [500, 502, 503, 504]


def test_only_the_site_falls_back(up: tuple[Graph, Any]) -> None:
    graph, _ = up
    inputs = site(graph).inputs
    assert inputs["defaultCacheBehavior"]["targetOriginId"] == inputs["originGroups"][0]["originId"]
    assert {one["targetOriginId"] for one in inputs["orderedCacheBehaviors"]} == {"backend", "media"}


def test_the_replica_is_asked_in_its_region_by_signed_requests(up: tuple[Graph, Any]) -> None:
    graph, _ = up
    origins = {one["originId"]: one for one in site(graph).inputs["origins"]}
    replica = origins["website-replica"]
    assert replica["domainName"] == f"{REPLICA}.s3.{REGION}.amazonaws.com"
    assert replica["originAccessControlId"] == origins["website"]["originAccessControlId"]


def test_without_a_replica_there_is_one_origin_and_no_replication(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert not graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    assert "originGroups" not in site(graph).inputs
    assert site(graph).inputs["defaultCacheBehavior"]["targetOriginId"] == "website"
    assert not [node.name for node in graph if "replica" in node.name]
