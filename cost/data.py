"""Prices of the database, buckets, keys and secrets. Source: AWS's pages "Amazon RDS for PostgreSQL", "S3", "KMS"."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from controls.inputs import UndecidedError, value
from cost.item import Item
from cost.pricing import Priced, Rule


def _database(asked: Priced) -> Iterator[Item]:
    node = asked.node
    engine = value(node, "engine", "unknown")
    if engine != "postgres":
        raise UndecidedError(f"the sheet prices PostgreSQL, not {engine}")
    type_, standby = str(value(node, "instanceClass")), bool(value(node, "multiAz", False))
    suffix, zones = ("-multi-az", "two zones") if standby else ("", "one zone")
    yield asked.fixed(f"database {type_} in {zones}", f"rds{suffix}", type_)
    kind, size = str(value(node, "storageType", "gp2")), Decimal(str(value(node, "allocatedStorage", 0)))
    yield asked.fixed(f"its storage {kind}", f"rds-storage{suffix}", kind, size)
    if value(node, "manageMasterUserPassword", False):
        yield asked.fixed("its password in Secrets Manager", "secret", "secret")
    if (
        value(node, "performanceInsightsEnabled", False)
        and int(value(node, "performanceInsightsRetentionPeriod", 7)) > 7
    ):
        raise UndecidedError("the sheet has no price of Performance Insights beyond its free week")
    yield asked.usage("backups beyond the database's size", "rds-backup", "beyond storage")


def _bucket(asked: Priced) -> Iterator[Item]:
    yield asked.usage("files kept in S3", "s3", "standard")
    yield asked.usage("writes and lists in S3", "s3-writes", "standard")
    yield asked.usage("reads in S3", "s3-reads", "standard")


def _key(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("KMS key", "kms", "key")
    yield asked.usage("requests to KMS", "kms-requests", "all")


def _secret(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("secret", "secret", "secret")


def _parameter(asked: Priced) -> Iterator[Item]:
    tier = value(asked.node, "tier", "Standard")
    if tier != "Standard":
        raise UndecidedError(f"the sheet prices parameters of the standard tier, not {tier}")
    yield from ()


RULES: dict[str, Rule] = {
    "aws:kms/key:Key": _key,
    "aws:rds/instance:Instance": _database,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:ssm/parameter:Parameter": _parameter,
}
_PART_OF_BUCKET = "a bucket's settings are free; its files and requests are paid by use"
FREE = {
    "aws:kms/alias:Alias": "an alias is free",
    "aws:rds/eventSubscription:EventSubscription": "paid as messages of its topic",
    "aws:rds/parameterGroup:ParameterGroup": "paid with the database",
    "aws:rds/subnetGroup:SubnetGroup": "paid with the database",
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _PART_OF_BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _PART_OF_BUCKET,
    "aws:s3/bucketLogging:BucketLogging": _PART_OF_BUCKET,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _PART_OF_BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": _PART_OF_BUCKET,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _PART_OF_BUCKET,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "the copy's files and the writes of it are paid by use",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _PART_OF_BUCKET,
    "aws:s3/bucketVersioning:BucketVersioning": _PART_OF_BUCKET,
    "aws:secretsmanager/secretVersion:SecretVersion": "the secret is paid",
}
