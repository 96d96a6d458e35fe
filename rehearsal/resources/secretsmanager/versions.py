"""Secrets Manager: the values of secrets, and looking one up."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any

from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, spec

VALUE_LIMIT = 65_536  # bytes: AWS Secrets Manager User Guide, "Secrets Manager quotas"


def value(inputs: Inputs) -> str | None:
    """A version holds text or bytes of a limited size; what it holds is not shown."""
    given = [inputs[key] for key in ("secretString", "secretBinary") if inputs.get(key) is not None]
    if len(given) > 1:
        return "a secret's version holds secretString or secretBinary, not both: remove one"
    size = len(str(given[0]).encode()) if given else 1
    return (
        None if 1 <= size <= VALUE_LIMIT else f"the secret's value has {size:,} bytes: 1 to {VALUE_LIMIT:,} are allowed"
    )


def put_value(aws: Aws, inputs: Inputs) -> Created:
    """PutSecretValue; bytes are given as base64."""
    binary = inputs.get("secretBinary")
    optional: dict[str, Any] = {
        "SecretString": inputs.get("secretString"),
        "SecretBinary": base64.b64decode(binary) if binary else None,
        "VersionStages": inputs.get("versionStages"),
    }
    made = _client(aws, inputs).put_secret_value(
        SecretId=inputs["secretId"], **{name: given for name, given in optional.items() if given}
    )
    outputs = {"arn": made["ARN"], "secretArn": made["ARN"], "versionId": made["VersionId"]}
    identifier = f"{inputs['secretId']}|{made['VersionId']}"
    return Created(id=identifier, outputs={**outputs, "versionStages": made["VersionStages"]})


def read_value(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetSecretValue of this version; imported, as known, by `<secret>|<version>`."""
    client, (secret, _, version) = _client(aws, state), identifier.partition("|")
    if "DeletedDate" in client.describe_secret(SecretId=secret):
        return None
    held = client.get_secret_value(SecretId=secret, VersionId=version)
    binary = held.get("SecretBinary")
    outputs = {
        "secretId": secret,
        "secretString": held.get("SecretString"),
        "secretBinary": base64.b64encode(binary).decode() if binary else None,
        "versionStages": held["VersionStages"],
        "versionId": version,
        "arn": held["ARN"],
        "secretArn": held["ARN"],
    }
    return Created(id=identifier, outputs=outputs)


def update_stages(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateSecretVersionStage for each label that this version gets or loses; AWSCURRENT can only move elsewhere."""
    client, (secret, _, version) = _client(aws, inputs), identifier.partition("|")
    stages = _stages(client, secret)
    for stage in inputs.get("versionStages") or []:
        if stage not in stages[version]:
            holder = next((other for other, held in stages.items() if stage in held), None)
            moved = {"RemoveFromVersionId": holder} if holder else {}
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version, **moved)
    if inputs.get("versionStages"):
        _take_stages(client, secret, version, keep=inputs["versionStages"])
    return {"versionStages": _stages(client, secret)[version]}


def forget_value(aws: Aws, identifier: str, state: Inputs) -> None:
    """Takes the version's labels but AWSCURRENT, so that AWS may drop it; a current value goes with its secret."""
    client, (secret, _, version) = _client(aws, state), identifier.partition("|")
    if "DeletedDate" not in client.describe_secret(SecretId=secret):
        _take_stages(client, secret, version, keep=())


def find_value(aws: Aws, inputs: Inputs) -> list[str]:
    """Versions of the secret that hold this value."""
    client, secret = _client(aws, inputs), inputs["secretId"]
    try:
        versions = [] if "DeletedDate" in client.describe_secret(SecretId=secret) else _stages(client, secret)
    except client.exceptions.ResourceNotFoundException:
        return []
    held = {one: read_value(aws, f"{secret}|{one}", inputs) for one in versions}
    wanted = (inputs.get("secretString"), inputs.get("secretBinary"))
    return [
        f"{secret}|{version}"
        for version, found in held.items()
        if found and (found.outputs["secretString"], found.outputs["secretBinary"]) == wanted
    ]


def _take_stages(client: Any, secret: str, version: str, *, keep: Collection[str]) -> None:
    for stage in _stages(client, secret).get(version, []):
        if stage not in (*keep, "AWSCURRENT"):
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, RemoveFromVersionId=version)


def _stages(client: Any, secret: str) -> dict[str, list[str]]:
    """Each version of the secret with its labels."""
    versions = client.list_secret_version_ids(SecretId=secret)["Versions"]
    return {one["VersionId"]: list(one.get("VersionStages", [])) for one in versions}


def _client(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("secretsmanager", inputs.get("region"))


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
        token="aws:secretsmanager/secretVersion:SecretVersion",
        inputs=spec("secretId region secretString secretBinary versionStages"),
        create=put_value,
        read=read_value,
        update=update_stages,
        delete=forget_value,
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
