"""The bucket that receives access logs: those of the other buckets, of the load balancer and of the CDN."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import bucket_policies
from infra.components.bucket import Bucket, BucketArgs, access_log_prefix


@dataclass(frozen=True, kw_only=True)
class LogsBucketArgs:
    """`source_buckets` are the physical names of the buckets that log here; each writes under its own prefix only."""

    bucket: str
    account_id: str
    region: str
    keep_days: int
    keep: bool
    source_buckets: tuple[str, ...]


class LogsBucket(pulumi.ComponentResource):
    """The logs bucket; it does not log itself, which would never end.

    `bucket` and `arn` come from its policy: the services that log refuse a bucket they may not write to yet.
    """

    def __init__(self, name: str, args: LogsBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:LogsBucket", name, None, opts)
        bucket = Bucket(
            name,
            BucketArgs(
                bucket=args.bucket,
                keep=args.keep,
                noncurrent_days=1,
                expire_days=args.keep_days,
                logs_bucket=None,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        policy = bucket.attach_policy(
            bucket_policies.log_delivery(
                args.bucket,
                account_id=args.account_id,
                region=args.region,
                sources=[(source, access_log_prefix(source)) for source in args.source_buckets],
            )
        )
        self.bucket: pulumi.Output[str] = policy.bucket
        self.arn: pulumi.Output[str] = policy.bucket.apply(lambda found: f"arn:aws:s3:::{found}")
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})
