"""The bucket of uploaded files, some of which the CDN shows to anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra import bucket_policies
from infra.components.bucket import Bucket, BucketArgs


@dataclass(frozen=True, kw_only=True)
class MediaArgs:
    """Prefixes are key prefixes that end in a slash; `cors_origins` are origins besides the site's own.

    `access`: `public` is the platform guide's policy, which lets anyone read the private prefixes too.
    """

    bucket: str
    access: Literal["private", "public"]
    public_prefixes: tuple[str, ...]
    cors_origins: tuple[str, ...]
    noncurrent_days: int
    keep: bool
    protect: bool
    logs_bucket: pulumi.Input[str]


class Media(pulumi.ComponentResource):
    """The media bucket; `allow_distribution` completes it once the CDN that reads it is there."""

    def __init__(self, name: str, args: MediaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Media", name, None, opts)
        self._name, self._args = name, args
        self._bucket = Bucket(
            name,
            BucketArgs(
                bucket=args.bucket,
                keep=args.keep,
                protect=args.protect,
                noncurrent_days=args.noncurrent_days,
                logs_bucket=args.logs_bucket,
                public_policy=args.access == "public",
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.bucket = self._bucket.bucket
        self.arn = self._bucket.arn
        self.regional_domain_name = self._bucket.regional_domain_name
        self.register_outputs(
            {"bucket": self.bucket, "arn": self.arn, "regional_domain_name": self.regional_domain_name}
        )

    def allow_distribution(self, distribution_arn: pulumi.Input[str], *, site_origin: pulumi.Input[str]) -> None:
        """Lets the CDN read the public prefixes, and pages of `site_origin` (`https://…`) upload from the browser."""
        args = self._args
        read = bucket_policies.read_by_distribution(
            args.bucket, prefixes=args.public_prefixes, distribution_arn=distribution_arn, listing=False
        )
        everyone = [bucket_policies.public_read(args.bucket)] if args.access == "public" else []
        self._bucket.attach_policy([*everyone, *read])
        aws.s3.BucketCorsConfiguration(
            f"{self._name}-cors",
            bucket=self.bucket,
            cors_rules=[
                {
                    "id": "browser-uploads",
                    "allowed_methods": ["GET", "HEAD", "POST", "PUT"],
                    "allowed_origins": [site_origin, *args.cors_origins],
                    "allowed_headers": ["Authorization", "Cache-Control", "Content-*", "x-amz-*"],
                    "expose_headers": ["ETag"],
                    "max_age_seconds": 3000,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
