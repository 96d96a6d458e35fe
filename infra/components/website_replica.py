"""A copy of the website in a second region, which CloudFront falls back on when the first cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import bucket_policies, policies
from infra.components.bucket import Bucket, BucketArgs, access_log_prefix


@dataclass(frozen=True, kw_only=True)
class ReplicaArgs:
    """`bucket` and `logs_bucket` are physical names, both in `region`: S3 logs to a bucket of the same region only.

    Days are counted as S3's lifecycle does: `noncurrent_days` for old versions, `logs_days` for access logs.
    """

    region: str
    account_id: str
    bucket: str
    logs_bucket: str
    logs_days: int
    noncurrent_days: int
    keep: bool
    role_name: str
    permissions_boundary_arn: str | None


class WebsiteReplica(pulumi.ComponentResource):
    """The replica, its logs, and the rule by which S3 copies what is written, and removed, from then on.

    `bucket` gets its policy from the website, since it is to be read by the distribution that comes after it.
    """

    def __init__(
        self, name: str, args: ReplicaArgs, *, source: Bucket, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("platform:components:WebsiteReplica", name, None, opts)
        within = pulumi.ResourceOptions(parent=self)
        logs = Bucket(
            f"{name}-logs",
            BucketArgs(
                bucket=args.logs_bucket,
                region=args.region,
                keep=args.keep,
                noncurrent_days=1,
                expire_days=args.logs_days,
                logs_bucket=None,
            ),
            within,
        )
        sources = [(args.bucket, access_log_prefix(args.bucket))]
        writable = logs.attach_policy(
            bucket_policies.bucket_log_delivery(args.logs_bucket, account_id=args.account_id, sources=sources)
        )
        self.bucket = Bucket(
            name,
            BucketArgs(
                bucket=args.bucket,
                region=args.region,
                keep=args.keep,
                noncurrent_days=args.noncurrent_days,
                logs_bucket=writable.bucket,
            ),
            within,
        )
        self._replicate(name, args, source)
        self.register_outputs({"bucket": self.bucket.bucket})

    def _replicate(self, name: str, args: ReplicaArgs, source: Bucket) -> None:
        # No condition on aws:SourceArn: AWS documents none for replication, and S3 would only fall silent.
        role = aws.iam.Role(
            name,
            name=args.role_name,
            assume_role_policy=pulumi.Output.json_dumps(policies.service_trust("s3.amazonaws.com")),
            permissions_boundary=args.permissions_boundary_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        document = policies.website_replication(
            bucket=source.physical_name, replica=args.bucket, account_id=args.account_id
        )
        allowed = aws.iam.RolePolicy(
            name,
            name="replicate",
            role=role.name,
            policy=pulumi.Output.json_dumps(document),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketReplicationConfig(
            name,
            bucket=source.bucket,
            region=source.region,
            role=role.arn,
            rules=[
                {
                    "id": "everything",
                    "priority": 1,
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "delete_marker_replication": {"status": "Enabled"},
                    "destination": {"bucket": self.bucket.arn},
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[source.versioning, self.bucket.versioning, allowed]),
        )
