"""IAM: roles, and their inline and attached policies.

IAM is global: no input names a region.
"""

from __future__ import annotations

from typing import Any

from rehearsal import iam_limits, policy_documents
from rehearsal.api import refusal
from rehearsal.iam_requests import (
    UNEVALUATED,
    InlinePolicies,
    boundary,
    delete_conflict,
    given,
    known,
    require_boundary,
    text,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id, put_again
from rehearsal.tagging import as_list, as_mapping, retag

INLINE = InlinePolicies("role")


def create_role(aws: Aws, inputs: Inputs) -> Created:
    """CreateRole, once the identities that it trusts and its boundary exist."""
    client = aws.client("iam")
    _require_trusted(aws, client, inputs)
    require_boundary(client, inputs, "CreateRole")
    role = client.create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=name_tags(inputs),
        **given(
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
        ),
    )["Role"]
    return Created(id=inputs["name"], outputs=known(role, "RoleId"))


def read_role(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetRole."""
    role = aws.client("iam").get_role(RoleName=identifier)["Role"]
    held = {
        "name": identifier,
        "description": role.get("Description"),
        "assumeRolePolicy": text(role["AssumeRolePolicyDocument"]),
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "permissionsBoundary": boundary(role),
        "tagsAll": as_mapping(role.get("Tags")),
    }
    return Created(id=identifier, outputs={**known(role, "RoleId"), **held})


def update_role(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Trust, description, session, boundary and tags."""
    client = aws.client("iam")
    _require_trusted(aws, client, inputs)
    require_boundary(client, inputs, "PutRolePermissionsBoundary")
    client.update_assume_role_policy(RoleName=identifier, PolicyDocument=inputs["assumeRolePolicy"])
    client.update_role(
        RoleName=identifier,
        Description=inputs.get("description") or "",
        MaxSessionDuration=inputs.get("maxSessionDuration") or 3600,
    )
    role = client.get_role(RoleName=identifier)["Role"]
    if arn := inputs.get("permissionsBoundary"):
        client.put_role_permissions_boundary(RoleName=identifier, PermissionsBoundary=arn)
    elif boundary(role):
        client.delete_role_permissions_boundary(RoleName=identifier)
    retag(
        as_mapping(role.get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_role(RoleName=identifier, Tags=as_list(tags)),
        untag=lambda keys: client.untag_role(RoleName=identifier, TagKeys=keys),
    )
    return {}


def delete_role(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteRole, out of its instance profiles first as the provider does; with policies only where they may go too."""
    client = aws.client("iam")
    attached = client.list_attached_role_policies(RoleName=identifier)["AttachedPolicies"]
    inline = INLINE.names(aws, identifier)
    if (attached or inline) and not state.get("forceDetachPolicies"):
        what = "must detach all policies first." if attached else "must delete policies first."
        raise delete_conflict("DeleteRole", what)
    for profile in client.list_instance_profiles_for_role(RoleName=identifier)["InstanceProfiles"]:
        client.remove_role_from_instance_profile(
            InstanceProfileName=profile["InstanceProfileName"], RoleName=identifier
        )
    for policy in attached:
        client.detach_role_policy(RoleName=identifier, PolicyArn=policy["PolicyArn"])
    for name in inline:
        client.delete_role_policy(RoleName=identifier, PolicyName=name)
    client.delete_role(RoleName=identifier)


def every_role(aws: Aws, _region: str) -> list[str]:
    """Names of all roles but those that AWS's services make for themselves."""
    pages = aws.client("iam").get_paginator("list_roles").paginate()
    roles = [role for page in pages for role in page["Roles"]]
    return [role["RoleName"] for role in roles if not role["Path"].startswith("/aws-service-role/")]


def _require_trusted(aws: Aws, client: Any, inputs: Inputs) -> None:
    """The roles and users that the role trusts exist: IAM keeps their unique ids."""
    for kind, name in policy_documents.named_identities(inputs["assumeRolePolicy"], aws.account_id):
        read = client.get_role if kind == "role" else client.get_user
        try:
            read(**{"RoleName" if kind == "role" else "UserName": name})
        except client.exceptions.NoSuchEntityException:
            message = f"Invalid principal in policy: there is no {kind} {name}; make it"
            raise refusal("CreateRole", "MalformedPolicyDocument", message) from None


def attach_role_policy(aws: Aws, inputs: Inputs) -> Created:
    """AttachRolePolicy, ten at most."""
    client, role = aws.client("iam"), inputs["role"]
    held = client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    if len(held) >= iam_limits.MANAGED_POLICIES_PER_ROLE:
        quota = iam_limits.MANAGED_POLICIES_PER_ROLE
        message = f"Cannot exceed quota for PoliciesPerRole: {quota}: merge policies of {role}"
        raise refusal("AttachRolePolicy", "LimitExceeded", message)
    client.attach_role_policy(RoleName=role, PolicyArn=inputs["policyArn"])
    return Created(id=f"{role}/{inputs['policyArn']}")


def read_attachment(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """Whether the policy is attached to the role; imported, as known, by `<role>/<policy's ARN>`."""
    role, _, arn = identifier.partition("/")
    held = aws.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    if arn not in {policy["PolicyArn"] for policy in held}:
        return None
    return Created(id=identifier, outputs={"role": role, "policyArn": arn})


def detach_role_policy(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DetachRolePolicy."""
    role, _, arn = identifier.partition("/")
    aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)


RESOURCES = (
    ResourceType(
        token="aws:iam/role:Role",
        inputs=spec(
            "name path description assumeRolePolicy forceDetachPolicies maxSessionDuration permissionsBoundary tags"
        ),
        create=create_role,
        read=read_role,
        update=update_role,
        delete=delete_role,
        find=by_id(read_role, "name"),
        every=every_role,
        computed=("arn", "uniqueId", "createDate"),
        replace_on=frozenset({"name", "path"}),
        in_place=frozenset(
            {
                "assumeRolePolicy",
                "description",
                "forceDetachPolicies",
                "maxSessionDuration",
                "permissionsBoundary",
                "tags",
            }
        ),
        untold=frozenset({"forceDetachPolicies"}),
        defaults={"path": "/", "maxSessionDuration": 3600},
        limits=(
            iam_limits.names,
            iam_limits.session,
            iam_limits.document("assumeRolePolicy", "trust", policy_documents.TRUST_SIZE),
            iam_limits.length(64),
        ),
        emulated="partial",
        not_emulated=UNEVALUATED,
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_iam_role",
    ),
    ResourceType(
        token="aws:iam/rolePolicy:RolePolicy",
        inputs=spec("name role policy"),
        create=INLINE.put,
        read=INLINE.read,
        update=put_again(INLINE.put),
        delete=INLINE.delete,
        find=by_id(INLINE.read, "role", "name", separator=":"),
        replace_on=frozenset({"name", "role"}),
        in_place=frozenset({"policy"}),
        limits=(iam_limits.names, iam_limits.inline("role"), iam_limits.length(128)),
        emulated="partial",
        not_emulated=UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_role_policy",
    ),
    ResourceType(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs=spec("role policyArn"),
        create=attach_role_policy,
        read=read_attachment,
        delete=detach_role_policy,
        find=by_id(read_attachment, "role", "policyArn"),
        replace_on=frozenset({"role", "policyArn"}),
        source="Terraform AWS provider docs: aws_iam_role_policy_attachment",
    ),
)
