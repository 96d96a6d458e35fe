"""CloudFront: origin access controls, functions and response headers policies, and what a distribution may refer to.

The distribution itself is in distribution.py. Managed policies: Amazon CloudFront Developer Guide, "Use managed cache
policies", "Use managed origin request policies", "Use managed response headers policies".
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

from botocore.exceptions import ClientError

from infra.edge_functions import SIZE_LIMIT
from rehearsal.api import pascal, refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

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
HSTS_LIMIT = 2_147_483_647  # seconds
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def function_code(inputs: Inputs) -> str | None:
    """At most 10 KB with a handler, and a runtime that has the Buffer and digest that the code uses."""
    code = str(inputs.get("code", "function handler"))
    if (size := len(code.encode())) > SIZE_LIMIT:
        return f"FunctionSizeLimitExceeded: the function's code has {size:,} bytes of {SIZE_LIMIT:,}: shorten it"
    if "function handler" not in code:
        return "the function's code has no function handler(event): write one"
    return None


def object_name(inputs: Inputs) -> str | None:
    """Names of functions and policies."""
    name = str(inputs.get("name", "x"))
    if _NAME.fullmatch(name):
        return None
    return f"CloudFront refuses the name {name}: use at most 64 letters, digits, hyphens and underscores"


def security_headers(inputs: Inputs) -> str | None:
    """HSTS lasts no longer than a signed 32-bit number says."""
    config = inputs.get("securityHeadersConfig") or {}
    seconds = (config.get("strictTransportSecurity") or {}).get("accessControlMaxAgeSec", 0)
    return None if 0 <= seconds <= HSTS_LIMIT else f"HSTS lasts 0 to {HSTS_LIMIT} seconds, not {seconds}: change it"


def create_access_control(aws: Aws, inputs: Inputs) -> Created:
    """CreateOriginAccessControl, whose name is taken once."""
    client = aws.client("cloudfront")
    controls = client.list_origin_access_controls().get("OriginAccessControlList", {}).get("Items", [])
    if any(one["Name"] == inputs["name"] for one in controls):
        message = f"the name {inputs['name']} is taken: choose another"
        raise refusal("CreateOriginAccessControl", "OriginAccessControlAlreadyExists", message)
    config = {
        "Name": inputs["name"],
        "Description": inputs.get("description", ""),
        "SigningProtocol": inputs["signingProtocol"],
        "SigningBehavior": inputs["signingBehavior"],
        "OriginAccessControlOriginType": inputs["originAccessControlOriginType"],
    }
    found = client.create_origin_access_control(OriginAccessControlConfig=config)
    made = found["OriginAccessControl"]["Id"]
    arn = f"arn:aws:cloudfront::{aws.account_id}:origin-access-control/{made}"
    return Created(id=made, outputs={"arn": arn, "etag": found["ETag"]})


def create_function(aws: Aws, inputs: Inputs) -> Created:
    """CreateFunction, then PublishFunction, which the stand-in keeps."""
    name = inputs["name"]
    found = aws.client("cloudfront").create_function(
        Name=name,
        FunctionConfig={"Comment": inputs.get("comment", ""), "Runtime": inputs["runtime"]},
        FunctionCode=inputs["code"].encode(),
        Tags={"Items": name_tags(inputs)},
    )
    published = inputs.get("publish", True)
    if published:
        aws.keep("cloudfront", "PublishFunction", {"Name": name, "IfMatch": found["ETag"]})
    outputs = {
        "arn": f"arn:aws:cloudfront::{aws.account_id}:function/{name}",
        "etag": found["ETag"],
        "liveStageEtag": found["ETag"] if published else "",
        "status": "UNASSOCIATED" if published else "UNPUBLISHED",
    }
    return Created(id=name, outputs=outputs)


def create_response_headers(aws: Aws, inputs: Inputs) -> Created:
    """CreateResponseHeadersPolicy, kept."""
    name = inputs["name"]
    if name in _kept_names(aws):
        message = f"the name {name} is taken: choose another"
        raise refusal("CreateResponseHeadersPolicy", "ResponseHeadersPolicyAlreadyExists", message)
    config = {"Name": name, "Comment": inputs.get("comment", "")}
    if security := inputs.get("securityHeadersConfig"):
        config["SecurityHeadersConfig"] = _security(security)
    aws.keep("cloudfront", "CreateResponseHeadersPolicy", {"ResponseHeadersPolicyConfig": config})
    made = _policy_id(aws, name)
    etag = f"E{hashlib.sha256(made.encode()).hexdigest()[:13].upper()}"
    arn = f"arn:aws:cloudfront::{aws.account_id}:response-headers-policy/{made}"
    return Created(id=made, outputs={"arn": arn, "etag": etag})


def _security(config: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = pascal(config)
    if "XssProtection" in shown:
        shown["XSSProtection"] = shown.pop("XssProtection")
    return shown


def _policy_id(aws: Aws, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{aws.account_id}/response-headers-policy/{name}"))


def _kept_names(aws: Aws) -> set[str]:
    kept = [one for one in aws.kept if one.operation == "CreateResponseHeadersPolicy"]
    return {str(one.params["ResponseHeadersPolicyConfig"]["Name"]) for one in kept}


def check_response_headers(aws: Aws, policy_id: str) -> None:
    """Refuses a policy that was not made."""
    if policy_id not in MANAGED_RESPONSE_HEADERS_POLICIES | {_policy_id(aws, name) for name in _kept_names(aws)}:
        raise _missing("NoSuchResponseHeadersPolicy", f"response headers policy {policy_id}")


def check_function(aws: Aws, arn: str) -> None:
    """Refuses a function that was not made, or not published."""
    name = arn.rpartition("/")[2]
    try:
        aws.client("cloudfront").describe_function(Name=name)
    except ClientError:
        raise _missing("InvalidFunctionAssociation", f"function {name}") from None
    if not any(one.operation == "PublishFunction" and one.params["Name"] == name for one in aws.kept):
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


RESOURCES = (
    ResourceType(
        token="aws:cloudfront/originAccessControl:OriginAccessControl",
        inputs=spec("name description originAccessControlOriginType signingBehavior signingProtocol"),
        create=create_access_control,
        computed=("arn", "etag"),
        limits=(object_name,),
        emulated="partial",
        not_emulated=("requests from CloudFront to a bucket are not signed",),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_cloudfront_origin_access_control",
    ),
    ResourceType(
        token="aws:cloudfront/function:Function",
        inputs=spec("name code comment publish runtime tags"),
        create=create_function,
        computed=("arn", "etag", "liveStageEtag", "status", "tagsAll"),
        replace_on=frozenset({"name"}),
        limits=(object_name, function_code),
        emulated="partial",
        not_emulated=("publishing a function, its tags, and its code at the edge: no request runs it",),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_cloudfront_function",
    ),
    ResourceType(
        token="aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        inputs=spec(
            "name comment",
            securityHeadersConfig=spec(
                "",
                contentSecurityPolicy=spec("contentSecurityPolicy override"),
                contentTypeOptions=spec("override"),
                frameOptions=spec("frameOption override"),
                referrerPolicy=spec("referrerPolicy override"),
                strictTransportSecurity=spec("accessControlMaxAgeSec includeSubdomains override preload"),
                xssProtection=spec("modeBlock override protection reportUri"),
            ),
        ),
        create=create_response_headers,
        computed=("arn", "etag"),
        limits=(object_name, security_headers),
        emulated="none",
        not_emulated=("response headers policies: no answer carries their headers",),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_cloudfront_response_headers_policy",
    ),
)
