"""Origins and behaviours of the distribution: which path is answered from where, and how it is cached."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.edge_functions import Kind
from infra.origin import BackendOrigin
from infra.website_paths import MEDIA_PATH

# Amazon CloudFront Developer Guide, "Use managed cache policies" and "Use managed origin request policies".
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"  # all headers, Host among them, all cookies and query strings

READ = ["GET", "HEAD", "OPTIONS"]
EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
FAILOVER_CODES = [500, 502, 503, 504]  # never 403 or 404: a file that is missing is missing in both buckets
BACKEND_SECONDS = 60  # that CloudFront waits for an answer of the backend, and keeps a connection to it

Origin = aws.cloudfront.DistributionOriginArgsDict
OriginGroup = aws.cloudfront.DistributionOriginGroupArgsDict
Behaviour = aws.cloudfront.DistributionOrderedCacheBehaviorArgsDict


def bucket_origin(origin_id: str, domain_name: pulumi.Input[str], access_control: pulumi.Input[str]) -> Origin:
    """A bucket that only CloudFront reads."""
    return {"origin_id": origin_id, "domain_name": domain_name, "origin_access_control_id": access_control}


def spare_origin(
    domain_name: pulumi.Input[str], access_control: pulumi.Input[str]
) -> tuple[list[Origin], list[OriginGroup]]:
    """The website's replica, and the group `site` that asks it where the first bucket fails or is silent."""
    group: OriginGroup = {
        "origin_id": "site",
        "failover_criteria": {"status_codes": FAILOVER_CODES},
        "members": [{"origin_id": "website"}, {"origin_id": "website-replica"}],
    }
    return [bucket_origin("website-replica", domain_name, access_control)], [group]


def backend_origin(backend: BackendOrigin) -> Origin:
    """The backend, with the secret header that nginx asks for."""
    origin: Origin = {
        "origin_id": "backend",
        "domain_name": backend.domain_name,
        "custom_headers": [{"name": backend.header_name, "value": pulumi.Output.secret(backend.header_value)}],
    }
    if backend.kind == "vpc":
        if backend.vpc_origin_id is None:
            raise ValueError("a backend of the kind vpc needs its vpc_origin_id")
        origin["vpc_origin_config"] = {
            "vpc_origin_id": backend.vpc_origin_id,
            "origin_keepalive_timeout": BACKEND_SECONDS,
            "origin_read_timeout": BACKEND_SECONDS,
        }
        return origin
    origin["custom_origin_config"] = {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "https-only" if backend.protocol == "https" else "http-only",
        "origin_ssl_protocols": ["TLSv1.2"],
        "origin_keepalive_timeout": BACKEND_SECONDS,
        "origin_read_timeout": BACKEND_SECONDS,
    }
    return origin


def site_behaviour(
    origin_id: str, *, functions: Mapping[Kind, pulumi.Input[str]], headers: Mapping[Kind, pulumi.Input[str]]
) -> aws.cloudfront.DistributionDefaultCacheBehaviorArgsDict:
    """The default behaviour: the website, by its origin or group; functions and headers policies are by kind."""
    return {
        "target_origin_id": origin_id,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": READ,
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": CACHING_OPTIMIZED,
        "response_headers_policy_id": headers["site"],
        "function_associations": _viewer_request(functions["site"]),
    }


def other_behaviours(
    *,
    backend_paths: tuple[str, ...],
    functions: Mapping[Kind, pulumi.Input[str]],
    headers: Mapping[Kind, pulumi.Input[str]],
) -> list[Behaviour]:
    """The backend's paths, uncached, and the uploaded files under /media/."""
    return [*(_backend(path, functions, headers) for path in backend_paths), _media(functions, headers)]


def _backend(
    path: str, functions: Mapping[Kind, pulumi.Input[str]], headers: Mapping[Kind, pulumi.Input[str]]
) -> Behaviour:
    return {
        "path_pattern": path,
        "target_origin_id": "backend",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": EVERY_METHOD,
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": CACHING_DISABLED,
        "origin_request_policy_id": ALL_VIEWER,
        "response_headers_policy_id": headers["backend"],
        "function_associations": _viewer_request(functions["backend"]) if "backend" in functions else [],
    }


def _media(functions: Mapping[Kind, pulumi.Input[str]], headers: Mapping[Kind, pulumi.Input[str]]) -> Behaviour:
    return {
        "path_pattern": MEDIA_PATH,
        "target_origin_id": "media",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": READ,
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": CACHING_OPTIMIZED,
        "response_headers_policy_id": headers["media"],
        "function_associations": _viewer_request(functions["media"]),
    }


def _viewer_request(
    function_arn: pulumi.Input[str],
) -> list[aws.cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgsDict]:
    return [{"event_type": "viewer-request", "function_arn": function_arn}]
