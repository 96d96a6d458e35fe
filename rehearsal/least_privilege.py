"""A role's hand-written policies held against what an environment's life was recorded to need.

`derived` cuts them to it: each statement keeps its scope (names, tags) and loses the writes that nothing needed. Reads
are widened to every Get, Describe and List of the same resources instead, because the real provider reads more than the
stand-in, but never to what gives out contents or secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infra.policies import Document, Statement
from rehearsal.authorization import READS, checked, known, level, of_service
from rehearsal.needs import Need
from rehearsal.policy_documents import listed
from rehearsal.policy_evaluation import allowed, matches

# Services, and S3's objects, whose reads are contents: only what the role was given by name.
CONTENTS = ("kms", "secretsmanager", "ssm")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`uncovered` are needs that the policies do not allow, `unused` what they grant and nothing needed.

    `unused` is by topic, then by the statement's Sid; reads are left out of it.
    """

    needed: int
    actions: tuple[str, ...]
    uncovered: tuple[Need, ...]
    unused: Mapping[str, Mapping[str, tuple[str, ...]]]
    derived: Mapping[str, Document]


def judge(policies: Mapping[str, Document], found: Iterable[Need]) -> Verdict:
    """Holds the policies of one role, by topic, against the needs."""
    needs = list(found)
    unused: dict[str, dict[str, tuple[str, ...]]] = {}
    derived: dict[str, Document] = {}
    for topic, document in policies.items():
        statements = [_cut(one, needs) for one in document["Statement"]]
        derived[topic] = {**document, "Statement": [one for one in statements if one["Action"]]}
        for before, after in zip(document["Statement"], statements, strict=True):
            if gone := _writes(before) - set(after["Action"]):
                unused.setdefault(topic, {})[before["Sid"]] = tuple(sorted(gone))
    return Verdict(
        needed=len(needs),
        actions=tuple(sorted({one.action for one in needs})),
        uncovered=tuple(one for one in needs if not allowed(policies.values(), one.action, one.resource, one.context)),
        unused=unused,
        derived=derived,
    )


def _writes(statement: Statement) -> set[str]:
    return {one for one in statement["Action"] if "*" not in one and level(one) not in READS}


def _cut(statement: Statement, needs: list[Need]) -> Statement:
    """The statement without the writes that nothing needed, and with every read of its resources; denials stay."""
    if statement["Effect"] == "Deny":
        return statement
    alone = {"Statement": [statement]}
    needed = {one.action for one in needs if allowed([alone], one.action, one.resource, one.context)}
    kept = [one for one in statement["Action"] if one in needed or one not in _writes(statement)]
    return {**statement, "Action": _widened(kept, statement)}


def _widened(actions: list[str], statement: Statement) -> list[str]:
    """With `Get*`, `Describe*` and `List*` in the place of single reads, where they cannot give out contents."""
    resources = listed(statement["Resource"])
    verbs: dict[str, set[str]] = {}
    for prefix in {one.partition(":")[0] for one in actions} - set(CONTENTS):
        reads = {one for one in of_service(prefix) if level(one) in READS and _reads_any(one, resources)}
        verbs[prefix] = {verb for verb in ("Describe", "Get", "List") if any(f":{verb}" in one for one in reads)}
    if "*" in resources or any(matches("arn:aws:s3:::*/*", one) for one in resources):
        return actions
    wide = [f"{prefix}:{verb}*" for prefix, found in sorted(verbs.items()) for verb in sorted(found)]
    single = [one for one in actions if not any(matches(each, one) for each in wide)]
    return [*single, *wide]


def _reads_any(action: str, resources: list[str]) -> bool:
    return any(
        kind.pattern != "*" and (matches(kind.pattern, one) or matches(one, kind.pattern))
        for kind in checked(action)
        for one in resources
    )


def unknown_actions(policies: Iterable[Document]) -> list[str]:
    """Actions that AWS does not have: a policy with one is accepted, and grants nothing."""
    named = {one for document in policies for statement in document["Statement"] for one in statement["Action"]}
    return sorted(one for one in named if not _exists(one))


def _exists(action: str) -> bool:
    if "*" not in action:
        return known(action)
    return any(matches(action, one) for one in of_service(action.partition(":")[0]))
