"""IAM: access keys of users."""

from __future__ import annotations

from typing import Any

from rehearsal import iam_limits
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.iam.users import every_user, exists


def create_access_key(aws: Aws, inputs: Inputs) -> Created:
    """CreateAccessKey, two at most."""
    client, user = aws.client("iam"), inputs["user"]
    if len(client.list_access_keys(UserName=user)["AccessKeyMetadata"]) >= iam_limits.KEYS_PER_USER:
        message = f"Cannot exceed quota for AccessKeysPerUser: {iam_limits.KEYS_PER_USER}: remove a key of {user} first"
        raise refusal("CreateAccessKey", "LimitExceeded", message)
    key = client.create_access_key(UserName=user)["AccessKey"]
    aws.made(key["AccessKeyId"])
    if inputs.get("status", "Active") != "Active":
        client.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status=inputs["status"])
    held = _keys(client, user)[key["AccessKeyId"]]
    return Created(id=key["AccessKeyId"], outputs={"secret": key["SecretAccessKey"], **held})


def read_access_key(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The key but for its secret, which AWS tells once; imported by its id alone."""
    client = aws.client("iam")
    user = state.get("user") or client.get_access_key_last_used(AccessKeyId=identifier)["UserName"]
    held = _keys(client, user).get(identifier)
    return Created(id=identifier, outputs={"user": user, **held}) if held else None


def update_access_key(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateAccessKey."""
    status = inputs.get("status", "Active")
    aws.client("iam").update_access_key(UserName=inputs["user"], AccessKeyId=identifier, Status=status)
    return {"status": status}


def delete_access_key(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteAccessKey."""
    aws.client("iam").delete_access_key(UserName=state["user"], AccessKeyId=identifier)


def find_access_key(aws: Aws, inputs: Inputs) -> list[str]:
    """All keys of the user."""
    client = aws.client("iam")
    return list(_keys(client, inputs["user"])) if exists(client, inputs["user"]) else []


def every_access_key(aws: Aws, region: str) -> list[str]:
    """Ids of all keys of all users."""
    return [key for user in every_user(aws, region) for key in _keys(aws.client("iam"), user)]


def _keys(client: Any, user: str) -> dict[str, Inputs]:
    return {
        key["AccessKeyId"]: {"status": key["Status"], "createDate": key["CreateDate"].isoformat()}
        for key in client.list_access_keys(UserName=user)["AccessKeyMetadata"]
    }


RESOURCES = (
    ResourceType(
        token="aws:iam/accessKey:AccessKey",
        inputs=spec("user status"),
        create=create_access_key,
        read=read_access_key,
        update=update_access_key,
        delete=delete_access_key,
        find=find_access_key,
        every=every_access_key,
        computed=("secret", "createDate"),
        replace_on=frozenset({"user"}),
        in_place=frozenset({"status"}),
        defaults={"status": "Active"},
        secret_outputs=frozenset({"secret"}),
        source="Terraform AWS provider docs: aws_iam_access_key",
    ),
)
