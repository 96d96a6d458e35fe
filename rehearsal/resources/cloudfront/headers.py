"""CloudFront: response headers policies, which the emulator lacks; the stand-in checks and holds them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from rehearsal.api import camel, pascal, refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.cloudfront.references import check_unused, digest_tag, object_name, policy_record

HSTS_LIMIT = 2_147_483_647  # seconds


def security_headers(inputs: Inputs) -> str | None:
    """HSTS lasts no longer than a signed 32-bit number says."""
    config = inputs.get("securityHeadersConfig") or {}
    seconds = (config.get("strictTransportSecurity") or {}).get("accessControlMaxAgeSec", 0)
    return None if 0 <= seconds <= HSTS_LIMIT else f"HSTS lasts 0 to {HSTS_LIMIT} seconds, not {seconds}: change it"


def create_response_headers(aws: Aws, inputs: Inputs) -> Created:
    """CreateResponseHeadersPolicy, held."""
    config = _config(inputs)
    _check_name(aws, inputs["name"], "CreateResponseHeadersPolicy")
    aws.keep("cloudfront", "CreateResponseHeadersPolicy", {"ResponseHeadersPolicyConfig": config})
    made = _new_id(aws, inputs["name"])
    return Created(id=made, outputs={"arn": _arn(aws, made), "etag": _hold(aws, made, config)})


def read_response_headers(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """The policy as it was held last."""
    found = aws.records.get(policy_record(identifier))
    if found is None:
        return None
    config = found["config"]
    held = {
        "name": config["Name"],
        "comment": config["Comment"],
        "securityHeadersConfig": camel(config.get("SecurityHeadersConfig")),
    }
    return Created(id=identifier, outputs={**held, "arn": _arn(aws, identifier), "etag": found["etag"]})


def update_response_headers(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateResponseHeadersPolicy, held: the whole policy is replaced."""
    config = _config(inputs)
    _check_name(aws, inputs["name"], "UpdateResponseHeadersPolicy", but=identifier)
    aws.keep("cloudfront", "UpdateResponseHeadersPolicy", {"Id": identifier, "ResponseHeadersPolicyConfig": config})
    return {"etag": _hold(aws, identifier, config)}


def delete_response_headers(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteResponseHeadersPolicy, refused while a distribution uses it."""
    check_unused(
        aws,
        "response headers policy",
        identifier,
        operation="DeleteResponseHeadersPolicy",
        code="ResponseHeadersPolicyInUse",
    )
    aws.keep("cloudfront", "DeleteResponseHeadersPolicy", {"Id": identifier})
    aws.records.pop(policy_record(identifier), None)


def find_response_headers(aws: Aws, inputs: Inputs) -> list[str]:
    """The one with this name."""
    return [identifier for identifier, name in _names(aws).items() if name == inputs["name"]]


def every_response_headers(aws: Aws, region: str) -> list[str]:
    """All ids; CloudFront is in no region, which us-east-1 stands for."""
    return list(_names(aws)) if region == "us-east-1" else []


def _names(aws: Aws) -> dict[str, str]:
    start = policy_record("")
    paths = sorted(path for path in aws.records if path.startswith(start))
    return {path.removeprefix(start): str(aws.records[path]["config"]["Name"]) for path in paths}


def _check_name(aws: Aws, name: str, operation: str, *, but: str = "") -> None:
    if any(found == name and identifier != but for identifier, found in _names(aws).items()):
        message = f"the name {name} is taken: choose another"
        raise refusal(operation, "ResponseHeadersPolicyAlreadyExists", message)


def _config(inputs: Inputs) -> dict[str, Any]:
    config = {"Name": inputs["name"], "Comment": inputs.get("comment", "")}
    if security := inputs.get("securityHeadersConfig"):
        shown = pascal(security)
        named = {("XSSProtection" if key == "XssProtection" else key): value for key, value in shown.items()}
        config["SecurityHeadersConfig"] = named
    return config


def _hold(aws: Aws, identifier: str, config: dict[str, Any]) -> str:
    etag = digest_tag(identifier, json.dumps(config, sort_keys=True))
    aws.records[policy_record(identifier)] = {"etag": etag, "config": config}
    return etag


def _new_id(aws: Aws, name: str) -> str:
    """The same for the same name, unless a policy that was renamed has it."""
    seed = f"{aws.account_id}/response-headers-policy/{name}"
    while policy_record(made := str(uuid.uuid5(uuid.NAMESPACE_URL, seed))) in aws.records:
        seed += "+"
    return made


def _arn(aws: Aws, identifier: str) -> str:
    return f"arn:aws:cloudfront::{aws.account_id}:response-headers-policy/{identifier}"


RESOURCES = (
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
        read=read_response_headers,
        update=update_response_headers,
        delete=delete_response_headers,
        find=find_response_headers,
        every=every_response_headers,
        computed=("arn", "etag"),
        in_place=frozenset({"name", "comment", "securityHeadersConfig"}),
        limits=(object_name, security_headers),
        emulated="none",
        not_emulated=("response headers policies: no answer carries their headers",),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_cloudfront_response_headers_policy; its code updates the name too",
    ),
)
