"""What recorded calls need: each as the requests that IAM would be asked about, with their condition keys.

An action is asked for every resource that the call names and that the action knows, and for `*` where it knows none.
A condition key is there where AWS's Service Authorization Reference says so for that action and kind of resource.
Tags are followed through the recording: what was tagged when it was made has these tags in every later call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.authorization import checked, kinds_of
from rehearsal.call_actions import SERVICE_LINKED, own_action, passed_roles, tagging_action
from rehearsal.call_resources import MAKES, resources
from rehearsal.policy_documents import listed
from rehearsal.recording import Call

# What the stand-in asks and nobody else does: AWS itself looks for a boundary, and removes a machine's interface.
OF_THE_STAND_IN = frozenset({("iam", "GetPolicy"), ("ec2", "DeleteNetworkInterface")})


@dataclass(frozen=True, kw_only=True)
class Need:
    """One request as IAM sees it, and the call that it comes from."""

    action: str
    resource: str
    context: Mapping[str, str | list[str]]
    call: Call = field(repr=False, compare=False)


@dataclass
class _Known:
    """What the recording has told so far."""

    account_id: str
    tags: dict[str, dict[str, str]] = field(default_factory=dict)  # by ARN
    made_with: dict[str, dict[str, str]] = field(default_factory=dict)  # tags by URN
    made_for: dict[str, list[str]] = field(default_factory=dict)  # ARNs by URN
    boundaries: dict[str, str] = field(default_factory=dict)  # by role or user
    associations: dict[str, list[str]] = field(default_factory=dict)  # EC2's association ids, to what they join

    def named(self, call: Call) -> list[str]:
        """ARNs of what a call names; what was made for the same URN has its tags."""
        found = resources(call, self.account_id)
        if "AssociationId" in call.params:
            found += self.associations.get(str(call.params["AssociationId"]), self.made_for.get(call.urn, []))
        makes = call.operation.startswith(MAKES) and request_tags(call.params)
        for arn in found:
            if arn not in self.tags and call.urn in self.made_with and not makes:
                self.tags[arn] = self.made_with[call.urn]
        return found

    def learn(self, call: Call, named: list[str]) -> None:
        """What the call's success changes."""
        if call.urn and (given := request_tags(call.params)):
            self.made_with.setdefault(call.urn, given)
            self.made_for.setdefault(call.urn, named)
            for arn in named:
                self.tags.setdefault(arn, given)
        if "AssociationId" in call.answer:
            self.associations[str(call.answer["AssociationId"])] = named
        if boundary := call.params.get("PermissionsBoundary"):
            self.boundaries.update(dict.fromkeys(named, str(boundary)))


def needs(calls: Iterable[Call], account_id: str) -> list[Need]:
    """Every request of the recording, once each, in its order."""
    known, found = _Known(account_id=account_id), dict[tuple[Any, ...], Need]()
    for call in calls:
        if (call.service, call.operation) in OF_THE_STAND_IN:
            continue
        named = known.named(call)
        for need in _of_call(call, named, known):
            context = tuple(sorted((key, tuple(listed(value))) for key, value in need.context.items()))
            found.setdefault((need.action, need.resource, context), need)
        known.learn(call, named)
    return list(found.values())


def _of_call(call: Call, named: list[str], known: _Known) -> Iterator[Need]:
    action = own_action(call)
    given = request_tags(call.params)
    yield from _requests(call, action, named, given, known)
    if given and call.operation.startswith(MAKES) and (tagging := tagging_action(action)):
        new = [arn for arn in named if not known.tags.get(arn)]
        yield from _requests(call, tagging, new, given, known)
    for role, service in passed_roles(call):
        arn = f"arn:aws:iam::{known.account_id}:role/{role}"
        yield Need(action="iam:PassRole", resource=arn, context={"iam:PassedToService": service}, call=call)
    if action in SERVICE_LINKED:
        service = SERVICE_LINKED[action]
        arn = f"arn:aws:iam::{known.account_id}:role/aws-service-role/{service}.amazonaws.com/AWSServiceRole"
        context = {"iam:AWSServiceName": f"{service}.amazonaws.com"}
        yield Need(action="iam:CreateServiceLinkedRole", resource=arn, context=context, call=call)
    if action == "logs:PutDeliverySource":
        yield from _requests(call, "cloudfront:AllowVendedLogDeliveryForResource", named, {}, known)
    if call.params.get("ManageMasterUserPassword"):
        arn = f"arn:aws:secretsmanager:{call.region}:{known.account_id}:secret:rds!db-0a1b-AbCdEf"
        for verb in ("CreateSecret", "TagResource"):
            yield Need(action=f"secretsmanager:{verb}", resource=arn, context={}, call=call)
        key = f"arn:aws:kms:{call.region}:{known.account_id}:key/aws-secretsmanager"
        yield Need(action="kms:DescribeKey", resource=key, context={}, call=call)


def _requests(
    call: Call,
    action: str,
    named: list[str],
    given: Mapping[str, str],
    known: _Known,
) -> Iterator[Need]:
    """One for each resource that the action knows."""
    matching = [(arn, kinds) for arn in named if (kinds := kinds_of(action, arn))]
    if not matching:
        keys = frozenset().union(*(one.condition_keys for one in checked(action)))
        yield Need(action=action, resource="*", context=_context(call, keys, given, {}, None), call=call)
    for arn, kinds in matching:
        keys = frozenset().union(*(one.condition_keys for one in kinds))
        context = _context(call, keys, given, known.tags.get(arn, {}), known.boundaries.get(arn))
        yield Need(action=action, resource=arn, context=context, call=call)


def _context(
    call: Call, keys: frozenset[str], given: Mapping[str, str], held: Mapping[str, str], boundary: str | None
) -> dict[str, str | list[str]]:
    """The condition keys that AWS gives for these keys of the reference."""
    context: dict[str, str | list[str]] = {}
    if "aws:RequestTag/${TagKey}" in keys:
        context |= {f"aws:RequestTag/{key}": value for key, value in given.items()}
    if "aws:ResourceTag/${TagKey}" in keys:
        context |= {f"aws:ResourceTag/{key}": value for key, value in held.items()}
    if "ec2:CreateAction" in keys and call.operation != "CreateTags":
        context["ec2:CreateAction"] = call.operation
    if "iam:PermissionsBoundary" in keys and (bound := call.params.get("PermissionsBoundary", boundary)):
        context["iam:PermissionsBoundary"] = str(bound)
    if "iam:PolicyARN" in keys and "PolicyArn" in call.params:
        context["iam:PolicyARN"] = call.params["PolicyArn"]
    if changes := call.params.get("ChangeBatch"):
        names = [one["ResourceRecordSet"]["Name"].rstrip(".").lower() for one in changes["Changes"]]
        context["route53:ChangeResourceRecordSetsNormalizedRecordNames"] = names
    return context


def request_tags(params: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a request gives, in whichever of AWS's forms."""
    for name, value in params.items():
        if name == "TagSpecifications":
            return {tag["Key"]: tag["Value"] for one in value for tag in one["Tags"]}
        if name == "DistributionConfigWithTags":
            return request_tags({"Tags": value["Tags"]})
        if name in ("Tags", "tags", "AddTags"):
            items = value.get("Items", value) if isinstance(value, Mapping) else value
            if isinstance(items, Mapping):
                return dict(items)
            return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue")) for tag in items}
    return {}
