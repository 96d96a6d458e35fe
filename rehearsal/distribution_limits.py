"""What CloudFront refuses in a distribution's inputs.

Sources: Amazon CloudFront API Reference, "CreateDistribution", and Developer Guide, "Quotas" and "Add custom headers to
origin requests".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.origin_groups import group_ids
from rehearsal.resource import Inputs

BEHAVIOURS = 75
CUSTOM_HEADER_VALUE = 1783  # characters
EDGE_EVENTS = ("viewer-request", "viewer-response")
_METHODS = ({"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})
_FORBIDDEN_HEADERS = frozenset(
    {"cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-none-match", "range", "via"}
)


def behaviour_inputs(inputs: Inputs) -> list[Mapping[str, Any]]:
    """The default behaviour and the others, where there are any."""
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
    for one in behaviour_inputs(inputs):
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
