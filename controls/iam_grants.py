"""The platform's own controls on who may become an identity, and on how far its rights go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from controls.control import Control, each
from controls.iam_documents import IDENTITY, INLINE, ROLE, documents
from controls.inputs import value
from controls.policy_documents import Statement, actions, allows, aws_principals, grants, resources, statements
from rehearsal.graph import Graph, Node
from rehearsal.policy_documents import listed

USER = "aws:iam/user:User"
GITHUB = "token.actions.githubusercontent.com"
_SUBJECT = re.compile(r"repo:[\w.@-]+/[\w.@-]+:(environment:[\w. -]+|pull_request|ref:refs/heads/[\w./-]+)")

# Each changes what rights there are, or who has them: the actions of IAM User Guide, "Permissions boundaries".
_WIDENING = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
)
_EVERY_IDENTITY = re.compile(r"\*|arn:[a-z*-]+:iam::(\d{12}|\*)?(:\*|:(role|user|group|policy)/\*)?")


def _statements(node: Node, kind: str) -> Iterator[Statement]:
    for document in documents(node):
        if document.kind == kind:
            yield from (one for one in statements(document.content, document.name) if allows(one))


def _bounded(node: Node, _: Graph) -> str | None:
    path = str(value(node, "path", "/"))
    if "/deploy/" in path or value(node, "permissionsBoundary"):
        return None
    return "it carries no permissions boundary"


def _bound_to_environment(role: Node, _: Graph) -> str | None:
    for statement in _statements(role, "trust"):
        principal = statement.get("Principal")
        federated = listed(principal.get("Federated")) if isinstance(principal, Mapping) else []
        if any(str(one).endswith(GITHUB) for one in federated):
            return _subject_problem(statement)
    return None


def _subject_problem(statement: Statement) -> str | None:
    equal: Mapping[str, Any] = (statement.get("Condition") or {}).get("StringEquals") or {}
    if listed(equal.get(f"{GITHUB}:aud")) != ["sts.amazonaws.com"]:
        return "it does not ask for tokens made for AWS (aud)"
    subjects = [str(one) for one in listed(equal.get(f"{GITHUB}:sub"))]
    if not subjects:
        return "any repository on GitHub can take it: no StringEquals on sub"
    loose = [one for one in subjects if not _SUBJECT.fullmatch(one)]
    return f"its sub {loose[0]} names no repository and environment or branch" if loose else None


def _not_for_all(role: Node, _: Graph) -> str | None:
    for statement in _statements(role, "trust"):
        if "*" in aws_principals(statement) or "NotPrincipal" in statement:
            return "anyone may take it"
    return None


def _names_actions(node: Node, _: Graph) -> str | None:
    for statement in _statements(node, "identity"):
        if "NotAction" in statement:
            return "it allows by NotAction, and so whatever AWS adds"
        wide = [one for one in actions(statement) if one == "*" or one.endswith(":*")]
        if wide:
            return f"it allows {wide[0]}"
    return None


def _cannot_widen(node: Node, _: Graph) -> str | None:
    for statement in _statements(node, "identity"):
        reach = resources(statement) if "Resource" in statement else ["*"]
        far = [one for one in reach if _EVERY_IDENTITY.fullmatch(one)]
        widening = [one for one in _WIDENING if far and grants(statement, one)]
        if widening and not _narrowed(statement):
            return f"it allows {widening[0]} on {far[0]}, with which it can give itself any right"
    return None


def _narrowed(statement: Statement) -> bool:
    """Whether a condition fixes the boundary, the service or the owner's tags, so that not every identity is meant."""
    narrowing = ("iam:permissionsboundary", "iam:passedtoservice", "iam:policyarn", "aws:resourcetag/*")
    return any(
        fnmatchcase(key.lower(), pattern)
        for operator, keys in (statement.get("Condition") or {}).items()
        if operator in {"StringEquals", "ArnEquals", "StringLike", "ArnLike"}
        for key in keys
        for pattern in narrowing
    )


_IAM = "IAM/latest/UserGuide"

CONTROLS = (
    Control(
        id="PLATFORM.9",
        title="Roles and users carry the permissions boundary",
        severity="high",
        rule=each((ROLE, USER), _bounded),
        why="Whoever may edit the role's policy can give it, and with it himself, every right.",
        remedy="set identity.permissions_boundary to true; the account project makes it",
        page="Permissions boundaries for IAM entities",
        path=f"{_IAM}/access_policies_boundaries.html",
        differs="The deploy roles, under a path with /deploy/, are made by the account project; no role may edit them.",
    ),
    Control(
        id="PLATFORM.10",
        title="A role for GitHub is bound to one repository and environment",
        severity="critical",
        rule=each(ROLE, _bound_to_environment),
        why="Otherwise a workflow of another repository, or of any branch, deploys here.",
        remedy="compare aud and sub by StringEquals, sub with repo:OWNER/NAME:environment:NAME or :ref:refs/heads/NAME",
        page="Create a role for OpenID Connect federation",
        path=f"{_IAM}/id_roles_create_for-idp_oidc.html",
    ),
    Control(
        id="PLATFORM.11",
        title="No role can be taken by everyone",
        severity="critical",
        rule=each(ROLE, _not_for_all),
        why="Any AWS account in the world can then act as this role.",
        remedy="name the service, the account or the role that may take it",
        page="Create a role using custom trust policies",
        path=f"{_IAM}/id_roles_create_for-custom.html",
    ),
    Control(
        id="PLATFORM.12",
        title="Inline policies name their actions",
        severity="medium",
        rule=each((*INLINE, ROLE), _names_actions),
        why="New actions that AWS adds to the service are allowed without anyone's decision.",
        remedy="name the actions (s3:GetObject, s3:Get*), not the whole service, and allow by Action",
        page="Security best practices in IAM",
        path=f"{_IAM}/best-practices.html#grant-least-privilege",
        differs="IAM.21 asks the same of customer managed policies.",
    ),
    Control(
        id="PLATFORM.13",
        title="No identity can give itself more rights",
        severity="critical",
        rule=each((*IDENTITY, ROLE), _cannot_widen),
        why="One stolen session is then the whole account.",
        remedy="name the roles it may pass or change, or add a condition on iam:PassedToService",
        page="Grant a user permissions to pass a role to an AWS service",
        path=f"{_IAM}/id_roles_use_passrole.html",
    ),
)
