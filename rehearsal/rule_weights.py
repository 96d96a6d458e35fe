"""How many rules a security group may have: a prefix list counts with all its entries.

Quotas and weights: Amazon VPC User Guide, "Amazon VPC quotas" and "AWS-managed prefix lists".
"""

from __future__ import annotations

from typing import Any, Literal

from rehearsal.api import refusal
from rehearsal.ec2_requests import described, where
from rehearsal.resource import Inputs

RULES_PER_GROUP = 60  # in each direction
PREFIX_LIST_WEIGHTS = {
    "cloudfront.origin-facing": 55,
    "groundstation": 5,
    "vpc-lattice": 10,
    "route53-healthchecks": 25,
}
Direction = Literal["Ingress", "Egress"]


def room_for(client: Any, inputs: Inputs, direction: Direction) -> None:
    """A prefix list counts as many times as it has entries at most, in each rule that names it."""
    group = inputs["securityGroupId"]
    rules = described(client, "describe_security_group_rules", "SecurityGroupRules", Filters=where("group-id", group))
    mine = [rule for rule in rules if rule["IsEgress"] == (direction == "Egress")]
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
    found = client.describe_managed_prefix_lists(Filters=where("prefix-list-id", prefix_list))
    if not found["PrefixLists"]:
        message = f"there is no prefix list {prefix_list}: look it up by its name"
        raise refusal(f"AuthorizeSecurityGroup{direction}", "InvalidPrefixListId.NotFound", message)
    known = found["PrefixLists"][0]
    name = known["PrefixListName"].removeprefix("com.amazonaws.").partition(".")[2]
    return known.get("MaxEntries") or PREFIX_LIST_WEIGHTS.get(name, 1)
