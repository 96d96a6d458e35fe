"""KMS: keys of our own and their aliases."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

POLICY_LIMIT = 32_768  # bytes: KMS API Reference, CreateKey
_ALIAS = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}")


def key_settings(inputs: Inputs) -> str | None:
    """Ranges of the periods, and the size of the policy."""
    if not 7 <= inputs.get("deletionWindowInDays", 30) <= 30:
        return "a key waits 7 to 30 days to be deleted: set deletion_window_in_days in that range"
    if not 90 <= inputs.get("rotationPeriodInDays", 365) <= 2560:
        return "a key is rotated every 90 to 2,560 days: set rotation_period_in_days in that range"
    if len(str(inputs.get("policy", ""))) > POLICY_LIMIT:
        return f"the key policy is larger than {POLICY_LIMIT} bytes: shorten it"
    return None


def alias_name(inputs: Inputs) -> str | None:
    """alias/ and a name that AWS does not keep for itself."""
    name = str(inputs.get("name", ""))
    if not _ALIAS.fullmatch(name) or name.startswith("alias/aws/"):
        return f"KMS refuses the alias {name}: use alias/ and letters, digits, - and _, but not alias/aws/"
    return None


def create_key(aws: Aws, inputs: Inputs) -> Created:
    """CreateKey, then its rotation."""
    policy = inputs.get("policy")
    if policy and not inputs.get("bypassPolicyLockoutSafetyCheck"):
        _lockout_check(policy, aws.account_id)
    client = aws.client("kms", inputs.get("region"))
    wanted = {
        "Description": inputs.get("description"),
        "Policy": policy,
        "MultiRegion": inputs.get("multiRegion"),
        "Tags": [{"TagKey": key, "TagValue": value} for key, value in sorted(inputs["tagsAll"].items())] or None,
    }
    made = client.create_key(**{name: value for name, value in wanted.items() if value is not None})["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        period = inputs.get("rotationPeriodInDays")
        client.enable_key_rotation(KeyId=made["KeyId"], **({"RotationPeriodInDays": period} if period else {}))
    return Created(id=made["KeyId"], outputs={"arn": made["Arn"], "keyId": made["KeyId"]})


def create_alias(aws: Aws, inputs: Inputs) -> Created:
    """CreateAlias."""
    client = aws.client("kms", inputs.get("region"))
    client.create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    region = inputs.get("region") or aws.region
    outputs = {
        "arn": f"arn:aws:kms:{region}:{aws.account_id}:{inputs['name']}",
        "targetKeyArn": client.describe_key(KeyId=inputs["targetKeyId"])["KeyMetadata"]["Arn"],
    }
    return Created(id=inputs["name"], outputs=outputs)


def _lockout_check(policy: str, account_id: str) -> None:
    """KMS refuses a policy that leaves nobody able to change it (KMS Developer Guide, "Creating a key policy")."""
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
    raise refusal("CreateKey", "MalformedPolicyDocumentException", message)


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
        computed=("arn", "keyId", "tagsAll"),
        replace_on=frozenset({"multiRegion", "region"}),
        limits=(key_settings,),
        emulated="partial",
        not_emulated=("key policies are kept, but not evaluated when a service uses the key",),
        source="Terraform AWS provider docs: aws_kms_key",
    ),
    ResourceType(
        token="aws:kms/alias:Alias",
        inputs=spec("name targetKeyId region"),
        create=create_alias,
        computed=("arn", "targetKeyArn"),
        replace_on=frozenset({"name", "region"}),
        limits=(alias_name,),
        source="Terraform AWS provider docs: aws_kms_alias",
    ),
)
