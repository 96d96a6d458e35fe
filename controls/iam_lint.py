"""The platform's own controls on what is written in IAM policies: actions, condition keys and resources that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from controls.control import Control, Judge, each
from controls.iam_data import arns_overlap, condition_keys, matching, only_reads, resource_patterns
from controls.iam_documents import HOLDERS, IDENTITY, ROLE, Document, documents
from controls.policy_documents import Statement, actions, allows, excluded_actions, resources, statements
from rehearsal.graph import UNKNOWN, Graph, Node

# Source: IAM User Guide, "AWS global condition context keys"; these stand in requests of every action.
_GLOBAL = ("aws:*",)
# Keys of tokens are named after their issuer; they stand in trust policies.
_OF_TOKENS = ("token.actions.githubusercontent.com:*", "sts:*", "saml:*", "accounts.google.com:*")

_Check = Callable[[Statement, Document], str | None]


def _judge(check: _Check) -> Judge:
    """The first thing that is wrong in any statement of any document that the resource holds."""

    def judge(node: Node, _: Graph) -> str | None:
        for document in documents(node):
            for statement in statements(document.content, document.name):
                problem = check(statement, document)
                if problem:
                    return f"{problem} (statement {statement['Sid']})" if "Sid" in statement else problem
        return None

    return judge


def _unknown_actions(statement: Statement, _: Document) -> str | None:
    for pattern in (*actions(statement), *excluded_actions(statement)):
        if pattern != "*" and not matching(pattern):
            return f"AWS has no action {pattern}"
    return None


def _unknown_keys(statement: Statement, document: Document) -> str | None:
    known = {key for action in _named(statement) for key in condition_keys(action)}
    always = (*_GLOBAL, *_OF_TOKENS) if document.kind == "trust" else _GLOBAL
    if "*" in actions(statement) or "NotAction" in statement:
        return None
    for key in _keys(statement):
        if not any(fnmatchcase(key.lower(), pattern) for pattern in always) and not any(
            fnmatchcase(key.lower(), pattern) for pattern in known
        ):
            return f"none of its actions knows the condition key {key}"
    return None


def _keys(statement: Statement) -> Iterator[str]:
    for keys in (statement.get("Condition") or {}).values():
        if isinstance(keys, Mapping):
            yield from keys


def _named(statement: Statement) -> list[str]:
    return [action for pattern in actions(statement) if pattern != "*" for action in matching(pattern)]


def _unmatched(statement: Statement, document: Document) -> str | None:
    """An action that acts on nothing that the statement names is allowed, or denied, in vain."""
    reach = resources(statement)
    if document.kind == "trust" or not reach or "*" in reach or UNKNOWN in reach:
        return None
    for pattern in actions(statement):
        found = matching(pattern)
        if found and not any(_meets(action, reach) for action in found):
            return f"{found[0]} acts on none of the resources that it is given"
    return None


def _meets(action: str, reach: list[str]) -> bool:
    return any(
        arns_overlap(one, _loose(pattern))
        for one in reach
        for pattern in resource_patterns(action)
        if not (pattern.endswith(":s3:::*") and "/" in one)  # a bucket's name has no slash, so that these are objects
    )


def _loose(pattern: str) -> str:
    """CloudWatch Logs takes a group's ARN with and without what follows its name."""
    return f"{pattern}*" if ":logs:" in pattern else pattern


def _star(statement: Statement, document: Document) -> str | None:
    if document.kind != "identity" or not allows(statement) or "*" not in resources(statement):
        return None
    if any(statement.get("Condition") or {}):
        return None
    nameable = [action for action in _named(statement) if resource_patterns(action) and not _is_harmless(action)]
    return f"it allows {nameable[0]} on everything, though a resource can be named" if nameable else None


def _is_harmless(action: str) -> bool:
    if action in _AS_AWS_DOES:
        return True
    return only_reads(action) and not any(fnmatchcase(action.lower(), pattern) for pattern in _READS_CONTENT)


# AmazonSSMManagedInstanceCore lets the agent report as any instance; a narrower ARN was not shown to let it register.
_AS_AWS_DOES = frozenset({"ssm:UpdateInstanceInformation"})
_READS_CONTENT = (
    "ec2:getconsole*",
    "ec2:getpassworddata",
    "kms:*",
    "logs:filterlogevents",
    "logs:get*",
    "logs:startquery",
    "rds:download*",
    "s3:getobject*",
    "secretsmanager:*getsecretvalue",
    "sqs:receivemessage",
    "ssm:getparameter*",
)

_GRAMMAR = "IAM/latest/UserGuide/reference_policies_elements"
_SERVICES = "service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
_REFERENCE = "Actions, resources, and condition keys for AWS services"

CONTROLS = (
    Control(
        id="PLATFORM.14",
        title="Policies name actions that exist",
        severity="high",
        rule=each(HOLDERS, _judge(_unknown_actions)),
        why="IAM takes a misspelt action and grants, or forbids, nothing by it.",
        remedy="spell the action as AWS's page of the service does",
        page=_REFERENCE,
        path=_SERVICES,
    ),
    Control(
        id="PLATFORM.15",
        title="Policies use condition keys that their actions know",
        severity="high",
        rule=each(HOLDERS, _judge(_unknown_keys)),
        why="A key that is never there lets nothing through in an Allow, and nothing is held back by it in a Deny.",
        remedy="use a key of the action or of its resource, or a global one (aws:…)",
        page=_REFERENCE,
        path=_SERVICES,
    ),
    Control(
        id="PLATFORM.16",
        title="Policies give actions resources that they act on",
        severity="medium",
        rule=each(HOLDERS, _judge(_unmatched)),
        why="An action with a resource of another kind is allowed in vain, which shows when it is needed.",
        remedy="give the action the kind of ARN that AWS's page of the service lists, in a statement of its own",
        page=_REFERENCE,
        path=_SERVICES,
    ),
    Control(
        id="PLATFORM.17",
        title="Policies name resources where their actions let them",
        severity="medium",
        rule=each((*IDENTITY, ROLE), _judge(_star)),
        why="The identity reaches the resources of other environments and products in the account.",
        remedy="name the ARNs, or narrow the statement by a condition",
        page="IAM JSON policy elements: Resource",
        path=f"{_GRAMMAR}_resource.html",
        differs="Reads of settings may take everything, reads of content (objects, secrets, logs) may not.",
    ),
)
