"""Security groups; their rules are in security_group_rules.py."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.ec2_in_use import refuse_in_use, users_of_group
from rehearsal.ec2_requests import arn, described, ec2, held_tags, made_by, one, retag, tagged, update_tags, where
from rehearsal.resource import Aws, Created, Inputs, Limit, ResourceType, spec
from rehearsal.tables import nothing_to_delete

DEFAULT_DESCRIPTION = "Managed by Pulumi"
_TEXT = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def plain_text(name: str) -> Limit:
    """Names and descriptions have a small set of ASCII characters."""

    def check(inputs: Inputs) -> str | None:
        text = str(inputs.get(name, ""))
        if _TEXT.fullmatch(text):
            return None
        allowed = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
        return f"EC2 refuses the {name} {text!r}: use at most 255 of {allowed}"

    return check


def own_name(inputs: Inputs) -> str | None:
    """Names that begin like an id, and the default group's name, are EC2's."""
    name = str(inputs.get("name", ""))
    if name.startswith("sg-") or name == "default":
        return f"EC2 keeps the group name {name} for itself: choose another"
    return None


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateSecurityGroup without egress: the real provider takes away the rule that EC2 adds."""
    client = ec2(aws, inputs)
    group = client.create_security_group(
        GroupName=inputs["name"],
        Description=inputs.get("description") or DEFAULT_DESCRIPTION,
        VpcId=inputs["vpcId"],
        **tagged("security-group", inputs),
    )["GroupId"]
    aws.made(group)
    _empty(client, group)
    outputs = {"arn": arn(aws, inputs, "security-group", group), "ownerId": aws.account_id}
    return Created(id=group, outputs=outputs)


def read_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The group with its tags; its rules are resources of their own."""
    client = ec2(aws, state)
    group = one(client.describe_security_groups(GroupIds=[identifier])["SecurityGroups"])
    if group is None:
        return None
    held = {
        "name": group["GroupName"],
        "description": group["Description"],
        "vpcId": group["VpcId"],
        "tagsAll": held_tags(client, identifier),
        "arn": arn(aws, state, "security-group", identifier),
        "ownerId": group["OwnerId"],
    }
    return Created(id=identifier, outputs=held)


def delete_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteSecurityGroup, of one in no use; the emulator does not look."""
    client = ec2(aws, state)
    if one(client.describe_security_groups(GroupIds=[identifier])["SecurityGroups"]) is None:
        return
    if state.get("revokeRulesOnDelete"):
        _empty(client, identifier)
    message = f"resource {identifier} has a dependent object"
    refuse_in_use("DeleteSecurityGroup", message, users_of_group(aws, state, identifier))
    client.delete_security_group(GroupId=identifier)


def find_group(aws: Aws, inputs: Inputs) -> list[str]:
    """The VPC's group of this name."""
    mine = where("vpc-id", inputs["vpcId"], "group-name", inputs["name"])
    found = described(ec2(aws, inputs), "describe_security_groups", "SecurityGroups", Filters=mine)
    return made_by(found, "GroupId", inputs)


def every_group(aws: Aws, region: str) -> list[str]:
    """Ids of all groups of the region but the default ones, which go with their VPC."""
    groups = described(aws.client("ec2", region), "describe_security_groups", "SecurityGroups")
    return [group["GroupId"] for group in groups if group["GroupName"] != "default"]


def adopt_default(aws: Aws, inputs: Inputs) -> Created:
    """The VPC's own default group, emptied: nothing is created."""
    [group] = find_default(aws, inputs)
    update_default(aws, group, {}, inputs)
    outputs = {"arn": arn(aws, inputs, "security-group", group), "ownerId": aws.account_id, "name": "default"}
    return Created(id=group, outputs=outputs)


def update_default(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """With the tags, and then without rules: a deploy role may empty what has its tags."""
    client = ec2(aws, inputs)
    retag(client, identifier, inputs["tagsAll"])
    _empty(client, identifier)
    return {}


def find_default(aws: Aws, inputs: Inputs) -> list[str]:
    """The default group of the VPC."""
    mine = where("vpc-id", inputs["vpcId"], "group-name", "default")
    groups = described(ec2(aws, inputs), "describe_security_groups", "SecurityGroups", Filters=mine)
    return [group["GroupId"] for group in groups]


def _empty(client: Any, group: str) -> None:
    rules = described(client, "describe_security_group_rules", "SecurityGroupRules", Filters=where("group-id", group))
    for egress in (False, True):
        mine = [rule["SecurityGroupRuleId"] for rule in rules if rule["IsEgress"] == egress]
        revoke = client.revoke_security_group_egress if egress else client.revoke_security_group_ingress
        if mine:
            revoke(GroupId=group, SecurityGroupRuleIds=mine)


RESOURCES = (
    ResourceType(
        token="aws:ec2/securityGroup:SecurityGroup",
        inputs=spec("description name region revokeRulesOnDelete tags vpcId"),
        create=create_group,
        read=read_group,
        update=update_tags,
        delete=delete_group,
        find=find_group,
        every=every_group,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"description", "name", "region", "vpcId"}),
        in_place=frozenset({"revokeRulesOnDelete", "tags"}),
        untold=frozenset({"revokeRulesOnDelete"}),
        defaults={"description": DEFAULT_DESCRIPTION},
        limits=(plain_text("name"), plain_text("description"), own_name),
        auto_name="name",
        source="Terraform AWS provider docs: aws_security_group; EC2 API Reference, DeleteSecurityGroup",
    ),
    ResourceType(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        inputs=spec("region tags vpcId"),
        create=adopt_default,
        read=read_group,
        update=update_default,
        delete=nothing_to_delete,
        find=find_default,
        computed=("arn", "ownerId", "name"),
        replace_on=frozenset({"region", "vpcId"}),
        in_place=frozenset({"tags"}),
        source="Terraform AWS provider docs: aws_default_security_group",
    ),
)
