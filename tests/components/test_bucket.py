"""What holds for every bucket, and for the one that receives the logs."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from website_program import ACCOUNT, program

from controls.s3 import CONTROLS
from infra.components.artifacts import Artifacts, ArtifactsArgs
from infra.components.bucket import Bucket, BucketArgs
from rehearsal.graph import Graph
from rehearsal.servicer import ProviderError

BUCKETS = ("acme-logs", "acme-media", "acme-website")


def policy(graph: Graph, name: str) -> dict[str, dict[str, Any]]:
    """A planned bucket policy's statements by Sid."""
    text = graph.named("aws:s3/bucketPolicy:BucketPolicy", f"{name}-policy").inputs["policy"]
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def only(options: pulumi.ResourceOptions, **changes: Any) -> Bucket:
    settings = {"bucket": "acme-one", "keep": True, "noncurrent_days": 7, "logs_bucket": None, **changes}
    return Bucket("one", BucketArgs(**settings), options)


def test_every_bucket_meets_the_controls_for_buckets(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    outcomes = [(control.id, one) for control in CONTROLS for one in control.rule(graph)]
    failed = [(id_, one.detail) for id_, one in outcomes if one.status != "passed"]
    assert not failed


def test_aws_holds_the_settings_of_every_bucket(bring_up: Any) -> None:
    _, aws = bring_up(program())
    s3 = aws.client("s3")
    for name in BUCKETS:
        assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
        rules = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
        assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        assert encryption["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_every_bucket_drops_unfinished_uploads_and_old_versions(bring_up: Any) -> None:
    _, aws = bring_up(program())
    for name in BUCKETS:
        rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)
        assert any("NoncurrentVersionExpiration" in rule for rule in rules)


def test_no_bucket_answers_without_tls(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    for name in ("logs", "media", "website"):
        denied = policy(graph, name)["TlsOnly"]
        bucket = f"arn:aws:s3:::acme-{name}"
        assert denied["Effect"] == "Deny"
        assert denied["Resource"] == [bucket, f"{bucket}/*"]
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_bucket_has_one_policy_after_its_block_and_ownership(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    policies = graph.of("aws:s3/bucketPolicy:BucketPolicy")
    assert sorted(one.inputs["bucket"] for one in policies) == sorted(BUCKETS)
    for one in policies:
        before = {graph.by_urn(urn).type.rpartition(":")[2] for urn in one.dependencies}
        assert {"BucketPublicAccessBlock", "BucketOwnershipControls"} <= before


def test_the_logs_bucket_does_not_log_itself_and_the_others_log_to_it(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    logging = {one.inputs["bucket"]: one.inputs for one in graph.of("aws:s3/bucketLogging:BucketLogging")}
    assert sorted(logging) == ["acme-media", "acme-website"]
    target = aws.client("s3").get_bucket_logging(Bucket="acme-media")["LoggingEnabled"]
    assert (target["TargetBucket"], target["TargetPrefix"]) == ("acme-logs", "s3/acme-media/")


def test_log_services_write_their_own_keys_only_and_for_this_account_only(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    statements = policy(graph, "logs")
    media, balancer, cdn = (statements[sid] for sid in ("BucketLogs1", "BalancerLogs", "CdnLogs"))
    assert media["Resource"] == "arn:aws:s3:::acme-logs/s3/acme-media/*"
    assert media["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::acme-media"}
    assert balancer["Resource"] == f"arn:aws:s3:::acme-logs/alb/AWSLogs/{ACCOUNT}/*"
    assert cdn["Resource"] == f"arn:aws:s3:::acme-logs/AWSLogs/{ACCOUNT}/CloudFront/*"
    assert cdn["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"}
    for one in (media, balancer, cdn):
        assert one["Action"] == ["s3:PutObject"]
        assert one["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT
    services = [one["Principal"]["Service"] for one in (media, balancer, cdn)]
    assert services == [
        "logging.s3.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "delivery.logs.amazonaws.com",
    ]


def test_the_balancers_log_prefix_is_the_one_that_the_policy_allows() -> None:
    from infra.bucket_policies import log_delivery
    from infra.components.server_balancer import LOG_PREFIX

    statements = log_delivery("acme-logs", account_id=ACCOUNT, region="us-east-1", sources=[])
    assert statements[0]["Resource"] == f"arn:aws:s3:::acme-logs/{LOG_PREFIX}/AWSLogs/{ACCOUNT}/*"


def test_logs_expire(bring_up: Any) -> None:
    _, aws = bring_up(program())
    rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket="acme-logs")["Rules"]
    assert {"Days": 14} in [rule.get("Expiration") for rule in rules]


def test_the_live_release_never_expires(bring_up: Any) -> None:
    def artifacts(options: pulumi.ResourceOptions) -> None:
        logs = only(options)
        logs.attach_policy(
            [
                {
                    "Sid": "Logs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logging.s3.amazonaws.com"},
                    "Action": ["s3:PutObject"],
                    "Resource": "arn:aws:s3:::acme-one/*",
                }
            ]
        )
        named = ArtifactsArgs(bucket="acme-artifacts", keep_days=30, keep=True, logs_bucket=logs.bucket)
        Artifacts("artifacts", named, pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[logs])))

    graph, _ = bring_up(artifacts, preview=True)
    rules = graph.named(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "artifacts-lifecycle"
    ).inputs["rules"]
    assert [rule["expiration"] for rule in rules if "expiration" in rule] == [{"expiredObjectDeleteMarker": True}]
    assert [r["noncurrentVersionExpiration"] for r in rules if "noncurrentVersionExpiration" in r] == [
        {"noncurrentDays": 30}
    ]


@pytest.mark.parametrize("keep", [True, False])
def test_a_bucket_that_is_kept_is_not_emptied_by_a_destroy(bring_up: Any, keep: bool) -> None:
    graph, _ = bring_up(lambda options: only(options, keep=keep), preview=True)
    assert graph.of("aws:s3/bucket:Bucket")[0].inputs["forceDestroy"] is not keep


def test_protection_reaches_the_bucket_alone(bring_up: Any) -> None:
    graph, _ = bring_up(lambda options: only(options, protect=True), preview=True)
    assert [node.type for node in graph if node.protect] == ["aws:s3/bucket:Bucket"]


def test_a_second_policy_is_refused(bring_up: Any) -> None:
    def twice(options: pulumi.ResourceOptions) -> None:
        bucket = only(options)
        bucket.attach_policy([])
        bucket.attach_policy([])

    with pytest.raises(ProviderError, match="registered twice"):
        bring_up(twice, preview=True)
