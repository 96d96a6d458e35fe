"""Whom an issuer of tokens lets take a role: jobs of GitHub that are not named to the last character, and strangers.

Source: GitHub Docs, "OpenID Connect reference" (example subject claims); IAM User Guide, "Create a role for OpenID
Connect federation": without a condition on `sub`, jobs of every repository are let in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from changes.grants import Grant
from rehearsal.public_policies import WILDCARD

# Also those of an enterprise, by its slug or its own domain.
_ISSUER: Final = re.compile(r"(?:^|/)(token\.actions\.(?:githubusercontent\.com|[\w-]+\.ghe\.com)(?:/[\w.-]+)?)$", re.I)
_MADE: Final = "OpenIdConnectProvider/"  # as a stand-in has it: [the arn of OpenIdConnectProvider/github]
_EXACT: Final = ("stringequals", "stringlike", "stringequalsignorecase")
_ENVIRONMENT: Final = re.compile(r"(repo:[^/:]+/[^/:]+):environment:[^:]+")
_REPOSITORY: Final = re.compile(r"(repo:[^/:*?$]+/[^/:*?$]+):")
_BUILT_IN: Final = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")


def open_jobs(one: Grant) -> str | None:
    """The jobs that a role's trust in GitHub lets in by a pattern, in words; None where each is named, or no trust."""
    if one.kind != "trust" or one.principal != "Federated" or not (_ISSUER.search(one.who) or _MADE in one.who):
        return None
    named = subjects(one)
    if not named:
        return "jobs of every repository"
    wide = [each for each in named if WILDCARD.search(each)]
    return f"every job whose subject fits {', '.join(wide)}" if wide else None


def subjects(one: Grant) -> list[str]:
    """Values of the `sub` claim that a token must have one of; none where it need not."""
    held = json.loads(one.condition) if one.condition else {}
    return [
        str(value)
        for operator, keys in held.items()
        if operator.lower() in _EXACT
        for key, values in keys.items()
        if _is_subject(key.lower(), one.who)
        for value in values
    ]


def is_known(one: Grant, trusted: Collection[Grant]) -> bool:
    """Whether a federation is trusted as it was before: by the same grant, or for a job of a repository of one."""
    return one in trusted or any(as_trusted(one, other) for other in trusted)


def as_trusted(new: Grant, old: Grant) -> bool:
    """Whether it names all its subjects, the old ones or jobs of their repositories, under the same conditions."""
    wanted, had = subjects(new), subjects(old)
    like = replace(old, condition="") == replace(new, condition="") and _shape(old) == _shape(new)
    repositories = {found[1] for one in had if (found := _REPOSITORY.match(one))}
    return like and new.principal == "Federated" and bool(wanted) and all(
        not WILDCARD.search(one)
        and (one in had or ((job := _ENVIRONMENT.fullmatch(one)) is not None and job[1] in repositories))
        for one in wanted
    )  # fmt: skip


def _shape(one: Grant) -> Any:
    """The condition without the subjects' values."""
    held = json.loads(one.condition) if one.condition else {}
    return {
        (operator, key): None if key.lower().endswith(":sub") else values
        for operator, keys in held.items()
        for key, values in keys.items()
    }


def _is_subject(key: str, who: str) -> bool:
    """Whether the key is the `sub` claim of this issuer; of one that is made only what it is not is known."""
    issuer, colon, claim = key.rpartition(":")
    found = _ISSUER.search(who)
    own = issuer == found[1].lower() if found else issuer not in _BUILT_IN
    return bool(colon) and claim == "sub" and own
