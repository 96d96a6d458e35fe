"""Who and what belongs to the program itself: so that its own roles and groups are not taken for strangers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from changes.change import Change
from changes.grants import Grant, grants
from rehearsal.foretold import beside_outputs, is_an_output, names_an_output
from rehearsal.graph import PROVIDER, UNKNOWN, Graph, Node
from rehearsal.policy_documents import listed

_BUCKET, _ROLE, _LOGS = "aws:s3/bucket:Bucket", "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup"
_PARTS = "aws:s3/bucket"
_NOTHING = Graph(())
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Own:
    """`accounts` that the program's providers may work in, those that are there alone where any are.

    `ids` are those of its resources as far as they are there, with its buckets' names. `made` are the names, by their
    URNs, of buckets and log groups that the change makes, and of the parts of such buckets: a name that is only to be
    had may be somebody else's already, so that it counts for what is made of it alone. `trusts` are what its roles let
    in before, `before` and `after` all that is known on either side.
    """

    accounts: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    made: Mapping[str, Any] = field(default_factory=dict)
    trusts: frozenset[Grant] = frozenset()
    before: Graph = _NOTHING
    after: Graph = _NOTHING

    def is_stranger(self, principal: str) -> bool:
        """Whether a policy's principal is neither of these accounts nor an own output in one of them."""
        named = _ACCOUNT.findall(beside_outputs(principal))
        if not named and (principal == UNKNOWN or names_an_output(principal)):
            return False
        return not named or not set(named) <= self.accounts

    def has(self, identifier: str) -> bool:
        """Whether it is an own resource's id, or will be."""
        return identifier in self.ids or is_an_output(identifier)

    def makes(self, name: str, urns: Collection[str]) -> bool:
        """Whether what is made of these will be named so; of an unknown name, whether nothing else is among them."""
        if name == UNKNOWN:
            return bool(urns) and all(one in self.made for one in urns)
        return any(self.made.get(one) == name for one in urns)

    def works_elsewhere(self, provider: Node) -> bool:
        """Whether a provider beside those that are there may work in other accounts than they."""
        named = set(_named(provider))
        return bool(self.before.of(PROVIDER)) and bool(self.accounts) and not (named and named <= self.accounts)


def own_of(change: Change) -> Own:
    """What both sides of a change name."""
    return Own(
        accounts=frozenset(_accounts(change.before if change.before.of(PROVIDER) else change.after)),
        ids=frozenset(_ids(change)),
        made=_made(change),
        before=change.before,
        after=change.after,
        trusts=frozenset(
            one
            for node in change.before.of(_ROLE)
            for one in grants(node)
            if (one.kind, one.effect) == ("trust", "Allow")
        ),
    )


def _ids(change: Change) -> Iterator[str]:
    yield from (node.id for graph in (change.before, change.after) for node in graph if node.id)
    names = (node.inputs.get("bucket") for node in change.before.of(_BUCKET))
    yield from (name for name in names if isinstance(name, str) and name != UNKNOWN)


def _made(change: Change) -> dict[str, Any]:
    """With parts of the buckets: a log is to go where the policy is that lets it in."""
    new = {step.node.urn for step in change.steps if step.op in ("create", "replace")} | change.unfinished
    whole = {
        node.urn: node.inputs.get("bucket")
        for type_ in (_BUCKET, _LOGS)
        for node in change.after.of(type_)
        if node.urn in new
    }
    parts = {
        node.urn: whole[urns[0]]
        for node in change.after
        if node.type.startswith(_PARTS) and len(urns := node.property_dependencies.get("bucket", ())) == 1
        if urns[0] in whole
    }
    return {**parts, **whole}


def _accounts(graph: Graph) -> Iterator[str]:
    yield from (one for provider in graph.of(PROVIDER) for one in _named(provider))


def _named(provider: Node) -> Iterator[str]:
    yield from (str(one) for one in listed(_held(provider.inputs.get("allowedAccountIds"))))


def _held(value: Any) -> Any:
    """Nested settings of a provider are JSON texts."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
