"""What IAM refuses in a policy document before it looks at what the document means.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM and AWS STS quotas". Sizes are characters
without white space, as IAM counts them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

Kind = Literal["identity", "trust", "resource"]

MANAGED_SIZE = 6_144
TRUST_SIZE = 2_048  # the default quota; 4,096 on request
INLINE_SIZES = {"role": 10_240, "group": 5_120, "user": 2_048}  # all inline policies of one identity together

_TOP = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
_SID = re.compile(r"[A-Za-z0-9]*")
_ARN = re.compile(r"\*|arn:[a-z*-]+:[a-z0-9*?-]*:[a-z0-9*?-]*:[0-9*?]*:.+", re.DOTALL)
_OPERATOR = re.compile(
    r"(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|Bool|BinaryEquals|"
    r"(Not)?IpAddress|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?|Null"
)
_PRINCIPAL_AWS = re.compile(
    r"\*|\d{12}|arn:aws:(iam::\d{12}:(root|(user|role)/.+)|sts::\d{12}:assumed-role/.+)|AIDA\w+"
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_PRINCIPALS = {"AWS": _PRINCIPAL_AWS, "Service": _SERVICE, "Federated": re.compile(r".+"), "CanonicalUser": _SID}
_TRUST_ACTIONS = {"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession"}


def size(document: str) -> int:
    """Characters of a policy as IAM counts them: without white space."""
    return len(re.sub(r"\s", "", document))


def fault(document: Any, kind: Kind) -> str | None:
    """The first thing that IAM refuses in this JSON text, or None."""
    try:
        parsed = json.loads(document)
    except (TypeError, ValueError) as error:
        return f"the policy is not JSON ({error}): write it with json.dumps"
    return next(_faults(parsed, kind), None)


def _faults(document: Any, kind: Kind) -> Iterator[str]:
    if not isinstance(document, Mapping) or set(document) - _TOP:
        yield "the policy has other parts than Version, Id and Statement: remove them"
        return
    if document.get("Version") != "2012-10-17":
        yield f"the policy's Version is {document.get('Version')}: write 2012-10-17"
    statements = listed(document.get("Statement"))
    if not statements:
        yield "the policy has no Statement: write one"
    sids = [one.get("Sid") for one in statements if isinstance(one, Mapping) and one.get("Sid")]
    if len(sids) != len(set(sids)):
        yield "two statements of the policy have the same Sid: give each its own"
    for statement in statements:
        yield from _statement_faults(statement, kind)


def _statement_faults(statement: Any, kind: Kind) -> Iterator[str]:
    if not isinstance(statement, Mapping) or set(statement) - _STATEMENT:
        yield f"a statement has other parts than {', '.join(sorted(_STATEMENT))}: remove them"
        return
    where = f"statement {statement.get('Sid', 'without a Sid')}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"{where} has the Effect {statement.get('Effect')}: write Allow or Deny"
    if not _SID.fullmatch(str(statement.get("Sid", ""))):
        yield f"{where}: a Sid has letters and digits only"
    for name in ("Action", "Resource", "Principal"):
        yield from _presence(statement, name, kind, where)
    for action in listed(statement.get("Action", statement.get("NotAction"))):
        if not _ACTION.fullmatch(str(action)):
            yield f"{where}: {action} is no action: write service:Action"
        elif kind == "trust" and action not in _TRUST_ACTIONS:
            yield f"{where}: {action} is not allowed in a trust policy: use sts:AssumeRole and its kin"
    for resource in listed(statement.get("Resource", statement.get("NotResource"))):
        if not _ARN.fullmatch(str(resource)):
            yield f"{where}: {resource} is no ARN: write arn:aws:..., or *"
    yield from _principal_faults(statement.get("Principal"), where)
    yield from _condition_faults(statement.get("Condition"), where)


def _presence(statement: Mapping[str, Any], name: str, kind: Kind, where: str) -> Iterator[str]:
    given = [key for key in (name, f"Not{name}") if key in statement]
    forbidden = {"identity": "Principal", "trust": "Resource", "resource": ""}[kind]
    if name == forbidden:
        if given:
            yield f"{where} has {given[0]}, which a policy of this kind cannot have: remove it"
    elif len(given) != 1 or not listed(statement[given[0]]):
        yield f"{where} needs exactly one of {name} and Not{name}, and it must not be empty"


def _principal_faults(principal: Any, where: str) -> Iterator[str]:
    if principal is None or principal == "*":
        return
    if not isinstance(principal, Mapping):
        yield f"{where}: the Principal must be * or name a kind, such as Service"
        return
    for kind, names in principal.items():
        for name in listed(names):
            if kind not in _PRINCIPALS or not _PRINCIPALS[kind].fullmatch(str(name)):
                yield f"{where}: {kind} {name} is no valid principal: name a service, an account, a role or a user"


def _condition_faults(condition: Any, where: str) -> Iterator[str]:
    for operator, keys in (condition or {}).items():
        if not _OPERATOR.fullmatch(operator):
            yield f"{where}: {operator} is no condition operator"
        elif not isinstance(keys, Mapping) or not keys or any(not listed(value) for value in keys.values()):
            yield f"{where}: the condition {operator} compares nothing: give it keys and values"


def listed(found: Any) -> list[Any]:
    """One value or several, as policies allow both, always as a list."""
    if found is None:
        return []
    return list(found) if isinstance(found, list | tuple) else [found]


def named_identities(document: str, account_id: str) -> list[tuple[str, str]]:
    """The roles and users of this account that a trust policy names: (`role` or `user`, name)."""
    found: list[tuple[str, str]] = []
    for statement in listed(json.loads(document).get("Statement")):
        principal = statement.get("Principal")
        for arn in listed(principal.get("AWS")) if isinstance(principal, Mapping) else []:
            match = re.fullmatch(rf"arn:aws:iam::{account_id}:(role|user)/(?:.+/)?([^/]+)", str(arn))
            if match:
                found.append((match[1], match[2]))
    return found
