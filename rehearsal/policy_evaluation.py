"""Whether a set of policies allows a request: IAM's rules as far as the platform's policies use them.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators". A denial beats
everything, and what no statement allows is denied. Variables, NotPrincipal and resource policies are not evaluated;
an operator that is not known here raises NotImplementedError instead of being passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from rehearsal.policy_documents import listed

Context = Mapping[str, str | list[str]]


def allowed(
    policies: Iterable[Mapping[str, Any]],
    action: str,
    resource: str,
    context: Context | None = None,
    *,
    boundary: Mapping[str, Any] | None = None,
) -> bool:
    """Whether these identity policies allow `action` on `resource`; with a boundary, both sides must allow it.

    `context` has the request's condition keys, such as `aws:ResourceTag/Product`.
    """
    decision = _decision(policies, action, resource, context or {})
    if boundary is None:
        return decision
    return decision and _decision([boundary], action, resource, context or {})


def _decision(policies: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context) -> bool:
    matching = [
        statement
        for policy in policies
        for statement in listed(policy["Statement"])
        if _applies(statement, action, resource, context)
    ]
    effects = {statement["Effect"] for statement in matching}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    covered = any(matches(one, action, ignore_case=True) for one in listed(statement.get("Action")))
    named = any(matches(one, resource) for one in listed(statement.get("Resource", "*")))
    return covered and named and conditions_hold(statement.get("Condition", {}), context)


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a value matches a pattern, in which `*` is anything and `?` one character."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether all conditions of a statement hold; keys are compared without regard to case."""
    found = {key.lower(): value for key, value in context.items()}
    return all(
        _holds(operator, [str(one) for one in listed(wanted)], found.get(key.lower()))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, wanted: list[str], found: str | list[str] | None) -> bool:
    if operator == "Null":
        return (found is None) == (wanted == ["true"])
    quantifier, _, bare = operator.rpartition(":")
    if bare not in ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool"):
        raise NotImplementedError(f"the condition operator {operator}")
    values = listed(found)
    if not values:
        return quantifier == "ForAllValues"
    compare = str.__eq__ if bare in ("StringEquals", "Bool") else _matches_reversed
    held = [any(compare(str(value), one) for one in wanted) for value in values]
    return any(held) if quantifier == "ForAnyValue" else all(held)


def _matches_reversed(value: str, pattern: str) -> bool:
    return matches(pattern, value)
