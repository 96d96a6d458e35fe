"""CloudFront: origin access controls, by which a distribution alone reads a bucket."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.cloudfront.references import check_unused, object_name

DESCRIPTION = "Managed by Pulumi"


def create_access_control(aws: Aws, inputs: Inputs) -> Created:
    """CreateOriginAccessControl, whose name is taken once."""
    if find_access_control(aws, inputs):
        message = f"the name {inputs['name']} is taken: choose another"
        raise refusal("CreateOriginAccessControl", "OriginAccessControlAlreadyExists", message)
    found = aws.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=_config(inputs))
    made = found["OriginAccessControl"]["Id"]
    return Created(id=made, outputs={"arn": _arn(aws, made), "etag": found["ETag"]})


def read_access_control(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetOriginAccessControl."""
    found = aws.client("cloudfront").get_origin_access_control(Id=identifier)
    config = found["OriginAccessControl"]["OriginAccessControlConfig"]
    held = {
        "name": config["Name"],
        "description": config.get("Description"),
        "originAccessControlOriginType": config["OriginAccessControlOriginType"],
        "signingBehavior": config["SigningBehavior"],
        "signingProtocol": config["SigningProtocol"],
    }
    return Created(id=identifier, outputs={**held, "arn": _arn(aws, identifier), "etag": found["ETag"]})


def update_access_control(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateOriginAccessControl."""
    client = aws.client("cloudfront")
    found = client.update_origin_access_control(
        Id=identifier,
        IfMatch=client.get_origin_access_control(Id=identifier)["ETag"],
        OriginAccessControlConfig=_config(inputs),
    )
    return {"etag": found["ETag"]}


def delete_access_control(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteOriginAccessControl, refused while a distribution uses it."""
    client = aws.client("cloudfront")
    found = client.get_origin_access_control(Id=identifier)
    check_unused(
        aws,
        "origin access control",
        identifier,
        operation="DeleteOriginAccessControl",
        code="OriginAccessControlInUse",
    )
    client.delete_origin_access_control(Id=identifier, IfMatch=found["ETag"])


def find_access_control(aws: Aws, inputs: Inputs) -> list[str]:
    """The one with this name."""
    return [one["Id"] for one in _controls(aws) if one["Name"] == inputs["name"]]


def every_access_control(aws: Aws, region: str) -> list[str]:
    """All ids; CloudFront is in no region, which us-east-1 stands for."""
    return [one["Id"] for one in _controls(aws)] if region == "us-east-1" else []


def _controls(aws: Aws) -> list[dict[str, Any]]:
    pages = aws.client("cloudfront").get_paginator("list_origin_access_controls").paginate()
    return [one for page in pages for one in page["OriginAccessControlList"].get("Items") or []]


def _config(inputs: Inputs) -> dict[str, str]:
    return {
        "Name": inputs["name"],
        "Description": inputs.get("description", DESCRIPTION),
        "SigningProtocol": inputs["signingProtocol"],
        "SigningBehavior": inputs["signingBehavior"],
        "OriginAccessControlOriginType": inputs["originAccessControlOriginType"],
    }


def _arn(aws: Aws, identifier: str) -> str:
    return f"arn:aws:cloudfront::{aws.account_id}:origin-access-control/{identifier}"


RESOURCES = (
    ResourceType(
        token="aws:cloudfront/originAccessControl:OriginAccessControl",
        inputs=spec("name description originAccessControlOriginType signingBehavior signingProtocol"),
        create=create_access_control,
        read=read_access_control,
        update=update_access_control,
        delete=delete_access_control,
        find=find_access_control,
        every=every_access_control,
        computed=("arn", "etag"),
        in_place=frozenset(
            {"name", "description", "originAccessControlOriginType", "signingBehavior", "signingProtocol"}
        ),
        defaults={"description": DESCRIPTION},
        limits=(object_name,),
        emulated="partial",
        not_emulated=("requests from CloudFront to a bucket are not signed",),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs and code: aws_cloudfront_origin_access_control, which updates the name too",
    ),
)
