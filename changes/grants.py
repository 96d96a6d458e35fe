"""Who may do what to what, by pattern: so that less than before is not taken for more.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "Policies and permissions".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from changes.conditions import as_wide, written
from changes.policies import policies
from changes.wildcards import covers, meet
from controls.iam_documents import Document
from controls.inputs import UndecidedError
from controls.policy_documents import Statement, statements
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_ANYTHING: Statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One action pattern on one resource pattern for one principal, under a condition, as JSON, empty for none.

    `effect` is Allow or Deny, `kind` that of the policy: identity, trust or resource, `principal` that of `who`: AWS
    (also where it is everyone), Service, Federated or CanonicalUser. What a policy grants by
    NotAction, NotResource or NotPrincipal is everything but what `excepted` names (`Action s3:*`).
    """

    kind: str
    effect: str
    who: str
    action: str
    resource: str
    condition: str
    excepted: frozenset[str] = frozenset()
    principal: str = "AWS"


_Whom = tuple[str, str, str, str]  # kind, effect, and the principal's kind and name
_Terms = tuple[str, frozenset[str]]  # the condition, and what is excepted


class Granted:
    """Grants that others are held against, each pattern against each once: a policy has thousands of pairs of them."""

    def __init__(self, held: Collection[Grant]) -> None:
        self._same = set(held)
        self._by: defaultdict[_Whom, defaultdict[_Terms, defaultdict[str, set[str]]]]
        self._by = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
        for one in held:
            terms = self._by[one.kind, one.effect, one.principal, one.who][one.condition, one.excepted]
            terms[one.action.lower()].add(one.resource)
        self._actions = _Patterns({one.action.lower() for one in held})
        self._resources = _Patterns({one.resource for one in held})

    def covers(self, one: Grant) -> bool:
        """Whether all of it is in one of these."""
        return one in self._same or any(
            (not condition or as_wide(condition, one.condition))
            and all(each in one.excepted or _apart(each, one) for each in excepted)
            for condition, excepted in self._terms(one, self._actions.over, self._resources.over)
        )

    def conditions(self, one: Grant) -> Iterator[str]:
        """Those under which some of the same is granted to all whom it names, as far as their texts show."""
        return (condition for condition, _ in self._terms(one, self._actions.meeting, self._resources.meeting))

    def _terms(self, one: Grant, actions: _Found, resources: _Found) -> Iterator[_Terms]:
        """The terms of what does the same to all whom it names, and has a pair of such patterns."""
        found, on = actions(one.action.lower()), resources(one.resource)
        whom = {(one.principal, one.who), (one.principal, "*"), ("AWS", "*")}
        for principal, who in sorted(whom):
            for terms, pairs in self._by.get((one.kind, one.effect, principal, who), {}).items():
                if any(not on.isdisjoint(pairs.get(action, ())) for action in found):
                    yield terms


_Found = Callable[[str], frozenset[str]]


class _Patterns:
    """Patterns, and which of them fit another one; asked once of each."""

    def __init__(self, held: Collection[str]) -> None:
        self._held = sorted(held)
        self.over = cache(self._over)
        self.meeting = cache(self._meeting)

    def _over(self, other: str) -> frozenset[str]:
        return frozenset(one for one in self._held if covers(one, other))

    def _meeting(self, other: str) -> frozenset[str]:
        return frozenset(one for one in self._held if meet(one, other))


def _apart(excepted: str, grant: Grant) -> bool:
    """Whether the grant certainly has nothing of what is excepted: what both begin with differs."""
    part, _, pattern = excepted.partition(" ")
    held = {"Action": grant.action, "Resource": grant.resource, "Principal": grant.who}[part]
    one, other = (text.lower().partition("*")[0].partition("?")[0] for text in (pattern, held))
    return not one.startswith(other) and not other.startswith(one)


def grants(node: Node | None) -> tuple[Grant, ...]:
    """All that the resource's policies grant and deny; nothing of what is not known yet."""
    return tuple(_grants(node)) if node else ()


def beyond(new: Collection[Grant], old: Collection[Grant]) -> list[Grant]:
    """What is in the new ones and in none of the old."""
    held = Granted(old)
    return [one for one in new if not held.covers(one)]


def _grants(node: Node) -> Iterator[Grant]:
    try:
        held = list(policies(node))
    except UndecidedError:
        return
    for document in held:
        for statement in _read(document):
            yield from _of(document.kind, statement)


def _read(document: Document) -> list[Statement]:
    """Its statements; one that grants everything where it has not the form of a policy, so that nobody trusts it."""
    try:
        found = statements(document.content, document.name)
    except UndecidedError:
        return []
    except (AttributeError, TypeError, RecursionError):
        return [_ANYTHING]
    return [one if _is_statement(one) else _ANYTHING for one in found]


def _is_statement(one: Any) -> bool:
    if not isinstance(one, Mapping):
        return False
    condition = one.get("Condition") or {}
    return isinstance(condition, Mapping) and all(isinstance(keys, Mapping) for keys in condition.values())


def _of(kind: str, statement: Mapping[str, Any]) -> Iterator[Grant]:
    effect = "Deny" if statement.get("Effect") == "Deny" else "Allow"
    condition = written(statement.get("Condition"), empty_counts=effect == "Deny")
    excepted = frozenset(_excepted(statement))
    for principal, who in _principals(statement):
        for action in listed(statement.get("Action")) or ["*"]:
            for resource in listed(statement.get("Resource")) or ["*"]:
                yield Grant(
                    kind=kind,
                    effect=effect,
                    who=who,
                    action=str(action),
                    resource=str(resource),
                    condition=condition,
                    excepted=excepted,
                    principal=principal,
                )


def _excepted(statement: Mapping[str, Any]) -> Iterator[str]:
    for part in ("Action", "Resource", "Principal"):
        held = statement.get(f"Not{part}")
        named = held.values() if isinstance(held, Mapping) else [held]
        yield from (f"{part} {one}" for values in named for one in listed(values))


def _principals(statement: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each one's kind and name."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return [(str(kind), str(one)) for kind, named in principal.items() for one in listed(named)]
    return [("AWS", str(one)) for one in listed(principal)] or [("AWS", "*")]
