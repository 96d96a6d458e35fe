"""Who and what belongs to the program itself: so that its own roles and groups are not taken for strangers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from changes.change import Change
from changes.grants import Grant, grants
from rehearsal.foretold import names_an_output
from rehearsal.graph import PROVIDER, UNKNOWN, Graph
from rehearsal.policy_documents import listed

_BUCKET, _ROLE = "aws:s3/bucket:Bucket", "aws:iam/role:Role"
_NOTHING = Graph(())
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Own:
    """`accounts` that the program's providers may work in, `ids` of its resources as far as they are there.

    Of its buckets the names that they will have, too; `new_buckets` are the URNs of those that the change makes, of
    which only the apply will tell the ARN. `trusts` are what its roles let in before, `before` and `after` all that is
    known on either side.
    """

    accounts: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    new_buckets: frozenset[str] = frozenset()
    trusts: frozenset[Grant] = frozenset()
    before: Graph = _NOTHING
    after: Graph = _NOTHING

    def is_stranger(self, principal: str) -> bool:
        """Whether a policy's principal is neither of these accounts nor an own output."""
        if principal == UNKNOWN or names_an_output(principal):
            return False
        named = _ACCOUNT.findall(principal)
        return not named or not set(named) <= self.accounts

    def has(self, identifier: str) -> bool:
        """Whether it is an own resource's id, or will be."""
        return identifier in self.ids or names_an_output(identifier)

    def makes(self, urns: Collection[str]) -> bool:
        """Whether these are buckets that the change makes, and nothing else is among them."""
        return bool(urns) and self.new_buckets.issuperset(urns)


def own_of(change: Change) -> Own:
    """What both sides of a change name."""
    return Own(
        accounts=frozenset(one for graph in (change.before, change.after) for one in _accounts(graph)),
        ids=frozenset(one for graph in (change.before, change.after) for one in _ids(graph)),
        new_buckets=frozenset(
            step.node.urn for step in change.steps if step.op in ("create", "replace") and step.node.type == _BUCKET
        ),
        before=change.before,
        after=change.after,
        trusts=frozenset(
            one
            for node in change.before.of(_ROLE)
            for one in grants(node)
            if (one.kind, one.effect) == ("trust", "Allow")
        ),
    )


def _ids(graph: Graph) -> Iterator[str]:
    yield from (node.id for node in graph if node.id)
    yield from (name for node in graph.of(_BUCKET) if isinstance(name := node.inputs.get("bucket"), str))


def _accounts(graph: Graph) -> Iterator[str]:
    for provider in graph.of(PROVIDER):
        yield from (str(one) for one in listed(_held(provider.inputs.get("allowedAccountIds"))))


def _held(value: Any) -> Any:
    """Nested settings of a provider are JSON texts."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
