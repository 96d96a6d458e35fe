"""The environment's buckets, and its part of Pulumi's state."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, Statement, actions, allow, document

STACK_PROJECT = "platform"


def storage(scope: Scope) -> Document:
    """The environment's buckets, and its part of Pulumi's state."""
    buckets = [f"arn:aws:s3:::{bucket}" for bucket in scope.buckets]
    settings = ["s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:ListBucket*"]
    settings += ["s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:ListTagsForResource"]
    puts = actions(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy PutBucketCORS PutBucketLogging PutBucketOwnershipControls"
        " PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration"
        " PutLifecycleConfiguration PutReplicationConfiguration TagResource UntagResource",
    )
    return document(
        allow("Buckets", [*settings, *puts], buckets),
        # Only for `keep_data: false`, where destroying the environment empties its buckets.
        allow("EmptyBuckets", ["s3:DeleteObject", "s3:DeleteObjectVersion"], [f"{bucket}/*" for bucket in buckets]),
        *_state(scope),
    )


def _state(scope: Scope) -> list[Statement]:
    if scope.state_bucket is None:
        return []
    bucket, environment = f"arn:aws:s3:::{scope.state_bucket}", scope.names.environment
    own = [
        f"{bucket}/.pulumi/{kind}/{STACK_PROJECT}/{environment}{end}"
        for kind in ("stacks", "history", "backups")
        for end in (".json*", "/*")
    ]
    locks = f"{bucket}/.pulumi/locks/organization/{STACK_PROJECT}/{environment}/*"
    key = [scope.state_key_arn] if scope.state_key_arn else []
    use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
    return [
        # Versions are what `diceytech recover --restore` brings a damaged state back from.
        allow("StateList", ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"], [bucket]),
        allow("StateVersions", ["s3:GetObjectVersion"], own),
        allow("StateMeta", ["s3:GetObject"], [f"{bucket}/.pulumi/meta.yaml"]),
        allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [*own, locks]),
        *([allow("StateKey", use, key)] if key else []),
    ]
