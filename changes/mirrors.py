"""What AWS tells of a resource, although the program has it as others: rules of a group, parts of a bucket.

The real provider's state has both, and the one side from before the other was made. Source: the AWS provider's
documentation of each type, the notes on inline and separate resources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from changes.rule import number
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_SOURCES_WITHIN = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups")


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """Parts of type `part` name their owner in `owner`; `tells` says whether they bring an item of the list about."""

    part: str
    owner: str
    tells: Callable[[Any, Sequence[Node]], bool] = lambda _item, parts: bool(parts)


def explained(before: Node, after: Node, name: str, beside: Sequence[Node]) -> bool:
    """Whether all that is new in the property is a part's doing."""
    mirror = _MIRRORS.get((after.type, name))
    if mirror is None:
        return False
    names = {before.id, *(before.inputs.get(key) for key in ("arn", "name", "bucket", "url"))} - {None}
    parts = [one for one in beside if one.type == mirror.part and one.inputs.get(mirror.owner) in names]
    old, new = listed(before.inputs.get(name)), listed(after.inputs.get(name))
    return bool(parts) and all(mirror.tells(item, parts) for item in new if item not in old)


def _connects(item: Any, parts: Sequence[Node]) -> bool:
    """Whether each source of an inline rule has a rule of its own with the same ports."""
    if not isinstance(item, Mapping) or item.get("self"):
        return False
    sources = [one for name in _SOURCES_WITHIN for one in listed(item.get(name))]
    return all(any(_same_rule(item, source, part.inputs) for part in parts) for source in sources)


def _same_rule(item: Mapping[str, Any], source: Any, rule: Mapping[str, Any]) -> bool:
    protocol = str(item.get("protocol", "-1"))
    if protocol != str(rule.get("ipProtocol", "-1")) or source not in [rule.get(name) for name in _SOURCES]:
        return False
    return protocol == "-1" or all(number(item.get(port)) == number(rule.get(port)) for port in ("fromPort", "toPort"))


def _attaches(item: Any, parts: Sequence[Node]) -> bool:
    return any(part.inputs.get("policyArn") == item for part in parts)


def _grants(item: Any, parts: Sequence[Node]) -> bool:
    return isinstance(item, Mapping) and any(part.inputs.get("name") == item.get("name") for part in parts)


def _routes(item: Any, parts: Sequence[Node]) -> bool:
    places = (("cidrBlock", "destinationCidrBlock"), ("ipv6CidrBlock", "destinationIpv6CidrBlock"))
    held = item if isinstance(item, Mapping) else {}
    return any(held.get(one) and part.inputs.get(other) == held[one] for one, other in places for part in parts)


_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_MIRRORS: Final[Mapping[tuple[str, str], Mirror]] = {
    ("aws:ec2/securityGroup:SecurityGroup", "ingress"): Mirror(part=_RULE, owner="securityGroupId", tells=_connects),
    ("aws:iam/role:Role", "managedPolicyArns"): Mirror(
        part="aws:iam/rolePolicyAttachment:RolePolicyAttachment", owner="role", tells=_attaches
    ),
    ("aws:iam/role:Role", "inlinePolicies"): Mirror(
        part="aws:iam/rolePolicy:RolePolicy", owner="role", tells=_grants
    ),
    ("aws:ec2/routeTable:RouteTable", "routes"): Mirror(
        part="aws:ec2/route:Route", owner="routeTableId", tells=_routes
    ),
    ("aws:sns/topic:Topic", "policy"): Mirror(part="aws:sns/topicPolicy:TopicPolicy", owner="arn"),
    ("aws:sqs/queue:Queue", "policy"): Mirror(part="aws:sqs/queuePolicy:QueuePolicy", owner="queueUrl"),
    ("aws:kms/key:Key", "policy"): Mirror(part="aws:kms/keyPolicy:KeyPolicy", owner="keyId"),
    ("aws:secretsmanager/secret:Secret", "policy"): Mirror(
        part="aws:secretsmanager/secretPolicy:SecretPolicy", owner="secretArn"
    ),
    **{
        ("aws:s3/bucket:Bucket", name): Mirror(part=f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", owner="bucket")
        for name, kind in (
            ("policy", "BucketPolicy"), ("versioning", "BucketVersioning"), ("acl", "BucketAcl"),
            ("grants", "BucketAcl"), ("corsRules", "BucketCorsConfiguration"),
            ("lifecycleRules", "BucketLifecycleConfiguration"),
            ("replicationConfiguration", "BucketReplicationConfig"),
            ("serverSideEncryptionConfiguration", "BucketServerSideEncryptionConfiguration"),
            ("objectLockConfiguration", "BucketObjectLockConfiguration"),
        )
    },
}  # fmt: skip
