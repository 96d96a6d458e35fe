"""One resource of each type that holds something; the variable CHANGE says in which way all of them are changed.

Which type the engine replaces for what is the provider's answer, so that only one property of each is touched.
"""

from __future__ import annotations

import json
import os
from typing import TypeVar

import pulumi
import pulumi_aws as aws

ACCOUNT = "123456789012"
CHANGE = os.environ.get("CHANGE", "")
T = TypeVar("T")


def now(change: str, new: T, old: T) -> T:
    """The new value in that change, else the old one."""
    return new if change == CHANGE else old


provider = aws.Provider("aws", region="us-east-1", allowed_account_ids=[ACCOUNT])
options = pulumi.ResourceOptions(provider=provider)
holds = pulumi.ResourceOptions(provider=provider, delete_before_replace=True, protect=now("protected", True, False))

vpc = aws.ec2.Vpc("vpc", cidr_block="10.9.0.0/16", opts=options)
subnets = [
    aws.ec2.Subnet(
        f"subnet-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.9.{index}.0/24",
        availability_zone=f"us-east-1{zone}",
        opts=options,
    )
    for index, zone in enumerate("ab")
]
group = aws.rds.SubnetGroup("subnets", name="stateful", subnet_ids=[one.id for one in subnets], opts=options)
firewall = aws.ec2.SecurityGroup("firewall", name="stateful", description="who comes in", vpc_id=vpc.id, opts=options)
aws.vpc.SecurityGroupIngressRule(
    "ingress",
    security_group_id=firewall.id,
    ip_protocol="tcp",
    from_port=5432,
    to_port=5432,
    cidr_ipv4=now("opened", "0.0.0.0/0", "10.9.0.0/16"),
    opts=options,
)
key, other_key = (
    aws.kms.Key(
        name,
        description=name,
        deletion_window_in_days=30,
        enable_key_rotation=True,
        opts=options,
    )
    for name in ("key-in-use", "key-other")
)
in_use = key.arn.apply(lambda old: old) if CHANGE != "encrypted-otherwise" else other_key.arn

if CHANGE != "deleted":
    aws.rds.Instance(
        "database",
        identifier="stateful",
        engine="postgres",
        engine_version="18",
        instance_class="db.t4g.micro",
        db_name=now("replaced", "other", "app"),
        username="app",
        manage_master_user_password=True,
        allocated_storage=now("shrunk", 20, 50),
        max_allocated_storage=now("shrunk", 60, 100),
        storage_type="gp3",
        storage_encrypted=True,
        kms_key_id=in_use,
        publicly_accessible=now("opened", True, False),
        db_subnet_group_name=group.name,
        vpc_security_group_ids=[firewall.id],
        backup_retention_period=now("retention-cut", 1, 14),
        delete_automated_backups=now("retention-cut", True, False),
        deletion_protection=now("unprotected", False, True),
        skip_final_snapshot=now("unprotected", True, False),
        final_snapshot_identifier="stateful-final",
        opts=holds,
    )
    aws.s3.Bucket(
        "bucket",
        bucket=now("replaced", "stateful-other", "stateful-holds"),
        force_destroy=now("unprotected", True, False),
        opts=holds,
    )
    aws.kms.Key(
        "key",
        description="holds",
        multi_region=now("replaced", True, False),
        deletion_window_in_days=now("retention-cut", 7, 30),
        enable_key_rotation=now("encrypted-otherwise", False, True),
        opts=holds,
    )
    secret = aws.secretsmanager.Secret(
        "secret",
        name=now("replaced", "/stateful/other", "/stateful/secret"),
        kms_key_id=in_use,
        recovery_window_in_days=now("retention-cut", 7, 30),
        opts=holds,
    )
    aws.secretsmanager.SecretVersion(
        "secret-value",
        secret_id=secret.id,
        secret_string=now("replaced", pulumi.Output.secret("two"), pulumi.Output.secret("one")),
        opts=holds,
    )
    aws.ssm.Parameter(
        "parameter",
        name=now("replaced", "/stateful/other", "/stateful/parameter"),
        type="String",
        value="held",
        opts=holds,
    )
    aws.cloudwatch.LogGroup(
        "logs",
        name=now("replaced", "stateful-other", "stateful-logs"),
        retention_in_days=now("retention-cut", 7, 30),
        kms_key_id=in_use,
        opts=holds,
    )
    aws.route53.Zone("zone", name=now("replaced", "other.example", "stateful.example"), comment="", opts=holds)

settings = aws.s3.Bucket("bucket-of-settings", bucket="stateful-settings", opts=options)
if CHANGE != "deleted":
    aws.s3.BucketVersioning(
        "versioning",
        bucket=settings.id,
        versioning_configuration={"status": now("retention-cut", "Suspended", "Enabled")},
        opts=holds,
    )
    aws.s3.BucketPublicAccessBlock(
        "public-access",
        bucket=settings.id,
        block_public_acls=True,
        block_public_policy=now("opened", False, True),
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=options,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "encryption",
        bucket=settings.id,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": now("encrypted-otherwise", "AES256", "aws:kms"),
                    "kms_master_key_id": now("encrypted-otherwise", None, key.arn),
                },
                "bucket_key_enabled": True,
            }
        ],
        opts=options,
    )
aws.s3.BucketLifecycleConfiguration(
    "lifecycle",
    bucket=settings.id,
    rules=[
        {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": now("retention-cut", 10, 90)},
            "noncurrent_version_expiration": {"noncurrent_days": now("retention-cut", 1, 30)},
        }
    ],
    opts=options,
)
anybody = {"Sid": "Read", "Effect": "Allow", "Principal": now("opened", "*", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
           "Action": "s3:GetObject", "Resource": "arn:aws:s3:::stateful-settings/*"}  # fmt: skip
aws.s3.BucketPolicy(
    "policy",
    bucket=settings.id,
    policy=json.dumps({"Version": "2012-10-17", "Statement": [anybody]}),
    opts=options,
)
