"""What the deploy roles of one environment may do, and the boundary of whatever they make.

Releases (`app`) and `boundary` are here; `pulumi up` is infra/infrastructure_policies/, `plan` infra/plan_policies.py.
Which actions know resources and tags: AWS's "Service Authorization Reference", per service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.names import Names
from infra.policies import (
    AGENT_CHANNELS,
    Document,
    Statement,
    allow,
    document,
    log_group_arns,
    parameter_arn,
    website_replication,
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One environment as its policies see it.

    `buckets` are all its buckets, `state_bucket` and `state_key_arn` those of Pulumi's state (None: none yet).
    `domain` is the site's own, None without one; `create_zone` whether the environment makes its hosted zone, and
    `website_replica` whether it copies its website to a second region. `adopted_vpc` and `adopted_subnets` are ids of
    what exists already, without the environment's tags. `gate_secret_arns` is the secret of the site's gate, if any.
    """

    names: Names
    region: str
    website_bucket: str
    artifacts_bucket: str
    media_bucket: str
    logs_bucket: str
    log_groups: Sequence[str]
    state_bucket: str | None
    state_key_arn: str | None
    domain: str | None
    create_zone: bool
    website_replica: bool = False
    adopted_vpc: str | None = None
    adopted_subnets: Sequence[str] = ()
    gate_secret_arns: Sequence[str] = ()

    @property
    def buckets(self) -> tuple[str, ...]:
        """All buckets of the environment."""
        replicas = self.names.replica_buckets if self.website_replica else ()
        return (self.website_bucket, self.artifacts_bucket, self.media_bucket, self.logs_bucket, *replicas)

    @property
    def own(self) -> dict[str, str]:
        """Condition: the resource already has the environment's tags."""
        names = self.names
        return {"aws:ResourceTag/Product": names.product, "aws:ResourceTag/Environment": names.environment}

    @property
    def new(self) -> dict[str, str]:
        """Condition: the request tags what it makes with the environment's tags."""
        names = self.names
        return {"aws:RequestTag/Product": names.product, "aws:RequestTag/Environment": names.environment}

    def arn(self, service: str, rest: str, region: str | None = None) -> str:
        """ARN of something in the account, in the environment's region unless another is given ("" for none)."""
        return f"arn:aws:{service}:{self.region if region is None else region}:{self.names.account_id}:{rest}"

    def ec2(self, kinds: str) -> list[str]:
        """ARNs of everything of these kinds of EC2 resources, space-separated: `ec2("vpc subnet")`."""
        return [self.arn("ec2", f"{kind}/*") for kind in kinds.split()]

    def iam(self, kind: str) -> str:
        """ARN of the environment's own roles, users, groups, policies or instance profiles."""
        return self.arn("iam", f"{kind}/{self.names.prefix}-*", "")


def app(scope: Scope) -> Document:
    """Releases only: upload them, tell the machines, switch the website, read what happened."""
    names, region = scope.names, scope.region
    website, artifacts = f"arn:aws:s3:::{scope.website_bucket}", f"arn:aws:s3:::{scope.artifacts_bucket}"
    own = [parameter_arn(names, region, name) for name in names.release_parameters]
    platform = parameter_arn(names, region, names.platform_parameter)
    return document(
        allow("Releases", ["s3:GetObject", "s3:PutObject"], [f"{artifacts}/releases/*"]),
        # Neither the audit record nor the lock.
        allow(
            "OldReleases",
            ["s3:DeleteObject"],
            [f"{artifacts}/releases/artifacts/*", f"{artifacts}/releases/*/release.json"],
        ),
        # On the bucket as a whole: without it S3 answers 403, not 404, for an object that is not there yet.
        allow("ReleaseList", ["s3:ListBucket"], [artifacts]),
        allow(
            "WebsiteObjects",
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"{website}/*"],
        ),
        allow("WebsiteList", ["s3:ListBucket"], [website]),
        allow(
            "Invalidate",
            ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
            [scope.arn("cloudfront", "distribution/*", "")],
            StringEquals=scope.own,
        ),
        allow("ReleaseDocument", ["ssm:SendCommand"], [scope.arn("ssm", f"document/{names.part('release')}")]),
        allow(
            "ReleaseMachines",
            ["ssm:SendCommand"],
            [scope.arn("ec2", "instance/*")],
            StringEquals={"ssm:resourceTag/Role": names.part("server")},
        ),
        allow("ReadMachines", ["ec2:DescribeInstances"], ["*"]),
        allow("Commands", ["ssm:CancelCommand", "ssm:GetCommandInvocation"], ["*"]),
        *_snapshots(scope),
        allow("ReadParameters", ["ssm:GetParameter", "ssm:GetParameters"], [platform, *own]),
        allow("WriteParameters", ["ssm:PutParameter"], own),
        allow(
            "ReadLogs",
            ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
            log_group_arns(names, region, scope.log_groups),
        ),
        *_gate(scope),
    )


