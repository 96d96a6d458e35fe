"""What AWS holds of a distribution: the emulator's answer, with what it loses put back from the last request.

The emulator loses origin access controls, VPC and custom origins, origin groups and functions at the edge; those are as
in the last request that came through the provider (`cloudfront/distribution/<id>`). All else is the emulator's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.origin_groups import first_members
from rehearsal.resource import Aws, Inputs

Config = Mapping[str, Any]  # a DistributionConfig of the API, or a part of it


def distribution_record(identifier: str) -> str:
    """Where the last request of a distribution is held."""
    return f"cloudfront/distribution/{identifier}"


def held_distribution(aws: Aws, identifier: str) -> dict[str, Any]:
    """The answer of GetDistribution, its DistributionConfig whole."""
    found: dict[str, Any] = aws.client("cloudfront").get_distribution(Id=identifier)
    distribution = found["Distribution"]
    config = _whole(distribution["DistributionConfig"], aws.records.get(distribution_record(identifier)))
    return {"ETag": found["ETag"], "Distribution": {**distribution, "DistributionConfig": config}}


def configurations(aws: Aws) -> dict[str, Config]:
    """The whole DistributionConfig of each distribution, by id."""
    return {one: held_distribution(aws, one)["Distribution"]["DistributionConfig"] for one in distribution_ids(aws)}


def distribution_ids(aws: Aws) -> list[str]:
    """Ids of the account's distributions."""
    pages = aws.client("cloudfront").get_paginator("list_distributions").paginate()
    return [one["Id"] for page in pages for one in page["DistributionList"].get("Items") or []]


def behaviours_of(config: Config) -> list[Config]:
    """The default behaviour and the others."""
    return [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])]


def _whole(found: Config, last: Config | None) -> dict[str, Any]:
    if last is None:
        return dict(found)
    origins = {one["Id"]: one for one in last["Origins"]["Items"]}
    others = {one.get("PathPattern"): one for one in behaviours_of(last)}
    firsts = first_members(last)

    def behaviour(one: Config) -> Config:
        before = others.get(one.get("PathPattern"), {})
        edges = {key: before[key] for key in ("FunctionAssociations",) if key in before and not _items(one.get(key))}
        target = before.get("TargetOriginId", "")
        group = {"TargetOriginId": target} if firsts.get(target) == one["TargetOriginId"] else {}
        return {**one, **edges, **group}

    return {
        **found,
        "Origins": {"Items": [{**origins.get(one["Id"], {}), **one} for one in _items(found["Origins"])]},
        "OriginGroups": found["OriginGroups"] if _items(found.get("OriginGroups")) else last["OriginGroups"],
        "DefaultCacheBehavior": behaviour(found["DefaultCacheBehavior"]),
        "CacheBehaviors": {"Items": [behaviour(one) for one in _items(found["CacheBehaviors"])]},
    }


def inputs_of(config: Config) -> Inputs:
    """The provider's inputs of a DistributionConfig, the reverse of distribution_request.request."""
    geo = config["Restrictions"]["GeoRestriction"]
    return {
        "aliases": _items(config["Aliases"]),
        "comment": config["Comment"],
        "defaultRootObject": config["DefaultRootObject"],
        "enabled": config["Enabled"],
        "httpVersion": config["HttpVersion"],
        "isIpv6Enabled": config["IsIPV6Enabled"],
        "priceClass": config["PriceClass"],
        "webAclId": config["WebACLId"],
        "origins": [_origin(one) for one in _items(config["Origins"])],
        "originGroups": [_group(one) for one in _items(config["OriginGroups"])],
        "defaultCacheBehavior": _behaviour(config["DefaultCacheBehavior"]),
        "orderedCacheBehaviors": [_behaviour(one) for one in _items(config["CacheBehaviors"])],
        "restrictions": {"geoRestriction": {"restrictionType": geo["RestrictionType"], "locations": _items(geo)}},
        "viewerCertificate": _certificate(config["ViewerCertificate"]),
    }


def _items(group: Config | None) -> list[Any]:
    return list((group or {}).get("Items") or [])


def _origin(origin: Config) -> Inputs:
    headers = [{"name": one["HeaderName"], "value": one["HeaderValue"]} for one in _items(origin.get("CustomHeaders"))]
    found: Inputs = {
        "originId": origin["Id"],
        "domainName": origin["DomainName"],
        "originAccessControlId": origin.get("OriginAccessControlId") or None,
        "customHeaders": headers,
    }
    if vpc := origin.get("VpcOriginConfig"):
        found["vpcOriginConfig"] = {"vpcOriginId": vpc["VpcOriginId"], **_times(vpc)}
    if custom := origin.get("CustomOriginConfig"):
        found["customOriginConfig"] = {
            "httpPort": custom["HTTPPort"],
            "httpsPort": custom["HTTPSPort"],
            "originProtocolPolicy": custom["OriginProtocolPolicy"],
            "originSslProtocols": _items(custom["OriginSslProtocols"]),
            **_times(custom),
        }
    return found


def _times(config: Config) -> Inputs:
    return {
        "originKeepaliveTimeout": config.get("OriginKeepaliveTimeout"),
        "originReadTimeout": config.get("OriginReadTimeout"),
    }


def _group(group: Config) -> Inputs:
    return {
        "originId": group["Id"],
        "failoverCriteria": {"statusCodes": _items(group["FailoverCriteria"]["StatusCodes"])},
        "members": [{"originId": one["OriginId"]} for one in _items(group["Members"])],
    }


def _behaviour(one: Config) -> Inputs:
    edges = [
        {"eventType": edge["EventType"], "functionArn": edge["FunctionARN"]}
        for edge in _items(one.get("FunctionAssociations"))
    ]
    return {
        "pathPattern": one.get("PathPattern"),
        "targetOriginId": one["TargetOriginId"],
        "viewerProtocolPolicy": one["ViewerProtocolPolicy"],
        "allowedMethods": _items(one["AllowedMethods"]),
        "cachedMethods": _items(one["AllowedMethods"]["CachedMethods"]),
        "compress": one["Compress"],
        "cachePolicyId": one.get("CachePolicyId"),
        "originRequestPolicyId": one.get("OriginRequestPolicyId"),
        "responseHeadersPolicyId": one.get("ResponseHeadersPolicyId"),
        "functionAssociations": edges,
    }


def _certificate(found: Config) -> Inputs:
    if found["CloudFrontDefaultCertificate"]:
        return {"cloudfrontDefaultCertificate": True, "minimumProtocolVersion": found["MinimumProtocolVersion"]}
    return {
        "acmCertificateArn": found["ACMCertificateArn"],
        "sslSupportMethod": found["SSLSupportMethod"],
        "minimumProtocolVersion": found["MinimumProtocolVersion"],
    }
