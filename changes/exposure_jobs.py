"""Jobs of GitHub that may take a role, where their token's `sub` claim is not named to the last character.

Source: GitHub Docs, "OpenID Connect reference" (example subject claims); IAM User Guide, "Create a role for OpenID
Connect federation": without a condition on `sub`, jobs of every repository are let in.
"""

from __future__ import annotations

import json
import re
from typing import Final

from changes.grants import Grant
from rehearsal.public_policies import WILDCARD

# Also those of an enterprise, by its slug or its own domain.
_ISSUER: Final = re.compile(r"(?:^|/)(token\.actions\.(?:githubusercontent\.com|[\w-]+\.ghe\.com)(?:/[\w.-]+)?)$", re.I)
_MADE: Final = "OpenIdConnectProvider/"  # as a stand-in has it: [the arn of OpenIdConnectProvider/github]
_EXACT: Final = ("stringequals", "stringlike", "stringequalsignorecase")
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


def _is_subject(key: str, who: str) -> bool:
    """Whether the key is the `sub` claim of this issuer; of one that is made only what it is not is known."""
    issuer, colon, claim = key.rpartition(":")
    found = _ISSUER.search(who)
    own = issuer == found[1].lower() if found else issuer not in _BUILT_IN
    return bool(colon) and claim == "sub" and own
