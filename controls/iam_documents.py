"""Every policy document of a graph: where it stands and of which kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from controls.inputs import peek, rows
from rehearsal.graph import Node

Kind = Literal["identity", "trust", "resource"]

ROLE = "aws:iam/role:Role"
INLINE = ("aws:iam/groupPolicy:GroupPolicy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy")
IDENTITY = ("aws:iam/policy:Policy", *INLINE)
_RESOURCE = {
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
}
HOLDERS = (*IDENTITY, ROLE, *_RESOURCE)


@dataclass(frozen=True, kw_only=True)
class Document:
    """One policy document: JSON text, a mapping, UNKNOWN or SECRET, as the graph has it."""

    kind: Kind
    content: Any
    name: str


def documents(node: Node) -> Iterator[Document]:
    """The documents that a resource holds, none where it has none; raises UndecidedError for unknown inline blocks."""
    if node.type == ROLE:
        yield Document(kind="trust", content=peek(node, "assumeRolePolicy"), name=f"the trust policy of {node.name}")
        for row in rows(node, "inlinePolicies"):
            yield Document(kind="identity", content=row.get("policy"), name=f"an inline policy of {node.name}")
    elif node.type in IDENTITY:
        yield Document(kind="identity", content=peek(node, "policy"), name=f"the policy {node.name}")
    elif node.type in _RESOURCE:
        content = peek(node, _RESOURCE[node.type])
        yield Document(kind="resource", content=content, name=f"the policy of {node.name}")
