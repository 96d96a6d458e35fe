"""IAM: instance profiles, through which machines have a role."""

from __future__ import annotations

from rehearsal import iam_limits
from rehearsal.iam_requests import given, known
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag


def create_instance_profile(aws: Aws, inputs: Inputs) -> Created:
    """CreateInstanceProfile, then its role."""
    client, name = aws.client("iam"), inputs["name"]
    profile = client.create_instance_profile(
        InstanceProfileName=name, Tags=name_tags(inputs), **given(Path=inputs.get("path"))
    )["InstanceProfile"]
    aws.made(name)
    if inputs.get("role"):
        client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=inputs["role"])
    return Created(id=name, outputs=known(profile, "InstanceProfileId"))


def read_instance_profile(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetInstanceProfile; it has one role at most."""
    profile = _profile(aws, identifier)
    held = {"name": identifier, "role": _role(profile), "tagsAll": as_mapping(profile.get("Tags"))}
    return Created(id=identifier, outputs={**known(profile, "InstanceProfileId"), **held})


def update_instance_profile(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Role and tags."""
    client, profile, role = aws.client("iam"), _profile(aws, identifier), inputs.get("role")
    held = _role(profile)
    if held and held != role:
        client.remove_role_from_instance_profile(InstanceProfileName=identifier, RoleName=held)
    if role and held != role:
        client.add_role_to_instance_profile(InstanceProfileName=identifier, RoleName=role)
    retag(
        as_mapping(profile.get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_instance_profile(InstanceProfileName=identifier, Tags=as_list(tags)),
        untag=lambda keys: client.untag_instance_profile(InstanceProfileName=identifier, TagKeys=keys),
    )
    return {}


def delete_instance_profile(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteInstanceProfile, without its role first as the provider does."""
    client = aws.client("iam")
    if role := _role(_profile(aws, identifier)):
        client.remove_role_from_instance_profile(InstanceProfileName=identifier, RoleName=role)
    client.delete_instance_profile(InstanceProfileName=identifier)


def every_instance_profile(aws: Aws, _region: str) -> list[str]:
    """Names of all instance profiles."""
    pages = aws.client("iam").get_paginator("list_instance_profiles").paginate()
    return [profile["InstanceProfileName"] for page in pages for profile in page["InstanceProfiles"]]


def _profile(aws: Aws, name: str) -> Inputs:
    found: Inputs = aws.client("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    return found


def _role(profile: Inputs) -> str | None:
    return next((role["RoleName"] for role in profile["Roles"]), None)


RESOURCES = (
    ResourceType(
        token="aws:iam/instanceProfile:InstanceProfile",
        inputs=spec("name path role tags"),
        create=create_instance_profile,
        read=read_instance_profile,
        update=update_instance_profile,
        delete=delete_instance_profile,
        find=by_id(read_instance_profile, "name"),
        every=every_instance_profile,
        computed=("arn", "uniqueId", "createDate"),
        replace_on=frozenset({"name", "path"}),
        in_place=frozenset({"role", "tags"}),
        defaults={"path": "/"},
        limits=(iam_limits.names, iam_limits.length(128)),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_instance_profile",
    ),
)
