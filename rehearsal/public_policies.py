"""Whether a resource policy lets everyone in.

Source: Amazon S3 User Guide, "The meaning of 'public'": a statement for everyone stays non-public only where a
condition compares who or from where with fixed values. Other services' policies are read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from rehearsal.policy_documents import listed

# A missing key must refuse: negated operators, ...IfExists, ForAllValues and Null let requests without it through.
_OPERATOR = re.compile(r"(ForAnyValue:)?(String(Equals(IgnoreCase)?|Like)|Arn(Equals|Like)|IpAddress)", re.IGNORECASE)
_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:username",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
BROADEST = {4: 8, 6: 32}  # prefix length by IP version: a larger range counts as everyone
WILDCARD = re.compile(r"[*?]|\$\{")  # policy variables are no fixed values either


def is_public(policy: Mapping[str, Any]) -> bool:
    """Whether any statement of the policy lets everyone in."""
    return any(lets_everyone_in(statement) for statement in listed(policy.get("Statement")))


def lets_everyone_in(statement: Mapping[str, Any]) -> bool:
    """Whether one statement allows everyone, with no condition that fixes who or from where."""
    principal = statement.get("Principal")
    named = listed(principal.get("AWS")) if isinstance(principal, Mapping) else listed(principal)
    everyone = "*" in named or "NotPrincipal" in statement
    return statement.get("Effect") == "Allow" and everyone and not _narrowed(statement.get("Condition") or {})


def _narrowed(conditions: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(
        key.lower() in _NARROWING and listed(values) and all(_fixed(key.lower(), str(one)) for one in listed(values))
        for operator, keys in conditions.items()
        if _OPERATOR.fullmatch(operator)
        for key, values in keys.items()
    )


def _fixed(key: str, value: str) -> bool:
    if key == "aws:sourceip":
        return _is_small_range(value)
    if key == "s3:dataaccesspointarn":  # the access point's name may vary within one account
        return re.match(r"arn:[a-z-]+:s3:[^:]*:\d{12}:", value) is not None
    return WILDCARD.search(value) is None


def _is_small_range(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= BROADEST[network.version]
