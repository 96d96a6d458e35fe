"""Who may do what to what, by pattern: so that less than before is not taken for more.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "Policies and permissions".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
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

    def covers(self, other: Grant) -> bool:
        """Whether all of the other one is in this."""
        return self.speaks_of(other) and (not self.condition or as_wide(self.condition, other.condition))

    def speaks_of(self, other: Grant) -> bool:
        """The same, whatever the conditions are."""
        return (
            self._is_for(other)
            and covers(self.action.lower(), other.action.lower())
            and covers(self.resource, other.resource)
            and all(one in other.excepted or _apart(one, other) for one in self.excepted)
        )

    def meets(self, other: Grant) -> bool:
        """Whether it speaks of some of the same for whom the other names, as far as their texts show."""
        return (
            self._is_for(other)
            and meet(self.action.lower(), other.action.lower())
            and meet(self.resource, other.resource)
        )

    def _is_for(self, other: Grant) -> bool:
        """Whether it does the same to all whom the other one names."""
        same = (self.kind, self.effect, self.principal) == (other.kind, other.effect, other.principal)
        everyone = (self.kind, self.effect, self.principal, self.who) == (other.kind, other.effect, "AWS", "*")
        return everyone or (same and self.who in ("*", other.who))


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
    same = set(old)  # most are, and a comparison of all with all takes long
    return [one for one in new if one not in same and not any(other.covers(one) for other in old)]


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
