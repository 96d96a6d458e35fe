"""A bucket as every bucket here is: versioned, encrypted, logged, without access control lists, TLS only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import bucket_policies

UNFINISHED_DAYS = 7  # after which the parts of an upload that was never completed are removed


def access_log_prefix(bucket: str) -> str:
    """Keys of a bucket's access logs in the logs bucket."""
    return f"s3/{bucket}/"


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """`bucket` is the physical name; days are counted as S3's lifecycle does.

    `keep`: a bucket with content is not deleted. `expire_days`: objects are removed at that age. `logs_bucket` is None
    for the bucket that receives the logs. `public_policy`: a policy may open the bucket to everyone. `region`: another
    one than the provider's.
    """

    bucket: str
    keep: bool
    noncurrent_days: int
    logs_bucket: pulumi.Input[str] | None
    protect: bool = False
    versioning: bool = True
    expire_days: int | None = None
    public_policy: bool = False
    region: str | None = None


class Bucket(pulumi.ComponentResource):
    """One bucket and its settings; its owner calls `attach_policy` once. Replication waits for `versioning`.

    SSE-S3, not a KMS key: a key policy that names a distribution, which names the bucket, would close a cycle.
    """

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Bucket", name, None, opts)
        self.name = name
        self.physical_name = args.bucket
        self.region = args.region
        within = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            name,
            bucket=args.bucket,
            region=args.region,
            force_destroy=not args.keep,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        ownership = aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            region=args.region,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=within,
        )
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            region=args.region,
            block_public_acls=True,
            ignore_public_acls=True,
            block_public_policy=not args.public_policy,
            restrict_public_buckets=not args.public_policy,
            opts=within,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            region=args.region,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=within,
        )
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            region=args.region,
            versioning_configuration={"status": "Enabled" if args.versioning else "Suspended"},
            opts=within,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            region=args.region,
            rules=lifecycle_rules(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        if args.logs_bucket is not None:
            aws.s3.BucketLogging(
                f"{name}-logging",
                bucket=bucket.bucket,
                region=args.region,
                target_bucket=args.logs_bucket,
                target_prefix=access_log_prefix(args.bucket),
                opts=within,
            )
        self.versioning: pulumi.Resource = versioning
        self._before_policy: list[pulumi.Resource] = [block, ownership]
        self.register_outputs(
            {"bucket": self.bucket, "arn": self.arn, "regional_domain_name": self.regional_domain_name}
        )

    def attach_policy(self, statements: Sequence[Mapping[str, Any]]) -> aws.s3.BucketPolicy:
        """The bucket's one policy: TLS only, and these statements, whose values may be outputs.

        After block and ownership, with which S3 otherwise answers 409 OperationAborted.
        """
        return aws.s3.BucketPolicy(
            f"{self.name}-policy",
            bucket=self.bucket,
            region=self.region,
            policy=pulumi.Output.json_dumps(bucket_policies.bucket_policy(self.physical_name, statements)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._before_policy),
        )


def lifecycle_rules(args: BucketArgs) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
    """What S3 removes by itself: unfinished uploads, old versions and, with `expire_days`, old objects."""
    everything: aws.s3.BucketLifecycleConfigurationRuleFilterArgsDict = {"prefix": ""}
    rules: list[aws.s3.BucketLifecycleConfigurationRuleArgsDict] = [
        {
            "id": "unfinished-uploads",
            "status": "Enabled",
            "filter": everything,
            "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_DAYS},
        },
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": everything,
            "noncurrent_version_expiration": {"noncurrent_days": args.noncurrent_days},
        },
    ]
    age: aws.s3.BucketLifecycleConfigurationRuleExpirationArgsDict = (
        {"expired_object_delete_marker": True} if args.expire_days is None else {"days": args.expire_days}
    )
    return [*rules, {"id": "expiry", "status": "Enabled", "filter": everything, "expiration": age}]
