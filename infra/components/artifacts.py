"""The bucket of backend releases."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.bucket import Bucket, BucketArgs


@dataclass(frozen=True, kw_only=True)
class ArtifactsArgs:
    """`keep_days`: days that an artifact can be brought back after the deploy script has removed it."""

    bucket: str
    keep_days: int
    keep: bool
    logs_bucket: pulumi.Input[str]


class Artifacts(pulumi.ComponentResource):
    """A private bucket; nothing in it expires by age, as the release that is live may be the oldest."""

    def __init__(self, name: str, args: ArtifactsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Artifacts", name, None, opts)
        bucket = Bucket(
            name,
            BucketArgs(
                bucket=args.bucket,
                keep=args.keep,
                noncurrent_days=args.keep_days,
                logs_bucket=args.logs_bucket,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        bucket.attach_policy([])
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})
