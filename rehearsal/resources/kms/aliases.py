"""KMS: aliases, the names of keys."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id

_ALIAS = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}")


def alias_name(inputs: Inputs) -> str | None:
    """alias/ and a name that AWS does not keep for itself."""
    name = str(inputs.get("name", ""))
    if not _ALIAS.fullmatch(name) or name.startswith("alias/aws/"):
        return f"KMS refuses the alias {name}: use alias/ and letters, digits, - and _, but not alias/aws/"
    return None


def create_alias(aws: Aws, inputs: Inputs) -> Created:
    """CreateAlias."""
    client = aws.client("kms", inputs.get("region"))
    client.create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    aws.made(inputs["name"])
    region = inputs.get("region") or aws.region
    arn = f"arn:aws:kms:{region}:{aws.account_id}:{inputs['name']}"
    return Created(id=inputs["name"], outputs={"arn": arn, "targetKeyArn": _key_arn(client, inputs["targetKeyId"])})


def read_alias(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The alias; its key as the state spells it (id or ARN) where it is the same."""
    client = aws.client("kms", state.get("region"))
    found = next((alias for alias in _aliases(client) if alias["AliasName"] == identifier), None)
    if found is None:
        return None
    arn, spelled = _key_arn(client, found["TargetKeyId"]), state.get("targetKeyId")
    outputs = {
        "name": identifier,
        "targetKeyId": spelled if spelled == arn else found["TargetKeyId"],
        "arn": found["AliasArn"],
        "targetKeyArn": arn,
    }
    return Created(id=identifier, outputs=outputs)


def update_alias(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateAlias."""
    client = aws.client("kms", inputs.get("region"))
    client.update_alias(AliasName=identifier, TargetKeyId=inputs["targetKeyId"])
    return {"targetKeyArn": _key_arn(client, inputs["targetKeyId"])}


def delete_alias(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteAlias."""
    aws.client("kms", state.get("region")).delete_alias(AliasName=identifier)


def every_alias(aws: Aws, region: str) -> list[str]:
    """Names of the region's aliases that are not AWS's."""
    names = [alias["AliasName"] for alias in _aliases(aws.client("kms", region))]
    return [name for name in names if not name.startswith("alias/aws/")]


def _aliases(client: Any) -> list[Inputs]:
    return [alias for page in client.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]


def _key_arn(client: Any, identifier: str) -> str:
    arn: str = client.describe_key(KeyId=identifier)["KeyMetadata"]["Arn"]
    return arn


RESOURCES = (
    ResourceType(
        token="aws:kms/alias:Alias",
        inputs=spec("name targetKeyId region"),
        create=create_alias,
        read=read_alias,
        update=update_alias,
        delete=delete_alias,
        find=by_id(read_alias, "name"),
        every=every_alias,
        computed=("arn", "targetKeyArn"),
        renewed=frozenset({"targetKeyArn"}),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"targetKeyId"}),
        limits=(alias_name,),
        source="Terraform AWS provider docs: aws_kms_alias",
    ),
)
