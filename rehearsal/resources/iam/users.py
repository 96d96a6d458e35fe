"""IAM: users, and the groups that they are in."""

from __future__ import annotations

from typing import Any

from rehearsal import iam_limits
from rehearsal.iam_requests import delete_conflict, given, known, require_boundary
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag


def create_user(aws: Aws, inputs: Inputs) -> Created:
    """CreateUser."""
    client = aws.client("iam")
    require_boundary(client, inputs, "CreateUser")
    user = client.create_user(
        UserName=inputs["name"],
        Tags=name_tags(inputs),
        **given(Path=inputs.get("path"), PermissionsBoundary=inputs.get("permissionsBoundary")),
    )["User"]
    aws.made(inputs["name"])
    _bound(aws, user, inputs)
    return Created(id=inputs["name"], outputs=known(user, "UserId"))


def read_user(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetUser; the id stays what it was when the user gets another name."""
    user = _user(aws.client("iam"), state.get("name", identifier))
    held = {
        "name": user["UserName"],
        "permissionsBoundary": aws.records.get(_boundary(user), {}).get("arn"),
        "tagsAll": as_mapping(user.get("Tags")),
    }
    return Created(id=identifier, outputs={**known(user, "UserId"), **held})


def update_user(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """Name, path, boundary and tags."""
    client, name = aws.client("iam"), inputs["name"]
    require_boundary(client, inputs, "PutUserPermissionsBoundary")
    renamed = name != state.get("name", identifier) and not exists(client, name)
    user = _user(client, state.get("name", identifier) if renamed else name)
    path = inputs.get("path") or "/"
    if renamed or user["Path"] != path:
        client.update_user(UserName=user["UserName"], NewUserName=name, NewPath=path)
    _bound(aws, user, inputs)
    retag(
        as_mapping(user.get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_user(UserName=name, Tags=as_list(tags)),
        untag=lambda keys: client.untag_user(UserName=name, TagKeys=keys),
    )
    return known(_user(client, name), "UserId")


def delete_user(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteUser, out of its groups first as the provider does; with access keys only where they may go too."""
    client, name = aws.client("iam"), state.get("name", identifier)
    for group in client.list_groups_for_user(UserName=name)["Groups"]:
        client.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
    keys = client.list_access_keys(UserName=name)["AccessKeyMetadata"]
    if keys and not state.get("forceDestroy"):
        raise delete_conflict("DeleteUser", "must delete access keys first.")
    for key in keys:
        client.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    user = _user(client, name)
    client.delete_user(UserName=name)
    aws.records.pop(_boundary(user), None)


def every_user(aws: Aws, _region: str) -> list[str]:
    """Names of all users."""
    pages = aws.client("iam").get_paginator("list_users").paginate()
    return [user["UserName"] for page in pages for user in page["Users"]]


def _bound(aws: Aws, user: Inputs, inputs: Inputs) -> None:
    """Holds the user's boundary, which the emulator has no place for, or lets it go."""
    if arn := inputs.get("permissionsBoundary"):
        aws.keep("iam", "PutUserPermissionsBoundary", {"UserName": inputs["name"], "PermissionsBoundary": arn})
        aws.records[_boundary(user)] = {"arn": arn}
    else:
        aws.records.pop(_boundary(user), None)


def _boundary(user: Inputs) -> str:
    return f"iam/user-boundary/{user['UserId']}"


def _user(client: Any, name: str) -> Inputs:
    found: Inputs = client.get_user(UserName=name)["User"]
    return found


def exists(client: Any, name: str) -> bool:
    """Whether there is a user of this name."""
    try:
        return bool(_user(client, name))
    except client.exceptions.NoSuchEntityException:
        return False


def add_to_groups(aws: Aws, inputs: Inputs) -> Created:
    """AddUserToGroup for each group."""
    identifier = "/".join((inputs["user"], *inputs["groups"]))
    for group in inputs["groups"]:
        aws.client("iam").add_user_to_group(GroupName=group, UserName=inputs["user"])
        aws.made(identifier)
    return Created(id=identifier)


def read_membership(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """Those of the groups that the user is in; imported by `<user>/<group>/…`, and silent about all others."""
    user, *groups = (state["user"], *state["groups"]) if "groups" in state else identifier.split("/")
    found = [group for group in groups if group in _groups(aws, user)]
    return Created(id=identifier, outputs={"user": user, "groups": found}) if found else None


def update_membership(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """Into the groups that are new, out of those that no longer are named."""
    client, user = aws.client("iam"), inputs["user"]
    held = _groups(aws, user)
    for group in inputs["groups"]:
        if group not in held:
            client.add_user_to_group(GroupName=group, UserName=user)
    for group in state["groups"]:
        if group in held and group not in inputs["groups"]:
            client.remove_user_from_group(GroupName=group, UserName=user)
    return {}


def leave_groups(aws: Aws, _identifier: str, state: Inputs) -> None:
    """RemoveUserFromGroup for each group."""
    held = _groups(aws, state["user"])
    for group in state["groups"]:
        if group in held:
            aws.client("iam").remove_user_from_group(GroupName=group, UserName=state["user"])


def find_membership(aws: Aws, inputs: Inputs) -> list[str]:
    """The groups that the user is in already, of those that the inputs name."""
    if not exists(aws.client("iam"), inputs["user"]):
        return []
    found = [group for group in inputs["groups"] if group in _groups(aws, inputs["user"])]
    return ["/".join((inputs["user"], *found))] if found else []


def _groups(aws: Aws, user: str) -> list[str]:
    return [group["GroupName"] for group in aws.client("iam").list_groups_for_user(UserName=user)["Groups"]]


RESOURCES = (
    ResourceType(
        token="aws:iam/user:User",
        inputs=spec("name path forceDestroy permissionsBoundary tags"),
        create=create_user,
        read=read_user,
        update=update_user,
        delete=delete_user,
        find=by_id(read_user, "name"),
        every=every_user,
        computed=("arn", "uniqueId"),
        renewed=frozenset({"arn"}),
        in_place=frozenset({"name", "path", "forceDestroy", "permissionsBoundary", "tags"}),
        untold=frozenset({"forceDestroy"}),
        defaults={"path": "/"},
        limits=(iam_limits.names, iam_limits.length(64)),
        emulated="partial",
        not_emulated=(
            "a user's permissions boundary is kept by the stand-in alone",
            "a user that is renamed loses its access keys",
        ),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_iam_user",
    ),
    ResourceType(
        token="aws:iam/userGroupMembership:UserGroupMembership",
        inputs=spec("user groups"),
        create=add_to_groups,
        read=read_membership,
        update=update_membership,
        delete=leave_groups,
        find=find_membership,
        replace_on=frozenset({"user"}),
        in_place=frozenset({"groups"}),
        unordered=frozenset({"groups"}),
        limits=(iam_limits.groups_per_user,),
        source="Terraform AWS provider docs: aws_iam_user_group_membership",
    ),
)
