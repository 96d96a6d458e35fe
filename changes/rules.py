"""All rules of what a change of properties means, and what they find in a step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from changes import (
    rules_access,
    rules_account,
    rules_bucket,
    rules_budget,
    rules_data,
    rules_edge,
    rules_firewall,
    rules_options,
    rules_origins,
    rules_policies,
    rules_service,
)  # fmt: skip
from changes.change import Judgement, PropertyChange, Step
from changes.opened import opened
from changes.own import Own
from changes.property_paths import is_within
from changes.rule import Rule
from changes.rules_account import Account

RULES: tuple[Rule, ...] = (
    *rules_data.RULES, *rules_bucket.RULES, *rules_access.RULES, *rules_policies.RULES, *rules_account.RULES,
    *rules_budget.RULES, *rules_edge.RULES, *rules_origins.RULES, *rules_firewall.RULES, *rules_service.RULES,
    *rules_options.RULES,
)  # fmt: skip
# What is new, and yet changes something that may be there already: by the input that names it.
_PART_OF: Final[Mapping[str, str]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
    "aws:ec2/route:Route": "routeTableId",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "subnetId",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
}


def found(step: Step, *, subject: str, own: Own, account: Account, new: Collection[str]) -> Iterator[Judgement]:
    """A resource that goes is judged as a whole; one that comes or changes also by its properties.

    `account` is what the same change creates, and what was there before in the account project; `new` are the URNs of
    what nobody uses yet, being created, or made by a first `up` that never came to its end.
    """
    if step.after is None:
        return
    seen = rules_account.seen(_beside(step, new), account)
    open_ = opened(seen, own)
    for rule in RULES:
        checked = rule.check(seen) if rule.check is not None and rule.reads(seen) else None
        words = "; ".join(one for one in (checked, open_.get(rule.id)) if one)
        if words:
            yield Judgement(
                step=step,
                risk=rule.risk,
                rule=rule.id,
                sentence=f"{subject} {words}",
                remedy=rule.remedy,
                causes=_causes(step, rule.properties),
                guarded=rule.guarded,
            )


def _beside(step: Step, new: Collection[str]) -> Step:
    """The step as a change of nothing into something, where it is a part of what is there already.

    The first lifecycle rules of a bucket delete its files, and a new route opens a network that is in use. It is a part
    of something new only where nothing else makes the input that names its owner: one of several may be the owner.
    """
    after = step.after
    if step.op != "create" or after is None:
        return step
    if after.type not in _PART_OF:
        return step
    owners = set(after.property_dependencies.get(_PART_OF[after.type], ()))
    return step if owners and owners <= set(new) else replace(step, before=replace(after, inputs={}))


def _causes(step: Step, properties: tuple[str, ...]) -> tuple[PropertyChange, ...]:
    return tuple(change for change in step.changes if any(is_within(change.path, one) for one in properties))
