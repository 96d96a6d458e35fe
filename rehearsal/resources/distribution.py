"""CloudFront distributions: the request that the provider would send, and what AWS refuses in it.

Sources: Amazon CloudFront API Reference, "CreateDistribution", and Developer Guide, "Quotas" and "Add custom headers to
origin requests".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.api import refusal
from rehearsal.distribution_request import request
from rehearsal.origin_groups import group_ids, origin_groups, without_groups
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.resources.cloudfront import (
    MANAGED_CACHE_POLICIES,
    MANAGED_ORIGIN_REQUEST_POLICIES,
    check_access_control,
    check_function,
    check_response_headers,
    check_vpc_origin,
    check_web_acl,
)

HOSTED_ZONE = "Z2FDTNDATAQYW2"  # of every distribution: Amazon Route 53 API Reference, "AliasTarget"
BEHAVIOURS = 75
CUSTOM_HEADER_VALUE = 1783  # characters
EDGE_EVENTS = ("viewer-request", "viewer-response")
_METHODS = ({"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})
_FORBIDDEN_HEADERS = frozenset(
    {"cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-none-match", "range", "via"}
)


def _behaviours(inputs: Inputs) -> list[Mapping[str, Any]]:
    default = inputs.get("defaultCacheBehavior")
    return [*([default] if default else []), *(inputs.get("orderedCacheBehaviors") or [])]


def behaviours(inputs: Inputs) -> str | None:
    """Patterns once each, known origins, one function per event, methods in one of three sets."""
    patterns = [one["pathPattern"] for one in inputs.get("orderedCacheBehaviors") or []]
    if len(patterns) != len(set(patterns)) or len(patterns) > BEHAVIOURS:
        return (
            f"the {len(patterns)} path patterns must differ and be at most {BEHAVIOURS}: change website.backend_paths"
        )
    origins = {one["originId"] for one in inputs.get("origins") or []}
    for one in _behaviours(inputs):
        where = one.get("pathPattern", "the default behaviour")
        if origins and one["targetOriginId"] not in origins | group_ids(inputs):
            return f"{where}: there is no origin {one['targetOriginId']}: add it"
        if set(one["allowedMethods"]) not in _METHODS:
            return f"{where}: CloudFront does not take this set of methods: {', '.join(one['allowedMethods'])}; use all"
        events = [edge["eventType"] for edge in one.get("functionAssociations") or []]
        if len(events) != len(set(events)) or set(events) - set(EDGE_EVENTS):
            return f"{where}: one function per event, at viewer-request or viewer-response: join them"
        if not one.get("cachePolicyId"):
            return f"{where}: it has no cache policy: set cachePolicyId"
    return None


def origins(inputs: Inputs) -> str | None:
    """Ids once each; custom headers that CloudFront may send."""
    ids = [one["originId"] for one in inputs.get("origins") or []]
    if len(ids) != len(set(ids)):
        return "two origins have the same id: give each its own"
    for one in inputs.get("origins") or []:
        for header in one.get("customHeaders") or []:
            name = header["name"].lower()
            if name in _FORBIDDEN_HEADERS or name.startswith(("x-amz-", "x-edge-")):
                return f"CloudFront does not let an origin have the custom header {header['name']}: name it otherwise"
            if len(header["value"]) > CUSTOM_HEADER_VALUE:
                return f"the custom header {header['name']} has over {CUSTOM_HEADER_VALUE} characters: shorten it"
        kinds = [one.get(kind) for kind in ("customOriginConfig", "vpcOriginConfig", "originAccessControlId")]
        if sum(kind is not None for kind in kinds) != 1:
            return f"the origin {one['originId']} must be one of: a bucket with OAC, a custom origin, a VPC origin"
    return None


def certificate(inputs: Inputs) -> str | None:
    """Names of one's own need a certificate, which is in us-east-1."""
    wanted = inputs.get("viewerCertificate")
    if wanted is None:
        return None
    arn = wanted.get("acmCertificateArn")
    if inputs.get("aliases") and not arn:
        return "InvalidViewerCertificate: a distribution with aliases needs a certificate: set acmCertificateArn"
    if arn and arn.split(":")[3] != "us-east-1":
        return f"InvalidViewerCertificate: {arn} is not in us-east-1: make the certificate there"
    if arn and not wanted.get("sslSupportMethod"):
        return "InvalidViewerCertificate: a certificate needs an sslSupportMethod: set sni-only"
    return None


def root_object(inputs: Inputs) -> str | None:
    """A key, not a path."""
    name = str(inputs.get("defaultRootObject", ""))
    return f"InvalidDefaultRootObject: {name} begins with a slash: leave it out" if name.startswith("/") else None


