"""The CreateDistribution request that the provider makes of Pulumi's inputs: Amazon CloudFront API Reference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.origin_groups import group_request
from rehearsal.resource import Inputs


def request(inputs: Inputs) -> dict[str, Any]:
    """The DistributionConfig of the API."""
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return {
        "CallerReference": f"pulumi-{digest[:20]}",
        "Comment": inputs.get("comment", ""),
        "Enabled": inputs["enabled"],
        "Aliases": _items(inputs.get("aliases") or []),
        "DefaultRootObject": inputs.get("defaultRootObject", ""),
        "Origins": _items([_origin(one) for one in inputs["origins"]]),
        "OriginGroups": _items([group_request(one) for one in inputs.get("originGroups") or []]),
        "DefaultCacheBehavior": _behaviour(inputs["defaultCacheBehavior"]),
        "CacheBehaviors": _items([_behaviour(one) for one in inputs.get("orderedCacheBehaviors") or []]),
        "PriceClass": inputs.get("priceClass", "PriceClass_All"),
        "ViewerCertificate": _certificate(inputs["viewerCertificate"]),
        "Restrictions": {
            "GeoRestriction": {
                "RestrictionType": inputs["restrictions"]["geoRestriction"]["restrictionType"],
                **_items(inputs["restrictions"]["geoRestriction"].get("locations") or []),
            }
        },
        "WebACLId": inputs.get("webAclId") or "",
        "HttpVersion": inputs.get("httpVersion", "http2"),
        "IsIPV6Enabled": inputs.get("isIpv6Enabled", False),
    }


def _items(items: Sequence[Any]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)}


def _origin(origin: Mapping[str, Any]) -> dict[str, Any]:
    headers = [{"HeaderName": one["name"], "HeaderValue": one["value"]} for one in origin.get("customHeaders") or []]
    found: dict[str, Any] = {
        "Id": origin["originId"],
        "DomainName": origin["domainName"],
        "OriginAccessControlId": origin.get("originAccessControlId", ""),
        "CustomHeaders": _items(headers),
    }
    times = ("OriginReadTimeout", "originReadTimeout"), ("OriginKeepaliveTimeout", "originKeepaliveTimeout")
    if vpc := origin.get("vpcOriginConfig"):
        limits = {theirs: vpc[ours] for theirs, ours in times if ours in vpc}
        return {**found, "VpcOriginConfig": {"VpcOriginId": vpc["vpcOriginId"], **limits}}
    if custom := origin.get("customOriginConfig"):
        limits = {theirs: custom[ours] for theirs, ours in times if ours in custom}
        config = {
            "HTTPPort": custom["httpPort"],
            "HTTPSPort": custom["httpsPort"],
            "OriginProtocolPolicy": custom["originProtocolPolicy"],
            "OriginSslProtocols": _items(custom["originSslProtocols"]),
            **limits,
        }
        return {**found, "CustomOriginConfig": config}
    return {**found, "S3OriginConfig": {"OriginAccessIdentity": ""}}


def _behaviour(one: Mapping[str, Any]) -> dict[str, Any]:
    edges = [
        {"EventType": edge["eventType"], "FunctionARN": edge["functionArn"]}
        for edge in one.get("functionAssociations") or []
    ]
    optional = {
        "PathPattern": one.get("pathPattern"),
        "OriginRequestPolicyId": one.get("originRequestPolicyId"),
        "ResponseHeadersPolicyId": one.get("responseHeadersPolicyId"),
    }
    return {
        "TargetOriginId": one["targetOriginId"],
        "ViewerProtocolPolicy": one["viewerProtocolPolicy"],
        "AllowedMethods": {**_items(one["allowedMethods"]), "CachedMethods": _items(one["cachedMethods"])},
        "Compress": one.get("compress", False),
        "CachePolicyId": one["cachePolicyId"],
        "FunctionAssociations": _items(edges),
        **{name: value for name, value in optional.items() if value},
    }


def _certificate(wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not wanted.get("acmCertificateArn"):
        return {"CloudFrontDefaultCertificate": True}
    return {
        "CloudFrontDefaultCertificate": False,
        "ACMCertificateArn": wanted["acmCertificateArn"],
        "SSLSupportMethod": wanted["sslSupportMethod"],
        "MinimumProtocolVersion": wanted.get("minimumProtocolVersion", "TLSv1"),
    }
