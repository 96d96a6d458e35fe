"""IAM: groups of users and their inline policies."""

from __future__ import annotations

from typing import Any

from rehearsal import iam_limits
from rehearsal.iam_requests import UNEVALUATED, InlinePolicies, delete_conflict, given
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id, put_again

INLINE = InlinePolicies("group")


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateGroup."""
    group = aws.client("iam").create_group(GroupName=inputs["name"], **given(Path=inputs.get("path")))["Group"]
    return Created(id=inputs["name"], outputs=_known(group))


def read_group(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetGroup; the id stays what it was when the group gets another name."""
    group = _group(aws.client("iam"), state.get("name", identifier))
    return Created(id=identifier, outputs={"name": group["GroupName"], **_known(group)})


def update_group(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """Name and path."""
    client, name, path = aws.client("iam"), inputs["name"], inputs.get("path") or "/"
    held = state.get("name", identifier)
    if held != name and name in every_group(aws, ""):
        held = name  # an update that failed after this step has renamed it already
    if held != name:
        client.update_group(GroupName=held, NewGroupName=name, NewPath=path)
    elif _group(client, name)["Path"] != path:
        # The emulator heeds a path only together with a new name.
        client.update_group(GroupName=name, NewGroupName=f"{name}-moving", NewPath=path)
        client.update_group(GroupName=f"{name}-moving", NewGroupName=name, NewPath=path)
    return _known(_group(client, name))


def delete_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteGroup, once nobody is in it and it has no policies."""
    client, name = aws.client("iam"), state.get("name", identifier)
    if client.get_group(GroupName=name)["Users"]:
        raise delete_conflict("DeleteGroup", "must remove users from group first.")
    if INLINE.names(aws, name):
        raise delete_conflict("DeleteGroup", "must delete policies first.")
    if client.list_attached_group_policies(GroupName=name)["AttachedPolicies"]:
        raise delete_conflict("DeleteGroup", "must detach all policies first.")
    client.delete_group(GroupName=name)


def every_group(aws: Aws, _region: str) -> list[str]:
    """Names of all groups."""
    pages = aws.client("iam").get_paginator("list_groups").paginate()
    return [group["GroupName"] for page in pages for group in page["Groups"]]


def _group(client: Any, name: str) -> Inputs:
    found: Inputs = client.get_group(GroupName=name)["Group"]
    return found


def _known(group: Inputs) -> Inputs:
    return {"arn": group["Arn"], "uniqueId": group["GroupId"], "path": group["Path"]}


RESOURCES = (
    ResourceType(
        token="aws:iam/group:Group",
        inputs=spec("name path"),
        create=create_group,
        read=read_group,
        update=update_group,
        delete=delete_group,
        find=by_id(read_group, "name"),
        every=every_group,
        computed=("arn", "uniqueId"),
        renewed=frozenset({"arn"}),
        in_place=frozenset({"name", "path"}),
        defaults={"path": "/"},
        limits=(iam_limits.names, iam_limits.length(128)),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_group",
    ),
    ResourceType(
        token="aws:iam/groupPolicy:GroupPolicy",
        inputs=spec("name group policy"),
        create=INLINE.put,
        read=INLINE.read,
        update=put_again(INLINE.put),
        delete=INLINE.delete,
        find=by_id(INLINE.read, "group", "name", separator=":"),
        replace_on=frozenset({"name", "group"}),
        in_place=frozenset({"policy"}),
        limits=(iam_limits.names, iam_limits.inline("group"), iam_limits.length(128)),
        emulated="partial",
        not_emulated=UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_group_policy",
    ),
)