def create_distribution(aws: Aws, inputs: Inputs) -> Created:
    """CreateDistributionWithTags after every reference is checked; the whole request is also kept."""
    _check_references(aws, inputs)
    _check_aliases(aws, inputs)
    config = request(inputs)
    tags = {"Items": name_tags(inputs)}
    sent = {"DistributionConfig": config, "Tags": tags}
    aws.keep("cloudfront", "CreateDistributionWithTags", {"DistributionConfigWithTags": sent})
    emulated = {**sent, "DistributionConfig": without_groups(config)}
    found = aws.client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=emulated)
    made = found["Distribution"]
    outputs = {
        "arn": made["ARN"],
        "callerReference": config["CallerReference"],
        "domainName": made["DomainName"],
        "etag": found["ETag"],
        "hostedZoneId": HOSTED_ZONE,
        "status": "Deployed" if inputs.get("waitForDeployment", True) else "InProgress",
        "inProgressValidationBatches": 0,
        "lastModifiedTime": "2026-01-01 00:00:00 +0000 UTC",
        "loggingV1Enabled": False,
    }
    return Created(id=made["Id"], outputs=outputs)


def _check_references(aws: Aws, inputs: Inputs) -> None:
    for origin in inputs["origins"]:
        if control := origin.get("originAccessControlId"):
            check_access_control(aws, control)
        if vpc := origin.get("vpcOriginConfig"):
            check_vpc_origin(aws, vpc["vpcOriginId"])
    for one in _behaviours(inputs):
        _check_managed(one.get("cachePolicyId"), MANAGED_CACHE_POLICIES, "cache policy")
        _check_managed(one.get("originRequestPolicyId"), MANAGED_ORIGIN_REQUEST_POLICIES, "origin request policy")
        if headers := one.get("responseHeadersPolicyId"):
            check_response_headers(aws, headers)
        for edge in one.get("functionAssociations") or []:
            check_function(aws, edge["functionArn"])
    if acl := inputs.get("webAclId"):
        check_web_acl(aws, acl)
    if arn := inputs["viewerCertificate"].get("acmCertificateArn"):
        aws.client("acm", "us-east-1").describe_certificate(CertificateArn=arn)


def _check_managed(policy_id: str | None, managed: frozenset[str], what: str) -> None:
    if policy_id and policy_id not in managed:
        message = f"{policy_id} is no managed {what}: use one of AWS's, or teach the stand-in to make its own"
        raise refusal("CreateDistribution", "NoSuchCachePolicy", message)


def _check_aliases(aws: Aws, inputs: Inputs) -> None:
    taken = {
        alias
        for kept in aws.kept
        if kept.operation == "CreateDistributionWithTags"
        for alias in kept.params["DistributionConfigWithTags"]["DistributionConfig"]["Aliases"]["Items"]
    }
    if both := sorted(taken & set(inputs.get("aliases") or [])):
        message = f"another distribution answers for {both[0]}: take it away there first"
        raise refusal("CreateDistribution", "CNAMEAlreadyExists", message)


_BEHAVIOUR = spec(
    "pathPattern targetOriginId viewerProtocolPolicy allowedMethods cachedMethods compress cachePolicyId "
    "originRequestPolicyId responseHeadersPolicyId",
    functionAssociations=spec("eventType functionArn"),
)

RESOURCES = (
    ResourceType(
        token="aws:cloudfront/distribution:Distribution",
        inputs=spec(
            "aliases comment defaultRootObject enabled httpVersion isIpv6Enabled priceClass waitForDeployment "
            "webAclId tags",
            origins=spec(
                "domainName originId originAccessControlId",
                customHeaders=spec("name value"),
                customOriginConfig=spec(
                    "httpPort httpsPort originProtocolPolicy originSslProtocols originKeepaliveTimeout "
                    "originReadTimeout"
                ),
                vpcOriginConfig=spec("vpcOriginId originKeepaliveTimeout originReadTimeout"),
            ),
            originGroups=spec("originId", failoverCriteria=spec("statusCodes"), members=spec("originId")),
            defaultCacheBehavior=_BEHAVIOUR,
            orderedCacheBehaviors=_BEHAVIOUR,
            restrictions=spec("", geoRestriction=spec("restrictionType locations")),
            viewerCertificate=spec(
                "acmCertificateArn cloudfrontDefaultCertificate minimumProtocolVersion sslSupportMethod"
            ),
        ),
        create=create_distribution,
        computed=(
            "arn",
            "callerReference",
            "domainName",
            "etag",
            "hostedZoneId",
            "inProgressValidationBatches",
            "lastModifiedTime",
            "loggingV1Enabled",
            "status",
            "tagsAll",
        ),
        limits=(behaviours, origins, origin_groups, certificate, root_object),
        emulated="partial",
        not_emulated=(
            "the distribution's origin access control, functions, response headers policies and VPC origins",
            "origin groups: the emulator holds the first origin of each",
            "the CDN itself: no request is answered, cached or filtered",
        ),
        source="Terraform AWS provider docs: aws_cloudfront_distribution",
    ),
)
