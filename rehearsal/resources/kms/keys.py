"""KMS: keys of our own."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_tags
from rehearsal.tagging import as_mapping, retag

POLICY_LIMIT = 32_768  # bytes: KMS API Reference, CreateKey


def key_settings(inputs: Inputs) -> str | None:
    """Ranges of the periods, and the size of the policy."""
    if not 7 <= inputs.get("deletionWindowInDays", 30) <= 30:
        return "a key waits 7 to 30 days to be deleted: set deletion_window_in_days in that range"
    if not 90 <= inputs.get("rotationPeriodInDays", 365) <= 2560:
        return "a key is rotated every 90 to 2,560 days: set rotation_period_in_days in that range"
    if len(str(inputs.get("policy", ""))) > POLICY_LIMIT:
        return f"the key policy is larger than {POLICY_LIMIT} bytes: shorten it"
    return None


def create_key(aws: Aws, inputs: Inputs) -> Created:
    """CreateKey, then its rotation."""
    _lockout_check(aws, "CreateKey", inputs)
    client = aws.client("kms", inputs.get("region"))
    wanted = {
        "Description": inputs.get("description"),
        "Policy": inputs.get("policy"),
        "MultiRegion": inputs.get("multiRegion"),
        "Tags": _tag_list(inputs["tagsAll"]) or None,
    }
    made = client.create_key(**{name: value for name, value in wanted.items() if value is not None})["KeyMetadata"]
    aws.made(made["KeyId"])
    _rotate(aws, client, made["KeyId"], inputs)
    return Created(id=made["KeyId"], outputs={"arn": made["Arn"], "keyId": made["KeyId"]})


def read_key(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The key, its policy, rotation and tags; one that waits to be deleted is gone."""
    client = aws.client("kms", state.get("region"))
    key = client.describe_key(KeyId=identifier)["KeyMetadata"]
    if key["KeyState"] == "PendingDeletion":
        return None
    rotated = client.get_key_rotation_status(KeyId=identifier)["KeyRotationEnabled"]
    outputs = {
        "description": key.get("Description"),
        "policy": client.get_key_policy(KeyId=identifier, PolicyName="default")["Policy"],
        "enableKeyRotation": rotated,
        "rotationPeriodInDays": aws.records.get(_period(identifier), {}).get("days") if rotated else None,
        "multiRegion": key.get("MultiRegion"),
        "arn": key["Arn"],
        "keyId": key["KeyId"],
        "tagsAll": _tags(client, identifier),
    }
    return Created(id=identifier, outputs=outputs)


def update_key(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Description, policy (one that is left out stays), rotation and tags."""
    _lockout_check(aws, "PutKeyPolicy", inputs)
    client = aws.client("kms", inputs.get("region"))
    client.update_key_description(KeyId=identifier, Description=inputs.get("description") or "")
    if policy := inputs.get("policy"):
        client.put_key_policy(KeyId=identifier, PolicyName="default", Policy=policy)
    _rotate(aws, client, identifier, inputs)
    retag(
        _tags(client, identifier),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(KeyId=identifier, Tags=_tag_list(tags)),
        untag=lambda keys: client.untag_resource(KeyId=identifier, TagKeys=keys),
    )
    return {}


def delete_key(aws: Aws, identifier: str, state: Inputs) -> None:
    """ScheduleKeyDeletion: AWS deletes no key at once."""
    client = aws.client("kms", state.get("region"))
    if client.describe_key(KeyId=identifier)["KeyMetadata"]["KeyState"] != "PendingDeletion":
        days = state.get("deletionWindowInDays") or 30
        client.schedule_key_deletion(KeyId=identifier, PendingWindowInDays=days)
    aws.records.pop(_period(identifier), None)


def tagged_keys(aws: Aws, region: str | None) -> list[tuple[str, dict[str, str]]]:
    """Each key of our own that does not wait to be deleted, with its tags."""
    client = aws.client("kms", region)
    aliases = [alias for page in client.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]
    managed = {alias.get("TargetKeyId") for alias in aliases if alias["AliasName"].startswith("alias/aws/")}
    pages = client.get_paginator("list_keys").paginate()
    identifiers = [key["KeyId"] for page in pages for key in page["Keys"] if key["KeyId"] not in managed]
    keys = [client.describe_key(KeyId=identifier)["KeyMetadata"] for identifier in identifiers]
    return [
        (key["KeyId"], _tags(client, key["KeyId"]))
        for key in keys
        if key["KeyManager"] == "CUSTOMER" and key["KeyState"] != "PendingDeletion"
    ]


def every_key(aws: Aws, region: str) -> list[str]:
    """Ids of the region's keys of our own."""
    return [identifier for identifier, _ in tagged_keys(aws, region)]


def _rotate(aws: Aws, client: Any, identifier: str, inputs: Inputs) -> None:
    """Rotation on, with its period (which the emulator has no place for), or off."""
    period = inputs.get("rotationPeriodInDays")
    aws.records.pop(_period(identifier), None)
    if not inputs.get("enableKeyRotation"):
        client.disable_key_rotation(KeyId=identifier)
        return
    client.enable_key_rotation(KeyId=identifier, **({"RotationPeriodInDays": period} if period else {}))
    if period:
        aws.records[_period(identifier)] = {"days": period}


def _period(identifier: str) -> str:
    return f"kms/rotation-period/{identifier}"


def _tags(client: Any, identifier: str) -> dict[str, str]:
    held = client.list_resource_tags(KeyId=identifier)["Tags"]
    return as_mapping({"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in held)


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]


def _lockout_check(aws: Aws, operation: str, inputs: Inputs) -> None:
    """KMS refuses a policy that leaves nobody able to change it (KMS Developer Guide, "Creating a key policy")."""
    policy, account_id = inputs.get("policy"), aws.account_id
    if not policy or inputs.get("bypassPolicyLockoutSafetyCheck"):
        return
    root = {account_id, f"arn:aws:iam::{account_id}:root"}
    for statement in json.loads(policy)["Statement"]:
        principals = set(_list(statement.get("Principal", {}).get("AWS", [])))
        actions = set(_list(statement.get("Action", [])))
        if statement["Effect"] == "Allow" and principals & root and actions & {"kms:*", "kms:Put*", "kms:PutKeyPolicy"}:
            return
    message = (
        "The new key policy will not allow you to update the key policy in the future: "
        f"allow kms:* to arn:aws:iam::{account_id}:root"
    )
    raise refusal(operation, "MalformedPolicyDocumentException", message)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


RESOURCES = (
    ResourceType(
        token="aws:kms/key:Key",
        inputs=spec(
            "description policy enableKeyRotation rotationPeriodInDays deletionWindowInDays multiRegion region tags "
            "bypassPolicyLockoutSafetyCheck"
        ),
        create=create_key,
        read=read_key,
        update=update_key,
        delete=delete_key,
        find=by_tags(tagged_keys),
        every=every_key,
        computed=("arn", "keyId"),
        replace_on=frozenset({"multiRegion", "region"}),
        in_place=frozenset(
            {
                "bypassPolicyLockoutSafetyCheck",
                "deletionWindowInDays",
                "description",
                "enableKeyRotation",
                "policy",
                "rotationPeriodInDays",
                "tags",
            }
        ),
        untold=frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"}),
        defaults={"rotationPeriodInDays": 365, "deletionWindowInDays": 30},
        limits=(key_settings,),
        emulated="partial",
        not_emulated=(
            "key policies are kept, but not evaluated when a service uses the key",
            "the period of rotation is kept by the stand-in alone",
        ),
        source="Terraform AWS provider docs: aws_kms_key",
    ),
)
