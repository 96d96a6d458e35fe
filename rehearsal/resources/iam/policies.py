"""IAM: managed policies of our own."""

from __future__ import annotations

from typing import Any

from rehearsal import iam_limits, policy_documents
from rehearsal.iam_requests import UNEVALUATED, delete_conflict, given, text
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """CreatePolicy."""
    policy = aws.client("iam").create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Tags=name_tags(inputs),
        **given(Path=inputs.get("path"), Description=inputs.get("description")),
    )["Policy"]
    outputs = {"arn": policy["Arn"], "policyId": policy["PolicyId"], "path": policy["Path"], "attachmentCount": 0}
    return Created(id=policy["Arn"], outputs=outputs)


def read_policy(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """The policy and its default version."""
    client = aws.client("iam")
    policy = client.get_policy(PolicyArn=identifier)["Policy"]
    version = client.get_policy_version(PolicyArn=identifier, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    outputs = {
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "description": policy.get("Description"),
        "policy": text(version["Document"]),
        "arn": policy["Arn"],
        "policyId": policy["PolicyId"],
        "tagsAll": as_mapping(policy.get("Tags")),
    }
    return Created(id=identifier, outputs=outputs)


def update_policy(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """A new default version in place of the oldest one, and tags."""
    client, held = aws.client("iam"), read_policy(aws, identifier, {}).outputs
    if held["policy"] != inputs["policy"]:
        others = _other_versions(client, identifier)
        if len(others) + 1 >= iam_limits.VERSIONS_PER_POLICY:
            oldest = min(others, key=lambda version: int(version.removeprefix("v")))
            client.delete_policy_version(PolicyArn=identifier, VersionId=oldest)
        client.create_policy_version(PolicyArn=identifier, PolicyDocument=inputs["policy"], SetAsDefault=True)
    retag(
        held["tagsAll"],
        inputs["tagsAll"],
        tag=lambda tags: client.tag_policy(PolicyArn=identifier, Tags=as_list(tags)),
        untag=lambda keys: client.untag_policy(PolicyArn=identifier, TagKeys=keys),
    )
    return {}


def delete_policy(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeletePolicy, without its other versions first as the provider does; not while it is attached."""
    client = aws.client("iam")
    attached = client.list_entities_for_policy(PolicyArn=identifier)
    if any(attached[kind] for kind in ("PolicyRoles", "PolicyUsers", "PolicyGroups")):
        raise delete_conflict("DeletePolicy", "must detach it from all roles, users and groups first.")
    for version in _other_versions(client, identifier):
        client.delete_policy_version(PolicyArn=identifier, VersionId=version)
    client.delete_policy(PolicyArn=identifier)


def find_policy(aws: Aws, inputs: Inputs) -> list[str]:
    """The ARN is of the name and path."""
    arn = f"arn:aws:iam::{aws.account_id}:policy{inputs.get('path') or '/'}{inputs['name']}"
    return list(by_id(read_policy, "arn")(aws, {"arn": arn}))


def every_policy(aws: Aws, _region: str) -> list[str]:
    """ARNs of all policies that are not AWS's."""
    pages = aws.client("iam").get_paginator("list_policies").paginate(Scope="Local")
    return [policy["Arn"] for page in pages for policy in page["Policies"]]


def _other_versions(client: Any, arn: str) -> list[str]:
    versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
    return [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]


RESOURCES = (
    ResourceType(
        token="aws:iam/policy:Policy",
        inputs=spec("name path description policy tags"),
        create=create_policy,
        read=read_policy,
        update=update_policy,
        delete=delete_policy,
        find=find_policy,
        every=every_policy,
        computed=("arn", "policyId"),
        replace_on=frozenset({"name", "path", "description"}),
        in_place=frozenset({"policy", "tags"}),
        defaults={"path": "/"},
        limits=(
            iam_limits.names,
            iam_limits.document("policy", "identity", policy_documents.MANAGED_SIZE),
            iam_limits.length(128),
        ),
        emulated="partial",
        not_emulated=UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_policy",
    ),
)
