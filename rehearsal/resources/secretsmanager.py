"""Secrets Manager: secrets, their values, and looking a value up."""

from __future__ import annotations

import re
from typing import Any

from rehearsal import tagging
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import nothing_to_delete

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


def read_secret(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """DescribeSecret; one that is to be deleted is gone. Imported by its ARN."""
    found = _secrets(aws, state).describe_secret(SecretId=identifier)
    if "DeletedDate" in found:
        return None
    held = {
        "name": found["Name"],
        "description": found.get("Description"),
        "kmsKeyId": found.get("KmsKeyId"),
        "arn": found["ARN"],
        "tagsAll": tagging.as_mapping(found.get("Tags")),
    }
    return Created(id=found["ARN"], outputs=held)


def update_secret(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateSecret, then its tags."""
    client = _secrets(aws, inputs)
    key = {"KmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
    client.update_secret(SecretId=identifier, Description=inputs.get("description") or "", **key)
    tagging.retag(
        tagging.as_mapping(client.describe_secret(SecretId=identifier).get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(SecretId=identifier, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.untag_resource(SecretId=identifier, TagKeys=keys),
    )
    return {}


def delete_secret(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteSecret: at once with a window of 0 days, else it can be brought back for that long."""
    client, days = _secrets(aws, state), state.get("recoveryWindowInDays", 30)
    if read_secret(aws, identifier, state) is None:
        return
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    client.delete_secret(SecretId=identifier, **how)


def find_secret(aws: Aws, inputs: Inputs) -> list[str]:
    """The secret of that name."""
    return [arn for arn, name in _listed(aws, inputs.get("region")) if name == inputs["name"]]


def every_secret(aws: Aws, region: str) -> list[str]:
    """ARNs of all that are not to be deleted; those that RDS made are RDS's."""
    return [arn for arn, name in _listed(aws, region) if not name.startswith("rds!")]


def _listed(aws: Aws, region: str | None) -> list[tuple[str, str]]:
    pages = aws.client("secretsmanager", region).get_paginator("list_secrets").paginate()
    found = [secret for page in pages for secret in page["SecretList"]]
    return [(secret["ARN"], secret["Name"]) for secret in found if "DeletedDate" not in secret]


def _secrets(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("secretsmanager", inputs.get("region"))


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


def read_value(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """One version's value and stages. Imported as `<ARN>|<version>`."""
    secret, _, version = identifier.partition("|")
    found = _secrets(aws, state).get_secret_value(SecretId=secret, VersionId=version)
    held = {
        "secretId": state.get("secretId") or found["ARN"],
        "secretString": found.get("SecretString"),
        "secretBinary": found["SecretBinary"].decode() if "SecretBinary" in found else None,
        "versionStages": found["VersionStages"],
    }
    outputs = {**held, "arn": found["ARN"], "secretArn": found["ARN"], "versionId": found["VersionId"]}
    return Created(id=identifier, outputs=outputs)


def update_value(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Moves the version's stages to it."""
    secret, _, version = identifier.partition("|")
    client = _secrets(aws, inputs)
    held = client.get_secret_value(SecretId=secret, VersionId=version)["VersionStages"]
    for stage in inputs.get("versionStages") or ["AWSCURRENT"]:
        if stage not in held:
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version)
    return {"versionStages": client.get_secret_value(SecretId=secret, VersionId=version)["VersionStages"]}


def find_value(aws: Aws, inputs: Inputs) -> list[str]:
    """The versions of the secret that hold this value."""
    client, secret = _secrets(aws, inputs), inputs["secretId"]
    try:
        versions = client.list_secret_version_ids(SecretId=secret)["Versions"]
    except client.exceptions.ResourceNotFoundException:
        return []
    found = [one["VersionId"] for one in versions if one.get("VersionStages")]
    return [f"{secret}|{version}" for version in found if _holds(client, secret, version, inputs)]


def _holds(client: Any, secret: str, version: str, inputs: Inputs) -> bool:
    held = client.get_secret_value(SecretId=secret, VersionId=version)
    given = inputs.get("secretString")
    return not isinstance(given, str) or held.get("SecretString") == given


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
        read=read_secret,
        update=update_secret,
        delete=delete_secret,
        find=find_secret,
        every=every_secret,
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"description", "kmsKeyId", "recoveryWindowInDays", "forceOverwriteReplicaSecret", "tags"}),
        untold=frozenset({"recoveryWindowInDays", "forceOverwriteReplicaSecret"}),
        limits=(name, window),
        auto_name="name",
        auto_name_limit=512,
        source="Terraform AWS provider docs: aws_secretsmanager_secret",
    ),
    ResourceType(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        inputs=spec("secretId region secretString secretBinary versionStages"),
        create=put_value,
        read=read_value,
        update=update_value,
        delete=nothing_to_delete,  # the version goes with its secret: AWS has no call for it
        find=find_value,
        computed=("arn", "secretArn", "versionId", "versionStages"),
        replace_on=frozenset({"secretId", "region", "secretString", "secretBinary"}),
        in_place=frozenset({"versionStages"}),
        unordered=frozenset({"versionStages"}),
        defaults={"versionStages": ["AWSCURRENT"]},
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
