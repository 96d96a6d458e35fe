"""Security groups and their rules.

Quotas and weights: Amazon VPC User Guide, "Amazon VPC quotas" and "AWS-managed prefix lists".
"""

from __future__ import annotations

import re
from typing import Any, Literal

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, canonical, ec2, tagged
from rehearsal.resource import Aws, Created, Inputs, Limit, ResourceType, name_tags, spec

RULES_PER_GROUP = 60  # in each direction
PREFIX_LIST_WEIGHTS = {
    "cloudfront.origin-facing": 55,
    "groundstation": 5,
    "vpc-lattice": 10,
    "route53-healthchecks": 25,
}
SOURCES = ("cidrIpv4", "prefixListId", "referencedSecurityGroupId")
_TEXT = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
Direction = Literal["Ingress", "Egress"]


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


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateSecurityGroup without egress: the real provider takes away the rule that EC2 adds."""
    client = ec2(aws, inputs)
    group = client.create_security_group(
        GroupName=inputs["name"],
        Description=inputs.get("description") or "Managed by Pulumi",
        VpcId=inputs["vpcId"],
        **tagged("security-group", inputs),
    )["GroupId"]
    _empty(client, group)
    outputs = {"arn": arn(aws, inputs, "security-group", group), "ownerId": aws.account_id}
    return Created(id=group, outputs=outputs)


def adopt_default(aws: Aws, inputs: Inputs) -> Created:
    """The VPC's own default group, emptied: nothing is created."""
    client = ec2(aws, inputs)
    wanted = [{"Name": "vpc-id", "Values": [inputs["vpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    group = client.describe_security_groups(Filters=wanted)["SecurityGroups"][0]["GroupId"]
    _empty(client, group)
    if tags := name_tags(inputs):
        client.create_tags(Resources=[group], Tags=tags)
    outputs = {"arn": arn(aws, inputs, "security-group", group), "ownerId": aws.account_id, "name": "default"}
    return Created(id=group, outputs=outputs)


def _empty(client: Any, group: str) -> None:
    found = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if found["IpPermissions"]:
        client.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
    if found["IpPermissionsEgress"]:
        client.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])


def create_ingress(aws: Aws, inputs: Inputs) -> Created:
    """AuthorizeSecurityGroupIngress with one rule."""
    return _create_rule(aws, inputs, "Ingress")


def create_egress(aws: Aws, inputs: Inputs) -> Created:
    """AuthorizeSecurityGroupEgress with one rule."""
    return _create_rule(aws, inputs, "Egress")


def _create_rule(aws: Aws, inputs: Inputs, direction: Direction) -> Created:
    client, operation = ec2(aws, inputs), f"AuthorizeSecurityGroup{direction}"
    if len([name for name in SOURCES if inputs.get(name)]) != 1:
        raise refusal(operation, "InvalidParameterCombination", f"a rule has exactly one of {', '.join(SOURCES)}")
    _room_for(client, inputs, direction)
    authorize = getattr(client, f"authorize_security_group_{direction.lower()}")
    made = authorize(
        GroupId=inputs["securityGroupId"], IpPermissions=[_permission(inputs)], **tagged("security-group-rule", inputs)
    )
    rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return Created(id=rule, outputs={"arn": arn(aws, inputs, "security-group-rule", rule), "securityGroupRuleId": rule})


def _permission(inputs: Inputs) -> dict[str, Any]:
    fields = {"IpProtocol": inputs["ipProtocol"], "FromPort": inputs.get("fromPort"), "ToPort": inputs.get("toPort")}
    described = {"Description": inputs["description"]} if inputs.get("description") else {}
    sources = {
        "IpRanges": ("CidrIp", inputs.get("cidrIpv4")),
        "PrefixListIds": ("PrefixListId", inputs.get("prefixListId")),
        "UserIdGroupPairs": ("GroupId", inputs.get("referencedSecurityGroupId")),
    }
    given = {name: [{field: value, **described}] for name, (field, value) in sources.items() if value}
    return {**{name: value for name, value in fields.items() if value is not None}, **given}


def _room_for(client: Any, inputs: Inputs, direction: Direction) -> None:
    """A prefix list counts as many times as it has entries at most, in each rule that names it."""
    group = inputs["securityGroupId"]
    rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    mine = [rule for rule in rules["SecurityGroupRules"] if rule["IsEgress"] == (direction == "Egress")]
    lists = [rule.get("PrefixListId") for rule in mine] + [inputs.get("prefixListId")]
    total = sum(_weight(client, prefix_list, direction) for prefix_list in lists)
    if total > RULES_PER_GROUP:
        message = (
            f"{group} would have {total} of {RULES_PER_GROUP} rules: a prefix list counts with all its entries "
            "(CloudFront's as 55), so name it for one port only, in one rule"
        )
        raise refusal(f"AuthorizeSecurityGroup{direction}", "RulesPerSecurityGroupLimitExceeded", message)


def _weight(client: Any, prefix_list: str | None, direction: Direction) -> int:
    if prefix_list is None:
        return 1
    found = client.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-id", "Values": [prefix_list]}])
    if not found["PrefixLists"]:
        message = f"there is no prefix list {prefix_list}: look it up by its name"
        raise refusal(f"AuthorizeSecurityGroup{direction}", "InvalidPrefixListId.NotFound", message)
    known = found["PrefixLists"][0]
    name = known["PrefixListName"].removeprefix("com.amazonaws.").partition(".")[2]
    return known.get("MaxEntries") or PREFIX_LIST_WEIGHTS.get(name, 1)


_RULE = spec(
    "cidrIpv4 description fromPort ipProtocol prefixListId referencedSecurityGroupId region securityGroupId tags toPort"
)
_RULE_LIMITS = (plain_text("description"), canonical("cidrIpv4"), ports)

RESOURCES = (
    ResourceType(
        token="aws:ec2/securityGroup:SecurityGroup",
        inputs=spec("description name region revokeRulesOnDelete tags vpcId"),
        create=create_group,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"description", "name", "region", "vpcId"}),
        limits=(plain_text("name"), plain_text("description"), own_name),
        auto_name="name",
        source="Terraform AWS provider docs: aws_security_group; EC2 API Reference, CreateSecurityGroup",
    ),
    ResourceType(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        inputs=spec("region tags vpcId"),
        create=adopt_default,
        computed=("arn", "ownerId", "name"),
        replace_on=frozenset({"region", "vpcId"}),
        source="Terraform AWS provider docs: aws_default_security_group",
    ),
    ResourceType(
        token="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs=_RULE,
        create=create_ingress,
        computed=("arn", "securityGroupRuleId"),
        replace_on=frozenset({"region", "securityGroupId"}),
        limits=_RULE_LIMITS,
        source="Terraform AWS provider docs: aws_vpc_security_group_ingress_rule; EC2 API Reference, IpPermission",
    ),
    ResourceType(
        token="aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        inputs=_RULE,
        create=create_egress,
        computed=("arn", "securityGroupRuleId"),
        replace_on=frozenset({"region", "securityGroupId"}),
        limits=_RULE_LIMITS,
        source="Terraform AWS provider docs: aws_vpc_security_group_egress_rule; EC2 API Reference, IpPermission",
    ),
)
