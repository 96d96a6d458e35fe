"""Secrets Manager: secrets; their values are in versions.py."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tagging import as_list, as_mapping, retag

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")


def name(inputs: Inputs) -> str | None:
    """A secret's name has the characters that AWS knows."""
    found = str(inputs.get("name", "x"))
    if not _NAME.fullmatch(found):
        return f"Secrets Manager refuses the name {found}: use letters, digits and any of /_+=.@-, 512 at most"
    return None


def window(inputs: Inputs) -> str | None:
    """A deleted secret can be brought back for 7 to 30 days, or not at all."""
    days = inputs.get("recoveryWindowInDays", 30)
    return None if days == 0 or 7 <= days <= 30 else f"recoveryWindowInDays is {days}: use 0, or 7 to 30"


def create_secret(aws: Aws, inputs: Inputs) -> Created:
    """CreateSecret; a deleted secret keeps its name until the days in which it can be brought back are over."""
    client, secret = _client(aws, inputs), inputs["name"]
    if _pending_deletion(client, secret):
        message = (
            f"You can't create this secret because a secret with this name ({secret}) is already scheduled for"
            " deletion: restore it and import it, or wait"
        )
        raise refusal("CreateSecret", "InvalidRequestException", message)
    optional = {"Description": inputs.get("description"), "KmsKeyId": inputs.get("kmsKeyId")}
    made = client.create_secret(
        Name=secret, Tags=name_tags(inputs), **{name: given for name, given in optional.items() if given}
    )
    return Created(id=made["ARN"], outputs={"arn": made["ARN"]})


def read_secret(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """DescribeSecret; a secret that waits to be deleted is gone."""
    held = _client(aws, state).describe_secret(SecretId=identifier)
    if "DeletedDate" in held:
        return None
    beside = aws.records.get(_beside(held["ARN"]), {})
    description = held.get("Description")
    outputs = {
        "name": held["Name"],
        "description": None if description == beside.get("withdrawn") else description,
        "kmsKeyId": beside["kmsKeyId"] if "kmsKeyId" in beside else held.get("KmsKeyId"),
        "arn": held["ARN"],
        "tagsAll": as_mapping(held.get("Tags")),
    }
    return Created(id=held["ARN"], outputs=outputs)


def update_secret(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateSecret, and tags."""
    client = _client(aws, inputs)
    description, key = inputs.get("description"), inputs.get("kmsKeyId")
    client.update_secret(SecretId=identifier, Description=description or "", **({"KmsKeyId": key} if key else {}))
    held = client.describe_secret(SecretId=identifier)
    # The emulator changes no key, and takes no description away.
    beside = {} if held.get("KmsKeyId") == key else {"kmsKeyId": key}
    if held.get("Description") and not description:
        beside["withdrawn"] = held["Description"]
    aws.records[_beside(identifier)] = beside
    retag(
        as_mapping(held.get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(SecretId=identifier, Tags=as_list(tags)),
        untag=lambda keys: client.untag_resource(SecretId=identifier, TagKeys=keys),
    )
    return {}


def delete_secret(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteSecret, at once or after the days in which it can be brought back (30 where nothing else is said)."""
    client, days = _client(aws, state), state.get("recoveryWindowInDays", 30)
    if not _pending_deletion(client, identifier):
        how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        client.delete_secret(SecretId=identifier, **how)
    aws.records.pop(_beside(identifier), None)


def find_secret(aws: Aws, inputs: Inputs) -> list[str]:
    """The ARN of the secret with this name."""
    client = _client(aws, inputs)
    try:
        held = client.describe_secret(SecretId=inputs["name"])
    except client.exceptions.ResourceNotFoundException:
        return []
    return [] if "DeletedDate" in held else [held["ARN"]]


def every_secret(aws: Aws, region: str) -> list[str]:
    """ARNs of the region's secrets but those that an AWS service owns, which go with what it made them for."""
    pages = aws.client("secretsmanager", region).get_paginator("list_secrets").paginate()
    return [one["ARN"] for page in pages for one in page["SecretList"] if not one.get("OwningService")]


def _client(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("secretsmanager", inputs.get("region"))


def _beside(arn: str) -> str:
    return f"secretsmanager/secret/{arn}"


def _pending_deletion(client: Any, secret: str) -> bool:
    try:
        return "DeletedDate" in client.describe_secret(SecretId=secret)
    except client.exceptions.ResourceNotFoundException:
        return False


RESOURCES = (
    ResourceType(
        token="aws:secretsmanager/secret:Secret",
        inputs=spec("name region description kmsKeyId recoveryWindowInDays forceOverwriteReplicaSecret tags"),
        create=create_secret,
        read=read_secret,
        update=update_secret,
        delete=delete_secret,
        find=find_secret,
        every=every_secret,
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"description", "forceOverwriteReplicaSecret", "kmsKeyId", "recoveryWindowInDays", "tags"}),
        untold=frozenset({"forceOverwriteReplicaSecret", "recoveryWindowInDays"}),
        defaults={"recoveryWindowInDays": 30},
        limits=(name, window),
        emulated="partial",
        not_emulated=("another key, and a description that is taken away, are kept by the stand-in alone",),
        auto_name="name",
        auto_name_limit=512,
        source="Terraform AWS provider docs: aws_secretsmanager_secret",
    ),
)
