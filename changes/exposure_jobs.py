"""Jobs of GitHub that may take a role, where their token's `sub` claim is not named to the last character.

Source: GitHub Docs, "OpenID Connect reference" (example subject claims); IAM User Guide, "Create a role for OpenID
Connect federation": without a condition on `sub`, jobs of every repository are let in.
"""

from __future__ import annotations

import json
import re
from typing import Final

from changes.grants import Grant

_ISSUER: Final = "token.actions.githubusercontent.com"
_MADE: Final = "OpenIdConnectProvider/"  # as a stand-in has it: [the arn of OpenIdConnectProvider/github]
_EXACT: Final = ("stringequals", "stringlike", "stringequalsignorecase")
_WILDCARD: Final = re.compile(r"[*?]")


def open_jobs(one: Grant) -> str | None:
    """The jobs that a role's trust in GitHub lets in by a pattern, in words; None where each is named, or no trust."""
    if one.kind != "trust" or one.principal != "Federated" or not (one.who.endswith(_ISSUER) or _MADE in one.who):
        return None
    subjects = _subjects(one.condition)
    if not subjects:
        return "jobs of every repository"
    wide = [each for each in subjects if _WILDCARD.search(each)]
    return f"every job whose subject fits {', '.join(wide)}" if wide else None


def _subjects(condition: str) -> list[str]:
    """Values of the `sub` claim that a token must have one of; none where it need not."""
    held = json.loads(condition) if condition else {}
    return [
        str(value)
        for operator, keys in held.items()
        if operator.lower() in _EXACT
        for key, values in keys.items()
        if key.lower().endswith(":sub")
        for value in values
    ]
