"""The website's bucket and the CDN in front of everything: site, backend and uploaded files on one domain."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import bucket_policies
from infra.components.bucket import Bucket, BucketArgs
from infra.components.website_distribution import (
    backend_origin,
    bucket_origin,
    other_behaviours,
    site_behaviour,
    spare_origin,
)
from infra.components.website_functions import Gate, viewer_requests
from infra.components.website_headers import response_headers
from infra.components.website_logging import access_logs
from infra.components.website_replica import ReplicaArgs, WebsiteReplica
from infra.components.website_waf import web_acl
from infra.origin import BackendOrigin
from infra.website_paths import RELEASES_PREFIX

OLD_VERSION_DAYS = 30  # that a replaced or removed file of the site can be brought back


@dataclass(frozen=True, kw_only=True)
class WebsiteArgs:
    """`bucket` is the website's physical name, which also salts the gate; `media_domain_name` the media bucket's.

    Without `certificate_arn` (of us-east-1) and `domain` the site has CloudFront's own domain and certificate.
    `waf_rate_limit` is in requests of one address in five minutes. `replica`: CloudFront falls back on a copy.
    """

    name_prefix: str
    bucket: str
    price_class: str
    backend_paths: tuple[str, ...]
    media_domain_name: pulumi.Input[str]
    origin: BackendOrigin
    content_security_policy: str
    keep: bool
    logs_bucket: pulumi.Input[str]
    logs_bucket_arn: pulumi.Input[str]
    access_logs: bool = True
    waf: bool = False
    waf_rate_limit: int = 2000
    gate: Gate | None = None
    certificate_arn: pulumi.Input[str] | None = None
    domain: str | None = None
    replica: ReplicaArgs | None = None


class Website(pulumi.ComponentResource):
    """The site; errors of the backend reach the browser as they are, there is no error page of the distribution."""

    def __init__(self, name: str, args: WebsiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Website", name, None, opts)
        bucket = Bucket(
            name,
            BucketArgs(
                bucket=args.bucket,
                keep=args.keep,
                noncurrent_days=OLD_VERSION_DAYS,
                logs_bucket=args.logs_bucket,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        replica = None
        if args.replica is not None:
            inside = pulumi.ResourceOptions(parent=self)
            replica = WebsiteReplica(f"{name}-replica", args.replica, source=bucket, opts=inside)
        distribution = self._distribution(name, args, bucket, replica)
        for copy in (bucket, replica.bucket) if replica else (bucket,):
            copy.attach_policy(
                [
                    *bucket_policies.read_by_distribution(
                        copy.physical_name, prefixes=[""], distribution_arn=distribution.arn, listing=True
                    ),
                    bucket_policies.hidden_from_distribution(copy.physical_name, prefix=RELEASES_PREFIX),
                ]
            )
        if args.access_logs:
            access_logs(
                self, _prefixed(args, name), distribution_arn=distribution.arn, logs_bucket_arn=args.logs_bucket_arn
            )
        self.distribution_id = distribution.id
        self.distribution_arn = distribution.arn
        self.distribution_domain = distribution.domain_name
        self.hosted_zone_id = distribution.hosted_zone_id
        self.bucket = bucket.bucket
        self.site_url: pulumi.Output[str] = pulumi.Output.concat("https://", args.domain or distribution.domain_name)
        self.register_outputs(
            {
                "distribution_id": self.distribution_id,
                "distribution_arn": self.distribution_arn,
                "distribution_domain": self.distribution_domain,
                "hosted_zone_id": self.hosted_zone_id,
                "bucket": self.bucket,
                "site_url": self.site_url,
            }
        )

    def _distribution(
        self, name: str, args: WebsiteArgs, bucket: Bucket, replica: WebsiteReplica | None
    ) -> aws.cloudfront.Distribution:
        access = aws.cloudfront.OriginAccessControl(
            f"{_prefixed(args, name)}-access",
            description=f"CloudFront to the buckets of {args.bucket}",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=pulumi.ResourceOptions(parent=self),
        )
        functions = viewer_requests(
            self, _prefixed(args, name), label=args.bucket, backend_paths=args.backend_paths, gate=args.gate
        )
        headers = response_headers(self, _prefixed(args, name), content_security_policy=args.content_security_policy)
        firewall = web_acl(self, _prefixed(args, name), rate_limit=args.waf_rate_limit) if args.waf else None
        spares, groups = spare_origin(replica.bucket.regional_domain_name, access.id) if replica else ([], [])
        # It waits until the edge has the change: only then may a VPC origin that is no longer used be deleted.
        return aws.cloudfront.Distribution(
            name,
            enabled=True,
            comment=args.bucket,
            wait_for_deployment=True,
            default_root_object="index.html",
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=args.price_class,
            aliases=[args.domain] if args.domain else [],
            origins=[
                bucket_origin("website", bucket.regional_domain_name, access.id),
                bucket_origin("media", args.media_domain_name, access.id),
                backend_origin(args.origin),
                *spares,
            ],
            origin_groups=groups or None,
            default_cache_behavior=site_behaviour(
                "site" if replica else "website", functions=functions, headers=headers
            ),
            ordered_cache_behaviors=other_behaviours(
                backend_paths=args.backend_paths, functions=functions, headers=headers
            ),
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate=_certificate(args.certificate_arn),
            web_acl_id=firewall.arn if firewall else None,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _prefixed(args: WebsiteArgs, name: str) -> str:
    """The logical name of what CloudFront and WAF keep for the whole account: their auto-names begin with it."""
    return f"{args.name_prefix}-{name}"


def _certificate(arn: pulumi.Input[str] | None) -> aws.cloudfront.DistributionViewerCertificateArgsDict:
    if arn is None:
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": arn,
        "ssl_support_method": "sni-only",
        "minimum_protocol_version": "TLSv1.2_2021",
    }
