"""Every policy document of a resource, also where the platform itself would never write one.

Source: the AWS provider's documentation of each type: many take a policy in their own inputs beside a type of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.iam_documents import HOLDERS, Document, documents
from controls.inputs import peek
from rehearsal.graph import Node

INLINE: Final = {
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
    "aws:s3/bucket:Bucket": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
POLICY_TYPES: Final = frozenset({*HOLDERS, *INLINE})
PROPERTIES: Final = ("policy", "assumeRolePolicy", "policyDocument", "inlinePolicies")  # where they stand


def policies(node: Node) -> Iterator[Document]:
    """All policies that the resource holds; raises UndecidedError for inline blocks that are not known yet."""
    yield from documents(node)
    if node.type in INLINE and (content := peek(node, INLINE[node.type])) is not None:
        yield Document(kind="resource", content=content, name=f"the policy of {node.name}")
