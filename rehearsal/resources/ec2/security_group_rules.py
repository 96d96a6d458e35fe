"""Rules of security groups."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, canonical, described, ec2, held_tags, one, retag, tagged, where
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.ec2.security_groups import plain_text
from rehearsal.rule_weights import Direction, room_for

SOURCES = {  # inputs of which a rule has exactly one, as ModifySecurityGroupRules names them
    "cidrIpv4": "CidrIpv4",
    "prefixListId": "PrefixListId",
    "referencedSecurityGroupId": "ReferencedGroupId",
}


def ports(inputs: Inputs) -> str | None:
    """TCP and UDP rules name a range of ports; a rule for every protocol names none."""
    protocol, first, last = inputs.get("ipProtocol"), inputs.get("fromPort"), inputs.get("toPort")
    if protocol == "-1":
        return "a rule for every protocol has no ports: remove fromPort and toPort" if first or last else None
    if protocol in ("tcp", "udp") and (first is None or last is None):
        return f"a {protocol} rule needs fromPort and toPort: name them"
    if first is not None and last is not None and not 0 <= first <= last <= 65535:
        return f"{first} to {last} is no range of ports: begin with the lower one, 65535 at most"
    return None


def create_ingress(aws: Aws, inputs: Inputs) -> Created:
    """AuthorizeSecurityGroupIngress with one rule."""
    return _create_rule(aws, inputs, "Ingress")


def create_egress(aws: Aws, inputs: Inputs) -> Created:
    """AuthorizeSecurityGroupEgress with one rule."""
    return _create_rule(aws, inputs, "Egress")


def _create_rule(aws: Aws, inputs: Inputs, direction: Direction) -> Created:
    client, operation = ec2(aws, inputs), f"AuthorizeSecurityGroup{direction}"
    _one_source(inputs, operation)
    room_for(client, inputs, direction)
    authorize = getattr(client, f"authorize_security_group_{direction.lower()}")
    made = authorize(
        GroupId=inputs["securityGroupId"], IpPermissions=[_permission(inputs)], **tagged("security-group-rule", inputs)
    )
    rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    aws.made(rule)
    _keep(aws, rule, inputs)
    return Created(id=rule, outputs={"arn": arn(aws, inputs, "security-group-rule", rule), "securityGroupRuleId": rule})


def _one_source(inputs: Inputs, operation: str) -> str:
    named = [name for name in SOURCES if inputs.get(name)]
    if len(named) != 1:
        raise refusal(operation, "InvalidParameterCombination", f"a rule has exactly one of {', '.join(SOURCES)}")
    return named[0]


def _permission(inputs: Inputs) -> dict[str, Any]:
    fields = {"IpProtocol": inputs["ipProtocol"], "FromPort": inputs.get("fromPort"), "ToPort": inputs.get("toPort")}
    explained = {"Description": inputs["description"]} if inputs.get("description") else {}
    sources = {
        "IpRanges": ("CidrIp", inputs.get("cidrIpv4")),
        "PrefixListIds": ("PrefixListId", inputs.get("prefixListId")),
        "UserIdGroupPairs": ("GroupId", inputs.get("referencedSecurityGroupId")),
    }
    given = {name: [{field: value, **explained}] for name, (field, value) in sources.items() if value}
    return {**{name: value for name, value in fields.items() if value is not None}, **given}


def read_rule(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The rule as the API shows it: -1 stands for no port."""
    client = ec2(aws, state)
    rule = one(client.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"])
    if rule is None:
        return None
    held = {
        "securityGroupId": rule["GroupId"],
        **_rule(aws, rule),
        "tagsAll": held_tags(client, identifier),
        "arn": arn(aws, state, "security-group-rule", identifier),
        "securityGroupRuleId": identifier,
    }
    return Created(id=identifier, outputs=held)


def _rule(aws: Aws, rule: dict[str, Any]) -> Inputs:
    ported = rule["IpProtocol"] != "-1"
    held = {
        "ipProtocol": rule["IpProtocol"],
        "fromPort": rule["FromPort"] if ported else None,
        "toPort": rule["ToPort"] if ported else None,
        "cidrIpv4": rule.get("CidrIpv4"),
        "prefixListId": rule.get("PrefixListId"),
        "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
        "description": rule.get("Description") or None,
    }
    return held | aws.records.get(_record(rule["SecurityGroupRuleId"]), {})


def _record(identifier: str) -> str:
    return f"ec2/security-group-rule/{identifier}"


def _keep(aws: Aws, identifier: str, inputs: Inputs) -> None:
    """Of prefix lists and groups, the emulator holds no description and changes none."""
    aws.records.pop(_record(identifier), None)
    if not inputs.get("cidrIpv4"):
        named = _one_source(inputs, "ModifySecurityGroupRules")
        aws.records[_record(identifier)] = {"description": inputs.get("description"), named: inputs[named]}


def update_rule(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifySecurityGroupRules with the whole rule, and tags."""
    client = ec2(aws, inputs)
    rule = client.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"][0]
    named = _one_source(inputs, "ModifySecurityGroupRules")
    if _rule(aws, rule)[named] is None:
        message = f"You may not change the kind of source of {identifier} to {named}: make another rule instead"
        raise refusal("ModifySecurityGroupRules", "InvalidParameterValue", message)
    wanted = {
        "IpProtocol": inputs["ipProtocol"],
        "FromPort": inputs.get("fromPort", -1),
        "ToPort": inputs.get("toPort", -1),
        "Description": inputs.get("description", ""),
        SOURCES[named]: inputs[named],
    }
    change = [{"SecurityGroupRuleId": identifier, "SecurityGroupRule": wanted}]
    client.modify_security_group_rules(GroupId=inputs["securityGroupId"], SecurityGroupRules=change)
    _keep(aws, identifier, inputs)
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_rule(aws: Aws, identifier: str, state: Inputs) -> None:
    """RevokeSecurityGroupIngress or -Egress."""
    client = ec2(aws, state)
    rule = client.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"][0]
    revoke = client.revoke_security_group_egress if rule["IsEgress"] else client.revoke_security_group_ingress
    revoke(GroupId=rule["GroupId"], SecurityGroupRuleIds=[identifier])
    aws.records.pop(_record(identifier), None)


def find_ingress(aws: Aws, inputs: Inputs) -> list[str]:
    """The group's rule into it with this source and these ports: AWS holds no two of them."""
    return _find(aws, inputs, egress=False)


def find_egress(aws: Aws, inputs: Inputs) -> list[str]:
    """The group's rule out of it with this target and these ports."""
    return _find(aws, inputs, egress=True)


def _find(aws: Aws, inputs: Inputs, *, egress: bool) -> list[str]:
    mine = where("group-id", inputs["securityGroupId"])
    rules = described(ec2(aws, inputs), "describe_security_group_rules", "SecurityGroupRules", Filters=mine)
    names = ("ipProtocol", "fromPort", "toPort", *SOURCES)
    wanted = {name: inputs.get(name) for name in names}
    return [
        rule["SecurityGroupRuleId"]
        for rule in rules
        if rule["IsEgress"] == egress and {name: _rule(aws, rule)[name] for name in names} == wanted
    ]


_RULE = spec(
    "cidrIpv4 description fromPort ipProtocol prefixListId referencedSecurityGroupId region securityGroupId tags toPort"
)
_RULE_LIMITS = (plain_text("description"), canonical("cidrIpv4"), ports)
_IN_PLACE = frozenset({"description", "fromPort", "ipProtocol", "tags", "toPort", *SOURCES})
_NOT_EMULATED = ("the description of a rule for a group or a prefix list, and its change to another one",)

RESOURCES = (
    ResourceType(
        token="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs=_RULE,
        create=create_ingress,
        read=read_rule,
        update=update_rule,
        delete=delete_rule,
        find=find_ingress,
        computed=("arn", "securityGroupRuleId"),
        replace_on=frozenset({"region", "securityGroupId"}),
        in_place=_IN_PLACE,
        alternatives=frozenset(SOURCES),
        limits=_RULE_LIMITS,
        emulated="partial",
        not_emulated=_NOT_EMULATED,
        source="Terraform AWS provider docs: aws_vpc_security_group_ingress_rule; EC2 API Reference, IpPermission",
    ),
    ResourceType(
        token="aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        inputs=_RULE,
        create=create_egress,
        read=read_rule,
        update=update_rule,
        delete=delete_rule,
        find=find_egress,
        computed=("arn", "securityGroupRuleId"),
        replace_on=frozenset({"region", "securityGroupId"}),
        in_place=_IN_PLACE,
        alternatives=frozenset(SOURCES),
        limits=_RULE_LIMITS,
        emulated="partial",
        not_emulated=_NOT_EMULATED,
        source="Terraform AWS provider docs: aws_vpc_security_group_egress_rule; EC2 API Reference, IpPermission",
    ),
)
