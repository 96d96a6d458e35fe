"""The website with its neighbours, brought up for tests: logs bucket, media and the CDN in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pulumi

from infra.components.logs_bucket import LogsBucket, LogsBucketArgs
from infra.components.media import Media, MediaArgs
from infra.components.website import Website, WebsiteArgs
from infra.origin import BackendOrigin

ACCOUNT = "123456789012"
ORIGIN_SECRET = "origin-secret-value"
PASSWORD = "correct horse battery"
CSP = "default-src 'self'"


def media_args(**changes: object) -> MediaArgs:
    """Media as in dev."""
    base = MediaArgs(
        bucket="acme-media",
        access="private",
        public_prefixes=("profile_pics/", "company_logos/"),
        cors_origins=("http://localhost:3000",),
        noncurrent_days=7,
        keep=True,
        protect=True,
        logs_bucket="acme-logs",
    )
    return replace(base, **changes)  # type: ignore[arg-type] # the tests' own names


def backend(**changes: object) -> BackendOrigin:
    """A backend that CloudFront reaches over the internet."""
    base = BackendOrigin(
        domain_name="ec2-203-0-113-10.compute-1.amazonaws.com",
        kind="public",
        vpc_origin_id=None,
        protocol="http",
        header_value=pulumi.Output.secret(ORIGIN_SECRET),
    )
    return replace(base, **changes)  # type: ignore[arg-type] # the tests' own names


def program(
    *, media: MediaArgs | None = None, edit: Callable[[WebsiteArgs], WebsiteArgs] = lambda args: args
) -> Callable[[pulumi.ResourceOptions], None]:
    """A program for `bring_up`; `edit` changes the website's arguments."""

    def whole(options: pulumi.ResourceOptions) -> None:
        logs = LogsBucket(
            "logs",
            LogsBucketArgs(
                bucket="acme-logs",
                account_id=ACCOUNT,
                region="us-east-1",
                keep_days=14,
                keep=False,
                source_buckets=("acme-media", "acme-website"),
            ),
            options,
        )
        uploads = Media("media", replace(media or media_args(), logs_bucket=logs.bucket), options)
        args = WebsiteArgs(
            name_prefix="acme-test",
            bucket="acme-website",
            price_class="PriceClass_100",
            backend_paths=("/api/*", "/admin/*", "/static/*"),
            media_domain_name=uploads.regional_domain_name,
            origin=backend(),
            content_security_policy=CSP,
            keep=False,
            logs_bucket=logs.bucket,
            logs_bucket_arn=logs.arn,
        )
        site = Website("website", edit(args), options)
        uploads.allow_distribution(site.distribution_arn, site_origin=site.site_url)
        pulumi.export("site_url", site.site_url)

    return whole
