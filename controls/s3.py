"""FSBP controls for Amazon S3 buckets, joined with their separate sub-resources."""

from __future__ import annotations

from collections.abc import Callable

from controls.control import Control, each
from controls.inputs import UndecidedError, is_true, peek, rows, value
from controls.policy_documents import (
    Statement,
    actions,
    aws_principals,
    grants,
    resources,
    statements,
)
from controls.references import pointing
from rehearsal.graph import Graph, Node
from rehearsal.public_policies import lets_everyone_in

BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ACL = "aws:s3/bucketAcl:BucketAcl"

BLOCK_SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
# The parameter blacklistedactionpatterns of S3.6, which AWS does not let anyone change.
_NOT_FOR_OTHER_ACCOUNTS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


def _policy_of(bucket: Node, graph: Graph) -> list[Statement]:
    policies = pointing(graph, POLICY, "bucket", bucket)
    return [one for policy in policies for one in statements(peek(policy, "policy"), f"the policy {policy.name}")]


def _public(verbs: tuple[str, ...], acl_grants: tuple[str, ...]) -> Callable[[Node, Graph], str | None]:
    def judge(bucket: Node, graph: Graph) -> str | None:
        acls = pointing(graph, ACL, "bucket", bucket)
        if any(value(acl, "acl") in acl_grants for acl in acls):
            return "an access control list opens it to everyone"
        open_to_all = [one for one in _policy_of(bucket, graph) if lets_everyone_in(one)]
        if not any(grants(one, verb) for one in open_to_all for verb in verbs):
            return None
        blocks = pointing(graph, BLOCK, "bucket", bucket)
        if any(is_true(value(block, "restrictPublicBuckets")) for block in blocks):
            return None
        return "its policy opens it to everyone"

    return judge


def _tls_only(bucket: Node, graph: Graph) -> str | None:
    if any(_denies_plain_http(one) for one in _policy_of(bucket, graph)):
        return None
    return "no policy denies requests without TLS to the bucket and its objects"


def _denies_plain_http(statement: Statement) -> bool:
    flag = (statement.get("Condition") or {}).get("Bool", {}).get("aws:SecureTransport")
    covered = resources(statement)
    whole = "*" in covered or (
        any(one.endswith("/*") for one in covered) and any(not one.endswith("/*") for one in covered)
    )
    everyone = "*" in aws_principals(statement) and {"s3:*", "*"} & set(actions(statement))
    return statement.get("Effect") == "Deny" and str(flag).lower() == "false" and bool(everyone) and whole


def _own_accounts(graph: Graph) -> set[str]:
    arns = [str((node.outputs or {}).get("arn", "")).split(":") for node in graph]
    return {parts[4] for parts in arns if len(parts) > 4 and parts[4].isdigit()}


def _no_foreign_control(bucket: Node, graph: Graph) -> str | None:
    own = _own_accounts(graph)
    for statement in _policy_of(bucket, graph):
        granted = [action for action in _NOT_FOR_OTHER_ACCOUNTS if grants(statement, action)]
        for principal in aws_principals(statement) if granted else ():
            account = principal.split(":")[4] if principal.startswith("arn:") else principal
            if account != "*" and not own:
                raise UndecidedError("whether a principal of its policy is of another account shows once applied")
            if account not in own:
                return f"its policy grants {granted[0]} to {principal}"
    return None


def _blocked(bucket: Node, graph: Graph) -> str | None:
    blocks = pointing(graph, BLOCK, "bucket", bucket)
    if not blocks:
        return "it has no public access block"
    unset = [key for key in BLOCK_SETTINGS if not is_true(value(blocks[0], key))]
    return f"its public access block leaves {', '.join(unset)} off" if unset else None


def _logged(bucket: Node, graph: Graph) -> str | None:
    if pointing(graph, LOGGING, "bucket", bucket) or pointing(graph, LOGGING, "targetBucket", bucket):
        return None
    return "its accesses are not logged"


def _without_acls(bucket: Node, graph: Graph) -> str | None:
    if pointing(graph, ACL, "bucket", bucket) or peek(bucket, "acl") or peek(bucket, "grants"):
        return "an access control list is set on it"
    ownership = pointing(graph, OWNERSHIP, "bucket", bucket)
    if any(value(one, "rule.objectOwnership") == "BucketOwnerEnforced" for one in ownership):
        return None
    return "its ownership controls do not turn access control lists off"


def _with_lifecycle(bucket: Node, graph: Graph) -> str | None:
    for lifecycle in pointing(graph, LIFECYCLE, "bucket", bucket):
        if any(rule.get("status") == "Enabled" for rule in rows(lifecycle, "rules")):
            return None
    return "it has no lifecycle rule that is enabled"


CONTROLS = (
    Control(
        id="S3.2",
        title="S3 general purpose buckets should block public read access",
        severity="critical",
        rule=each(
            BUCKET,
            _public(("s3:GetObject", "s3:ListBucket"), ("public-read", "public-read-write", "authenticated-read")),
        ),
        remedy="set media.access to private",
    ),
    Control(
        id="S3.3",
        title="S3 general purpose buckets should block public write access",
        severity="critical",
        rule=each(BUCKET, _public(("s3:PutObject", "s3:DeleteObject"), ("public-read-write",))),
        remedy="take the public write statement out of the bucket's policy; no key of the YAML adds one",
    ),
    Control(
        id="S3.5",
        title="S3 general purpose buckets should require requests to use SSL",
        severity="medium",
        rule=each(BUCKET, _tls_only),
        remedy="give the bucket the policy that denies aws:SecureTransport false, as the bucket component does",
    ),
    Control(
        id="S3.6",
        title="S3 general purpose bucket policies should restrict access to other AWS accounts",
        severity="high",
        rule=each(BUCKET, _no_foreign_control),
        remedy="take the grant to the other account out of the bucket's policy",
    ),
    Control(
        id="S3.8",
        title="S3 general purpose buckets should block public access",
        severity="high",
        rule=each(BUCKET, _blocked),
        remedy="set media.access to private; every other bucket of the platform blocks public access by itself",
    ),
    Control(
        id="S3.9",
        title="S3 general purpose buckets should have server access logging enabled",
        severity="medium",
        rule=each(BUCKET, _logged),
        remedy="give the bucket a BucketLogging that writes to the logs bucket, as the bucket component does",
        differs="A bucket that receives the logs of another is left out, as the control's own description advises.",
    ),
    Control(
        id="S3.12",
        title="ACLs should not be used to manage user access to S3 general purpose buckets",
        severity="medium",
        rule=each(BUCKET, _without_acls),
        remedy="set objectOwnership to BucketOwnerEnforced and no ACL, as the bucket component does",
    ),
    Control(
        id="S3.13",
        title="S3 general purpose buckets should have Lifecycle configurations",
        severity="low",
        rule=each(BUCKET, _with_lifecycle),
        remedy="give the bucket a lifecycle rule; ending unfinished uploads is enough",
    ),
)