def _snapshots(scope: Scope) -> list[Statement]:
    """A snapshot before migrations, of the environment's own database and under a deploy's own name."""
    named, databases = scope.arn("rds", f"snapshot:{scope.names.prefix}-deploy-*"), scope.arn("rds", "db:*")
    return [
        allow("SnapshotOf", ["rds:CreateDBSnapshot"], [databases], StringEquals=scope.own),
        allow("Snapshot", ["rds:AddTagsToResource", "rds:CreateDBSnapshot"], [named], StringEquals=scope.new),
        allow("ReadSnapshot", ["rds:DescribeDBSnapshots"], [named]),
    ]


def _gate(scope: Scope) -> list[Statement]:
    """The password of the site's gate, where it has one: a deploy tries the site as a user would."""
    read = {"ssm": "ssm:GetParameter", "secretsmanager": "secretsmanager:GetSecretValue"}
    return [allow("Gate", [read[arn.split(":")[2]]], [arn]) for arn in scope.gate_secret_arns]


def boundary(scope: Scope) -> Document:
    """The most that a role or user of the environment can ever be allowed, whatever its own policies say."""
    names, region = scope.names, scope.region
    objects = [f"arn:aws:s3:::{bucket}/*" for bucket in scope.buckets]
    logs = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    # What AWS's own policy for RDS's enhanced monitoring lets its role do.
    monitoring = ["logs:CreateLogGroup", "logs:GetLogEvents", "logs:PutRetentionPolicy", *logs]
    return document(
        allow("Objects", ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], objects),
        allow("ObjectList", ["s3:ListBucket"], [f"arn:aws:s3:::{bucket}" for bucket in scope.buckets]),
        allow(
            "Parameters", ["ssm:GetParameter", "ssm:GetParameters"], [parameter_arn(names, region, f"{names.path}/*")]
        ),
        allow(
            "Secrets",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            [scope.arn("secretsmanager", f"secret:{names.path}/*"), scope.arn("secretsmanager", "secret:rds!db-*")],
        ),
        allow("Database", ["rds-db:connect"], [scope.arn("rds-db", "dbuser:*/*")]),
        allow("Logs", logs, _log_groups(scope, *scope.log_groups, f"{names.prefix}-*")),
        allow("DatabaseMonitoring", monitoring, _log_groups(scope, "RDSOSMetrics")),
        allow("Metrics", ["cloudwatch:PutMetricData"], ["*"], StringLike={"cloudwatch:namespace": f"{names.prefix}*"}),
        allow("AgentReport", ["ssm:UpdateInstanceInformation"], ["*"]),
        allow("AgentChannels", AGENT_CHANNELS, ["*"]),
        *_replication(scope),
    )


def _replication(scope: Scope) -> list[Statement]:
    if not scope.website_replica:
        return []
    replica, _ = scope.names.replica_buckets
    wanted = website_replication(bucket=scope.website_bucket, replica=replica, account_id=scope.names.account_id)
    statements: list[Statement] = wanted["Statement"]
    return statements


def _log_groups(scope: Scope, *groups: str) -> list[str]:
    return [scope.arn("logs", f"log-group:{group}{end}") for group in groups for end in ("", ":*")]


def github_trust(provider_arn: Any, *, subjects: Sequence[str]) -> Document:
    """Lets jobs of one repository in, by the `sub` claims that GitHub puts into their tokens, and nobody else."""
    claims = "token.actions.githubusercontent.com"
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{claims}:aud": "sts.amazonaws.com", f"{claims}:sub": list(subjects)}},
        }
    )
