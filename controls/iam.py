"""FSBP controls for IAM identities and policies, and for AWS KMS keys."""

from __future__ import annotations

from collections.abc import Iterator

from controls.control import Control, each
from controls.inputs import peek, rows
from controls.policy_documents import (
    Statement,
    actions,
    allows,
    excluded_actions,
    grants,
    resources,
    statements,
)
from controls.references import pointing
from rehearsal.graph import Graph, Node
from rehearsal.public_policies import lets_everyone_in

POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
USER = "aws:iam/user:User"
INLINE = ("aws:iam/groupPolicy:GroupPolicy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy")
USER_ATTACHMENTS = (
    ("aws:iam/userPolicy:UserPolicy", "user"),
    ("aws:iam/userPolicyAttachment:UserPolicyAttachment", "user"),
    ("aws:iam/policyAttachment:PolicyAttachment", "users"),
)
KEY = "aws:kms/key:Key"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"

_DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
_ALL_KEYS = ("*", "arn:aws:kms:*:*:key/*")


def _granted(node: Node) -> Iterator[Statement]:
    documents = [peek(node, "policy")]
    if node.type == ROLE:
        documents = [row.get("policy") for row in rows(node, "inlinePolicies")]
    for document in documents:
        yield from (one for one in statements(document, f"the policy of {node.name}") if allows(one))


def _not_everything(node: Node, _: Graph) -> str | None:
    full = any("*" in actions(one) and "*" in resources(one) for one in _granted(node))
    return "it allows every action on everything" if full else None


def _no_service_wildcard(policy: Node, _: Graph) -> str | None:
    for statement in _granted(policy):
        wide = [one for one in (*actions(statement), *excluded_actions(statement)) if one == "*" or one.endswith(":*")]
        if wide:
            return f"it allows by {wide[0]}, every action of a service"
    return None


def _user_by_group(user: Node, graph: Graph) -> str | None:
    own = [node.name for type_, path in USER_ATTACHMENTS for node in pointing(graph, type_, path, user)]
    return f"{own[0]} gives it a policy of its own" if own else None


def _no_decryption_everywhere(node: Node, _: Graph) -> str | None:
    for statement in _granted(node):
        everywhere = any(pattern in resources(statement) for pattern in _ALL_KEYS)
        if everywhere and any(grants(statement, action) for action in _DECRYPTING):
            return "it allows decryption with every KMS key"
    return None


def _private_key(key: Node, graph: Graph) -> str | None:
    documents = [peek(key, "policy"), *(peek(one, "policy") for one in pointing(graph, KEY_POLICY, "keyId", key))]
    for document in documents:
        if any(lets_everyone_in(one) for one in statements(document, f"the key policy of {key.name}")):
            return "its key policy lets everyone use it"
    return None


CONTROLS = (
    Control(
        id="IAM.1",
        title='IAM policies should not allow full "*" administrative privileges',
        severity="high",
        rule=each((POLICY, ROLE, *INLINE), _not_everything),
        remedy="name the actions and the resources; no key of the YAML widens a policy",
        differs="Inline policies are held to it too; Security Hub looks at customer managed ones.",
    ),
    Control(
        id="IAM.2",
        title="IAM users should not have IAM policies attached",
        severity="low",
        rule=each(USER, _user_by_group),
        remedy="attach the policy to the user's group, as identity.media_user does",
    ),
    Control(
        id="IAM.21",
        title="IAM customer managed policies that you create should not allow wildcard actions for services",
        severity="low",
        rule=each(POLICY, _no_service_wildcard),
        remedy="name the actions (s3:GetObject, s3:Get*), not the whole service (s3:*)",
    ),
    Control(
        id="KMS.1",
        title="IAM customer managed policies should not allow decryption actions on all KMS keys",
        severity="medium",
        rule=each(POLICY, _no_decryption_everywhere),
        remedy="name the key's ARN; a condition such as kms:ViaService does not satisfy the control",
    ),
    Control(
        id="KMS.2",
        title="IAM principals should not have IAM inline policies that allow decryption actions on all KMS keys",
        severity="medium",
        rule=each((ROLE, *INLINE), _no_decryption_everywhere),
        remedy="name the key's ARN; a condition such as kms:ViaService does not satisfy the control",
    ),
    Control(
        id="KMS.5",
        title="KMS keys should not be publicly accessible",
        severity="critical",
        rule=each(KEY, _private_key),
        remedy="name principals in the key policy, or a condition on the account",
    ),
)
