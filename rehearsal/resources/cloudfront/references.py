"""CloudFront: what a distribution may refer to, which of it is in use, and the tags of what has any.

Managed policies: Amazon CloudFront Developer Guide, "Use managed cache policies", "Use managed origin request
policies", "Use managed response headers policies".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from botocore.exceptions import ClientError

from rehearsal.api import refusal
from rehearsal.distribution_held import behaviours_of, configurations
from rehearsal.resource import Aws, Inputs
from rehearsal.tables import plain_tags, tag_changes

MANAGED_CACHE_POLICIES = frozenset(
    {
        "2e54312d-136d-493c-8eb9-b001f22f67d2",  # Amplify
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",  # CachingDisabled
        "658327ea-f89d-4fab-a63d-7e88639e58f6",  # CachingOptimized
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",  # CachingOptimizedForUncompressedObjects
        "08627262-05a9-4f76-9ded-b50ca2e3a84f",  # Elemental-MediaPackage
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65",  # UseOriginCacheControlHeaders
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",  # UseOriginCacheControlHeaders-QueryStrings
    }
)
MANAGED_ORIGIN_REQUEST_POLICIES = frozenset(
    {
        "216adef6-5c7f-47e4-b989-5492eafa07d3",  # AllViewer
        "33f36d7e-f396-46d9-90e0-52428a34d9dc",  # AllViewerAndCloudFrontHeaders-2022-06
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",  # AllViewerExceptHostHeader
        "59781a5b-3903-41f3-afcb-af62929ccde1",  # CORS-CustomOrigin
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",  # CORS-S3Origin
        "775133bc-15f2-49f9-abea-afb2e0bf67d2",  # Elemental-MediaTailor-PersonalizedManifests
        "bf0718e1-ba1e-49d1-88b1-f726733018ae",  # HostHeaderOnly
        "acba4595-bd28-49b8-b9fe-13317c0390fa",  # UserAgentRefererHeaders
    }
)
MANAGED_RESPONSE_HEADERS_POLICIES = frozenset(
    {
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd",  # CORS-With-Preflight
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",  # CORS-with-preflight-and-SecurityHeadersPolicy
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",  # CORS-and-SecurityHeadersPolicy
        "67f7725c-6f97-4210-82d7-5512b31e9d03",  # SecurityHeadersPolicy
        "60669652-455b-4ae9-85a4-c4c02393f86c",  # SimpleCORS
    }
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def object_name(inputs: Inputs) -> str | None:
    """Names of functions, origin access controls and policies."""
    name = str(inputs.get("name", "x"))
    if _NAME.fullmatch(name):
        return None
    return f"CloudFront refuses the name {name}: use at most 64 letters, digits, hyphens and underscores"


def digest_tag(*parts: str) -> str:
    """An ETag that follows from what it is of."""
    return f"E{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:13].upper()}"


def policy_record(policy_id: str) -> str:
    """Where a response headers policy is held, as {"etag", "config"}."""
    return f"cloudfront/response-headers-policy/{policy_id}"


def function_record(name: str) -> str:
    """Where the last change of a function is held: see functions.py."""
    return f"cloudfront/function/{name}"


def tags_of(aws: Aws, arn: str) -> dict[str, str]:
    """ListTagsForResource."""
    return plain_tags(aws.client("cloudfront").list_tags_for_resource(Resource=arn)["Tags"].get("Items", []))


def put_tags(aws: Aws, arn: str, wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, where something differs."""
    changed, gone = tag_changes(tags_of(aws, arn), wanted)
    client = aws.client("cloudfront")
    if changed:
        client.tag_resource(Resource=arn, Tags={"Items": changed})
    if gone:
        client.untag_resource(Resource=arn, TagKeys={"Items": gone})


def check_unused(aws: Aws, what: str, used: str, *, operation: str, code: str) -> None:
    """Refuses to delete what a distribution names: `used` is a function's ARN, or the id of a policy or control."""
    for identifier, config in configurations(aws).items():
        named = {origin.get("OriginAccessControlId") for origin in config["Origins"]["Items"]}
        for behaviour in behaviours_of(config):
            named.add(behaviour.get("ResponseHeadersPolicyId"))
            edges = behaviour.get("FunctionAssociations", {}).get("Items", [])
            named.update(edge["FunctionARN"] for edge in edges)
        if used in named:
            message = f"the {what} {used} is in use by the distribution {identifier}: take it away there first"
            raise refusal(operation, code, message)


def check_response_headers(aws: Aws, policy_id: str) -> None:
    """Refuses a policy that was not made."""
    if policy_id not in MANAGED_RESPONSE_HEADERS_POLICIES and policy_record(policy_id) not in aws.records:
        raise _missing("NoSuchResponseHeadersPolicy", f"response headers policy {policy_id}")


def check_function(aws: Aws, arn: str) -> None:
    """Refuses a function that was not made, or not published."""
    name = arn.rpartition("/")[2]
    try:
        found = aws.client("cloudfront").describe_function(Name=name)
    except ClientError:
        raise _missing("InvalidFunctionAssociation", f"function {name}") from None
    held = aws.records.get(function_record(name), {})
    if held.get("made") != found["ETag"] or not held.get("live"):
        message = f"the function {name} is not published: set publish"
        raise refusal("CreateDistribution", "InvalidFunctionAssociation", message)


def check_access_control(aws: Aws, control_id: str) -> None:
    """Refuses an origin access control that was not made."""
    try:
        aws.client("cloudfront").get_origin_access_control(Id=control_id)
    except ClientError:
        raise _missing("InvalidOriginAccessControl", f"origin access control {control_id}") from None


def check_vpc_origin(aws: Aws, origin_id: str) -> None:
    """Refuses a VPC origin that was not made."""
    if f"cloudfront/vpc-origin/{origin_id}" not in aws.records:
        raise _missing("EntityNotFound", f"VPC origin {origin_id}")


def check_web_acl(aws: Aws, arn: str) -> None:
    """Refuses a web ACL that was not made for CloudFront, in us-east-1."""
    acls = aws.client("wafv2", "us-east-1").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    if not any(one["ARN"] == arn for one in acls):
        raise _missing("InvalidWebACLId", f"web ACL {arn} with the scope CLOUDFRONT")


def _missing(code: str, what: str) -> ClientError:
    return refusal("CreateDistribution", code, f"there is no {what}: make it before the distribution")
