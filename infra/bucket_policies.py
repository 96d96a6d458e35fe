"""Bucket policies: who may read or write a bucket besides the identities of the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.policies import Document, Statement, allow, deny, document


def bucket_policy(bucket: str, statements: Iterable[Any]) -> Document:
    """A bucket's whole policy: nothing without TLS, and then the owner's statements."""
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    tls = deny("TlsOnly", ["s3:*"], resources, Bool={"aws:SecureTransport": "false"})
    return document({**tls, "Principal": {"AWS": "*"}}, *statements)


def read_by_distribution(
    bucket: str, *, prefixes: Iterable[str], distribution_arn: Any, listing: bool
) -> list[Statement]:
    """Statements that let one CloudFront distribution, and no other, read these prefixes of a bucket.

    With `listing` a missing object is told as such (404 instead of 403). `distribution_arn` may be an output.
    """
    cdn = {
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
    }
    read = {**allow("CdnRead", ["s3:GetObject"], [f"arn:aws:s3:::{bucket}/{prefix}*" for prefix in prefixes]), **cdn}
    seek = {**allow("CdnList", ["s3:ListBucket"], [f"arn:aws:s3:::{bucket}"]), **cdn}
    return [read, seek] if listing else [read]


def hidden_from_distribution(bucket: str, *, prefix: str) -> Statement:
    """A statement that keeps CloudFront, whatever else it may read, from the objects under a prefix."""
    hidden = deny("CdnHidden", ["s3:GetObject"], [f"arn:aws:s3:::{bucket}/{prefix}*"])
    return {**hidden, "Principal": {"Service": "cloudfront.amazonaws.com"}}


def public_read(bucket: str) -> Statement:
    """The platform guide's own statement: anyone reads everything, résumés too."""
    return {
        "Sid": "PublicReadGetObject",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }


def log_delivery(bucket: str, *, account_id: str, region: str, sources: Iterable[tuple[str, str]]) -> list[Statement]:
    """Statements that let AWS's log services write to the logs bucket, each to its own keys.

    `sources` are the buckets that log here, with their key prefixes. Sources: Amazon S3 User Guide, "Enabling server
    access logging"; Elastic Load Balancing User Guide, "Enable access logs"; CloudWatch Logs User Guide, "Logs sent to
    Amazon S3", for CloudFront, whose deliveries are in us-east-1.
    """
    objects = f"arn:aws:s3:::{bucket}"
    mine = {"aws:SourceAccount": account_id}
    owned = {**mine, "s3:x-amz-acl": "bucket-owner-full-control"}
    buckets = bucket_log_delivery(bucket, account_id=account_id, sources=sources)
    balancers = f"arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/*"
    under = f"{objects}/alb/AWSLogs/{account_id}/*"
    balancer = _writer("logdelivery.elasticloadbalancing", "BalancerLogs", under, mine, balancers)
    deliveries = f"arn:aws:logs:us-east-1:{account_id}:delivery-source:*"
    cdn = _writer("delivery.logs", "CdnLogs", f"{objects}/AWSLogs/{account_id}/CloudFront/*", owned, deliveries)
    return [*buckets, balancer, cdn]


def bucket_log_delivery(bucket: str, *, account_id: str, sources: Iterable[tuple[str, str]]) -> list[Statement]:
    """Statements that let S3 write the access logs of these buckets to the logs bucket, each under its key prefix."""
    mine = {"aws:SourceAccount": account_id}
    return [
        _writer("logging.s3", f"BucketLogs{number}", f"arn:aws:s3:::{bucket}/{prefix}*", mine, f"arn:aws:s3:::{source}")
        for number, (source, prefix) in enumerate(sources, start=1)
    ]


def _writer(service: str, sid: str, resource: str, equal: dict[str, str], source_arn: str) -> Statement:
    statement = allow(sid, ["s3:PutObject"], [], StringEquals=equal, ArnLike={"aws:SourceArn": source_arn})
    return {**statement, "Resource": resource, "Principal": {"Service": f"{service}.amazonaws.com"}}
