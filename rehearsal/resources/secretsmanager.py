"""Secrets Manager: secrets, their values, and looking a value up."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, name_tags, spec

VALUE_LIMIT = 65_536  # bytes: AWS Secrets Manager User Guide, "Secrets Manager quotas"
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


def value(inputs: Inputs) -> str | None:
    """A version holds text or bytes of a limited size; what it holds is not shown."""
    given = [inputs[key] for key in ("secretString", "secretBinary") if inputs.get(key) is not None]
    if len(given) > 1:
        return "a secret's version holds secretString or secretBinary, not both: remove one"
    size = len(str(given[0]).encode()) if given else 1
    return (
        None if 1 <= size <= VALUE_LIMIT else f"the secret's value has {size:,} bytes: 1 to {VALUE_LIMIT:,} are allowed"
    )


def create_secret(aws: Aws, inputs: Inputs) -> Created:
    """CreateSecret; a deleted secret keeps its name until the days in which it can be brought back are over."""
    client, secret = aws.client("secretsmanager", inputs.get("region")), inputs["name"]
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


def _pending_deletion(client: Any, secret: str) -> bool:
    try:
        return "DeletedDate" in client.describe_secret(SecretId=secret)
    except client.exceptions.ResourceNotFoundException:
        return False


def put_value(aws: Aws, inputs: Inputs) -> Created:
    """PutSecretValue."""
    optional: dict[str, Any] = {
        "SecretString": inputs.get("secretString"),
        "SecretBinary": inputs.get("secretBinary"),
        "VersionStages": inputs.get("versionStages"),
    }
    made = aws.client("secretsmanager", inputs.get("region")).put_secret_value(
        SecretId=inputs["secretId"], **{name: given for name, given in optional.items() if given}
    )
    outputs = {"arn": made["ARN"], "secretArn": made["ARN"], "versionId": made["VersionId"]}
    return Created(id=f"{made['ARN']}|{made['VersionId']}", outputs={**outputs, "versionStages": made["VersionStages"]})


def read_version(aws: Aws, inputs: Inputs) -> Inputs:
    """GetSecretValue."""
    stage = inputs.get("versionStage") or "AWSCURRENT"
    which = {"VersionId": inputs["versionId"]} if inputs.get("versionId") else {"VersionStage": stage}
    found = aws.client("secretsmanager", inputs.get("region")).get_secret_value(SecretId=inputs["secretId"], **which)
    return {
        "id": f"{inputs['secretId']}|{inputs.get('versionId') or stage}",
        "arn": found["ARN"],
        "secretArn": found["ARN"],
        "createdDate": found["CreatedDate"].isoformat(),
        "region": inputs.get("region") or aws.region,
        "secretString": found.get("SecretString", ""),
        "secretBinary": found.get("SecretBinary", b"").decode(),
        "versionId": found["VersionId"],
        "versionStage": stage,
        "versionStages": found["VersionStages"],
    }


RESOURCES = (
    ResourceType(
        token="aws:secretsmanager/secret:Secret",
        inputs=spec("name region description kmsKeyId recoveryWindowInDays forceOverwriteReplicaSecret tags"),
        create=create_secret,
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        limits=(name, window),
        auto_name="name",
        auto_name_limit=512,
        source="Terraform AWS provider docs: aws_secretsmanager_secret",
    ),
    ResourceType(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        inputs=spec("secretId region secretString secretBinary versionStages"),
        create=put_value,
        computed=("arn", "secretArn", "versionId", "versionStages"),
        replace_on=frozenset({"secretId", "region", "secretString", "secretBinary"}),
        limits=(value,),
        secret_outputs=frozenset({"secretString", "secretBinary"}),
        source="Terraform AWS provider docs: aws_secretsmanager_secret_version",
    ),
)

FUNCTIONS = (
    Function(
        token="aws:secretsmanager/getSecretVersion:getSecretVersion",
        inputs=spec("secretId region versionId versionStage"),
        read=read_version,
        secret_outputs=frozenset({"secretString", "secretBinary"}),
        source="Terraform AWS provider docs: aws_secretsmanager_secret_version (data source)",
    ),
)
