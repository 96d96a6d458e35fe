"""Who the environment's machines and outside uploaders are: the server's role, and the platform guide's IAM user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.names import Names

RECOVERY_DAYS = 7  # the least that Secrets Manager allows besides none


@dataclass(frozen=True, kw_only=True)
class MediaUser:
    """Numbers of the access keys that exist, two at most; the one in Secrets Manager, and those that are off."""

    keys: Sequence[int]
    current: int
    off: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class IdentityArgs:
    """What the identities may reach, by physical names.

    `secrets` are the names of the secrets that a machine reads, of those in `secrets_store` (`ssm` or
    `secretsmanager`). `permissions_boundary_arn` goes on the role and the user. With `keep`, the deleted secret of the
    user can be brought back for a week.
    """

    names: Names
    region: str
    media_bucket: str
    media_prefixes: Sequence[str]
    artifacts_bucket: str
    secrets_store: str
    secrets: Sequence[str]
    database_secret_arn: pulumi.Input[str]
    log_groups: Sequence[str]
    metric_namespace: str
    media_user: MediaUser | None
    keep: bool
    permissions_boundary_arn: str | None = None


class Identity(pulumi.ComponentResource):
    """The server's role with its profile, and the user for uploads from outside AWS with keys that can be rotated.

    `ready` is what a machine needs before its first boot: the profile and the role's policies.
    """

    def __init__(self, name: str, args: IdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Identity", name, None, opts)
        role = aws.iam.Role(
            f"{name}-server",
            name=args.names.part("server"),
            description="What the backend's machines may do",
            assume_role_policy=json.dumps(policies.service_trust("ec2.amazonaws.com")),
            permissions_boundary=args.permissions_boundary_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        attached = [
            aws.iam.RolePolicy(
                f"{name}-server-{topic}",
                name=topic,
                role=role.name,
                policy=policy,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for topic, policy in _server_policies(args).items()
        ]
        profile = aws.iam.InstanceProfile(
            f"{name}-profile",
            name=args.names.part("server"),
            role=role.name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.ready: list[pulumi.Resource] = [profile, *attached]
        self.instance_profile_name = profile.name
        self.media_user_name: pulumi.Output[str] | None = None
        self.media_user_secret_arn: pulumi.Output[str] | None = None
        if args.media_user is not None:
            user = self._media_user(name, args)
            self.media_user_name = user.name
            self.media_user_secret_arn = self._keys(name, args, args.media_user, user)
        self.register_outputs(
            {
                "instance_profile_name": self.instance_profile_name,
                "media_user_name": self.media_user_name,
                "media_user_secret_arn": self.media_user_secret_arn,
            }
        )

    def _media_user(self, name: str, args: IdentityArgs) -> aws.iam.User:
        """The user and its group: a policy on the user itself is what FSBP's IAM.2 warns of."""
        user = aws.iam.User(
            f"{name}-media-user",
            name=args.names.part("media", kind="user"),
            permissions_boundary=args.permissions_boundary_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        group = aws.iam.Group(
            f"{name}-media-group",
            name=args.names.part("media", kind="group"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.GroupPolicy(
            f"{name}-media-policy",
            name="media",
            group=group.name,
            policy=json.dumps(policies.media_user(bucket=args.media_bucket)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.UserGroupMembership(
            f"{name}-media-membership",
            user=user.name,
            groups=[group.name],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return user

    def _keys(self, name: str, args: IdentityArgs, wanted: MediaUser, user: aws.iam.User) -> pulumi.Output[str]:
        """One AccessKey for each number, and the current one as JSON in Secrets Manager; gives the secret's ARN."""
        keys = {
            number: aws.iam.AccessKey(
                f"{name}-media-key-{number}",
                user=user.name,
                status="Inactive" if number in wanted.off else None,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for number in wanted.keys
        }
        secret = aws.secretsmanager.Secret(
            f"{name}-media-secret",
            name=f"{args.names.path}/media-user",
            description="Access key of the IAM user for uploads",
            recovery_window_in_days=RECOVERY_DAYS if args.keep else 0,
            opts=pulumi.ResourceOptions(parent=self),
        )
        current = keys[wanted.current]
        value = {"AWS_ACCESS_KEY_ID": current.id, "AWS_SECRET_ACCESS_KEY": current.secret}
        aws.secretsmanager.SecretVersion(
            f"{name}-media-secret-value",
            secret_id=secret.id,
            secret_string=pulumi.Output.json_dumps(value),  # secret, as the key it holds is
            opts=pulumi.ResourceOptions(parent=self),
        )
        return secret.arn


def _server_policies(args: IdentityArgs) -> dict[str, pulumi.Input[str]]:
    """Inline policies by topic; the database's apart, so that a plan can show the others before its secret exists."""
    application = policies.server_application(
        names=args.names,
        region=args.region,
        artifacts_bucket=args.artifacts_bucket,
        secrets_store=args.secrets_store,
        secrets=args.secrets,
        log_groups=args.log_groups,
        metric_namespace=args.metric_namespace,
    )
    return {
        "agent": json.dumps(policies.server_agent()),
        "application": json.dumps(application),
        "media": json.dumps(policies.server_media(bucket=args.media_bucket, prefixes=args.media_prefixes)),
        "database": pulumi.Output.json_dumps(policies.server_database(secret_arn=args.database_secret_arn)),
    }
