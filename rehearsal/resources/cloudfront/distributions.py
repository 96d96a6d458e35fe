"""CloudFront distributions: the request that the provider would send, held whole beside the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.api import refusal
from rehearsal.distribution_held import (
    configurations,
    distribution_ids,
    distribution_record,
    held_distribution,
    inputs_of,
)
from rehearsal.distribution_limits import behaviour_inputs, behaviours, certificate, origins, root_object
from rehearsal.distribution_request import request
from rehearsal.origin_groups import origin_groups, without_groups
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.resources.cloudfront.references import (
    MANAGED_CACHE_POLICIES,
    MANAGED_ORIGIN_REQUEST_POLICIES,
    check_access_control,
    check_function,
    check_response_headers,
    check_vpc_origin,
    check_web_acl,
    put_tags,
    tags_of,
)

HOSTED_ZONE = "Z2FDTNDATAQYW2"  # of every distribution: Amazon Route 53 API Reference, "AliasTarget"


def create_distribution(aws: Aws, inputs: Inputs) -> Created:
    """CreateDistributionWithTags after every reference is checked; the whole request is also held."""
    _check_references(aws, inputs)
    _check_aliases(aws, inputs)
    config = request(inputs)
    tags = {"Items": name_tags(inputs)}
    sent = {"DistributionConfig": config, "Tags": tags}
    aws.keep("cloudfront", "CreateDistributionWithTags", {"DistributionConfigWithTags": sent})
    emulated = {**sent, "DistributionConfig": without_groups(config)}
    found = aws.client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=emulated)
    made = found["Distribution"]["Id"]
    aws.made(made)
    aws.records[distribution_record(made)] = config
    return Created(id=made, outputs=_computed(held_distribution(aws, made)))


def read_distribution(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetDistribution, whole, and its tags."""
    found = held_distribution(aws, identifier)
    outputs = _computed(found)
    held = inputs_of(found["Distribution"]["DistributionConfig"])
    return Created(id=identifier, outputs={**held, **outputs, "tagsAll": tags_of(aws, outputs["arn"])})


def update_distribution(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateDistribution, which takes the whole configuration, and tags."""
    found = held_distribution(aws, identifier)
    _check_references(aws, inputs)
    _check_aliases(aws, inputs, but=identifier)
    caller = found["Distribution"]["DistributionConfig"]["CallerReference"]
    _put(aws, identifier, found["ETag"], {**request(inputs), "CallerReference": caller})
    put_tags(aws, found["Distribution"]["ARN"], inputs["tagsAll"])
    return _computed(held_distribution(aws, identifier))


def delete_distribution(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteDistribution, after it is disabled, as the provider does it."""
    client = aws.client("cloudfront")
    found = held_distribution(aws, identifier)
    config = found["Distribution"]["DistributionConfig"]
    if config["Enabled"]:
        plain = client.get_distribution_config(Id=identifier)["DistributionConfig"]
        client.update_distribution(Id=identifier, IfMatch=found["ETag"], DistributionConfig={**plain, "Enabled": False})
    client.delete_distribution(Id=identifier, IfMatch=client.get_distribution(Id=identifier)["ETag"])
    aws.records.pop(distribution_record(identifier), None)


def find_distribution(aws: Aws, inputs: Inputs) -> list[str]:
    """Those with this comment and exactly these tags: a distribution has no name."""
    found = [one for one, config in configurations(aws).items() if config["Comment"] == inputs.get("comment", "")]
    return [one for one in found if tags_of(aws, _arn(aws, one)) == inputs["tagsAll"]]


def every_distribution(aws: Aws, region: str) -> list[str]:
    """All ids; CloudFront is in no region, which us-east-1 stands for."""
    return distribution_ids(aws) if region == "us-east-1" else []


def _put(aws: Aws, identifier: str, etag: str, config: dict[str, Any]) -> None:
    sent = {"Id": identifier, "IfMatch": etag}
    aws.keep("cloudfront", "UpdateDistribution", {**sent, "DistributionConfig": config})
    aws.client("cloudfront").update_distribution(**sent, DistributionConfig=without_groups(config))
    aws.records[distribution_record(identifier)] = config


def _computed(found: Mapping[str, Any]) -> Inputs:
    distribution = found["Distribution"]
    return {
        "arn": distribution["ARN"],
        "callerReference": distribution["DistributionConfig"]["CallerReference"],
        "domainName": distribution["DomainName"],
        "etag": found["ETag"],
        "hostedZoneId": HOSTED_ZONE,
        "status": distribution["Status"],
        "inProgressValidationBatches": distribution["InProgressInvalidationBatches"],
        "lastModifiedTime": f"{distribution['LastModifiedTime']:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "loggingV1Enabled": bool(distribution["DistributionConfig"].get("Logging", {}).get("Enabled")),
    }


def _arn(aws: Aws, identifier: str) -> str:
    return f"arn:aws:cloudfront::{aws.account_id}:distribution/{identifier}"


def _check_references(aws: Aws, inputs: Inputs) -> None:
    for origin in inputs["origins"]:
        if control := origin.get("originAccessControlId"):
            check_access_control(aws, control)
        if vpc := origin.get("vpcOriginConfig"):
            check_vpc_origin(aws, vpc["vpcOriginId"])
    for one in behaviour_inputs(inputs):
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


def _check_aliases(aws: Aws, inputs: Inputs, *, but: str = "") -> None:
    others = [config for one, config in configurations(aws).items() if one != but]
    taken = {alias for config in others for alias in config["Aliases"].get("Items") or []}
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
        read=read_distribution,
        update=update_distribution,
        delete=delete_distribution,
        find=find_distribution,
        every=every_distribution,
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
        ),
        in_place=frozenset(
            {
                "aliases",
                "comment",
                "defaultRootObject",
                "enabled",
                "httpVersion",
                "isIpv6Enabled",
                "priceClass",
                "waitForDeployment",
                "webAclId",
                "tags",
                "origins",
                "originGroups",
                "defaultCacheBehavior",
                "orderedCacheBehaviors",
                "restrictions",
                "viewerCertificate",
            }
        ),
        untold=frozenset({"waitForDeployment"}),
        unordered=frozenset(
            {
                "aliases",
                "originGroups.failoverCriteria.statusCodes",
                "origins.customOriginConfig.originSslProtocols",
                "restrictions.geoRestriction.locations",
                *(
                    f"{behaviour}.{methods}"
                    for behaviour in ("defaultCacheBehavior", "orderedCacheBehaviors")
                    for methods in ("allowedMethods", "cachedMethods")
                ),
            }
        ),
        defaults={
            "httpVersion": "http2",
            "priceClass": "PriceClass_All",
            "viewerCertificate.minimumProtocolVersion": "TLSv1",
            **{
                f"origins.{kind}.{time}": seconds
                for kind in ("customOriginConfig", "vpcOriginConfig")
                for time, seconds in (("originKeepaliveTimeout", 5), ("originReadTimeout", 30))
            },
        },
        limits=(behaviours, origins, origin_groups, certificate, root_object),
        emulated="partial",
        not_emulated=(
            "origin access control, functions, custom and VPC origins: as the provider set them last",
            "origin groups: the emulator holds the first origin of each",
            "the CDN itself: no request is answered, cached or filtered",
        ),
        source="Terraform AWS provider docs: aws_cloudfront_distribution",
    ),
)
