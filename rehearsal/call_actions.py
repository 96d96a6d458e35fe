"""Which IAM actions a call needs: its own, and those that AWS checks beside it.

Sources: Service Authorization Reference; Amazon S3 User Guide, "Required permissions for Amazon S3 API operations";
RDS User Guide, "Permissions required for Secrets Manager integration"; CloudWatch Logs User Guide, "Vended logs".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rehearsal.recording import Call

PREFIXES: Final = {"elbv2": "elasticloadbalancing", "s3control": "s3"}
# Where the operation is not the action's name.
RENAMED: Final[Mapping[str, str]] = {
    "cloudfront:CreateDistributionWithTags": "CreateDistribution",
    "s3:DeleteBucketCors": "PutBucketCORS",
    "s3:DeleteBucketEncryption": "PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "s3:DeleteBucketReplication": "PutReplicationConfiguration",
    "s3:DeleteObjects": "DeleteObject",
    "s3:DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "s3:GetBucketCors": "GetBucketCORS",
    "s3:GetBucketEncryption": "GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "s3:GetBucketReplication": "GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "s3:HeadBucket": "ListBucket",
    "s3:HeadObject": "GetObject",
    "s3:ListObjectVersions": "ListBucketVersions",
    "s3:ListObjectsV2": "ListBucket",
    "s3:PutBucketCors": "PutBucketCORS",
    "s3:PutBucketEncryption": "PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "s3:PutBucketReplication": "PutReplicationConfiguration",
    "s3:PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# What tags on a request that makes something need.
TAGS_BY: Final = {
    "acm": "AddTagsToCertificate", "cloudfront": "TagResource", "cloudwatch": "TagResource", "ec2": "CreateTags",
    "elasticloadbalancing": "AddTags", "kms": "TagResource", "logs": "TagResource", "rds": "AddTagsToResource",
    "secretsmanager": "TagResource", "sns": "TagResource", "ssm": "AddTagsToResource", "wafv2": "TagResource",
}  # fmt: skip
IAM_TAGS: Final = {"CreateRole": "TagRole", "CreateUser": "TagUser", "CreateInstanceProfile": "TagInstanceProfile"}
# The first of its kind in an account makes AWS make the service's own role with the caller's rights.
SERVICE_LINKED: Final = {
    "autoscaling:CreateAutoScalingGroup": "autoscaling",
    "cloudfront:CreateVpcOrigin": "vpcorigin.cloudfront",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing",
    "rds:CreateDBInstance": "rds",
}
PASSED: Final = {  # operation to the parameters with roles that are passed, and the service that gets them
    "rds:CreateDBInstance": ("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),
    "rds:ModifyDBInstance": ("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),
    "ec2:CreateFlowLogs": ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    "s3:PutReplicationConfiguration": ("Role", "s3.amazonaws.com"),
    "ec2:RunInstances": ("IamInstanceProfile", "ec2.amazonaws.com"),
    "ec2:CreateLaunchTemplate": ("IamInstanceProfile", "ec2.amazonaws.com"),
}


def own_action(call: Call) -> str:
    """The action that bears the call's own name, or the one that IAM has for it."""
    prefix = PREFIXES.get(call.service, call.service)
    name = f"{prefix}:{call.operation}"
    return f"{prefix}:{RENAMED.get(name, call.operation)}"


def tagging_action(action: str) -> str | None:
    """The action that tags what `action` makes, where tags are in the request."""
    prefix, _, name = action.partition(":")
    if prefix == "iam":
        return f"iam:{IAM_TAGS[name]}" if name in IAM_TAGS else None
    return f"{prefix}:{TAGS_BY[prefix]}" if prefix in TAGS_BY and name != TAGS_BY[prefix] else None


def passed_roles(call: Call) -> Iterator[tuple[str, str]]:
    """Roles, or instance profiles, that the call hands to a service, by name, and that service."""
    name, service = PASSED.get(own_action(call), ("", ""))
    for value in _values(call.params, name):
        role = value if isinstance(value, str) else value.get("Arn") or value.get("Name")
        yield str(role).rpartition("/")[2], service


def _values(value: object, name: str) -> Iterator[str | Mapping[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _values(inner, name)
