"""IAM policy documents, read as far as the controls need.

Source: docs.aws.amazon.com, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from controls.inputs import UndecidedError, known
from rehearsal.policy_documents import listed

Statement = Mapping[str, Any]


def statements(document: Any, what: str) -> list[Statement]:
    """The statements of a policy given as JSON or as a mapping, none for None.

    Raises UndecidedError (`what` names the policy) where the document is unknown, secret or no JSON.
    """
    found = known(document, what, {})
    try:
        parsed = json.loads(found) if isinstance(found, str) else found
    except json.JSONDecodeError as error:
        raise UndecidedError(f"{what} is not JSON: {error}") from None
    return list(listed(parsed.get("Statement")))


def allows(statement: Statement) -> bool:
    """Whether a statement grants rather than denies."""
    return statement.get("Effect") == "Allow"


def actions(statement: Statement) -> list[str]:
    """The statement's actions, in lower case as IAM compares them."""
    return [str(action).lower() for action in listed(statement.get("Action"))]


def excluded_actions(statement: Statement) -> list[str]:
    """The statement's NotAction, in lower case."""
    return [str(action).lower() for action in listed(statement.get("NotAction"))]


def resources(statement: Statement) -> list[str]:
    """The statement's resources."""
    return [str(resource) for resource in listed(statement.get("Resource"))]


def grants(statement: Statement, action: str) -> bool:
    """Whether an Allow statement covers an action such as `s3:GetObject`, wildcards and NotAction considered."""
    if not allows(statement):
        return False
    if "NotAction" in statement:
        return not any(fnmatchcase(action.lower(), pattern) for pattern in excluded_actions(statement))
    return any(fnmatchcase(action.lower(), pattern) for pattern in actions(statement))


def aws_principals(statement: Statement) -> list[str]:
    """The accounts, users and roles a statement names, `*` for everyone; services are left out."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return [str(name) for name in listed(principal.get("AWS"))]
    return [str(name) for name in listed(principal)]
