"""RDS for PostgreSQL in the isolated subnets: encrypted, TLS only, its master password made and rotated by RDS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.components import database_watch
from infra.postgres_parameters import parameter_list

SUFFIX = 7  # random characters of an auto-name


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Decisions about one database; sizes in GiB, `monitoring_interval` in seconds (0: off).

    `alarm_topic_arn` gets RDS's events. `max_storage_gb` equal to `storage_gb` switches storage autoscaling off.
    `final_snapshot` also keeps the automated backups of a deleted instance to the end of their retention.
    """

    identifier: str
    account_id: str
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    engine_version: str
    instance_class: str
    name: str
    username: str
    port: int
    storage_gb: int
    max_storage_gb: int
    multi_az: bool
    backup_retention_days: int
    deletion_protection: bool
    final_snapshot: bool
    monitoring_interval: int
    monitoring_role_name: str
    log_retention_days: int
    protect: bool
    alarm_topic_arn: pulumi.Input[str]
    permissions_boundary_arn: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


class Database(pulumi.ComponentResource):
    """The instance, its groups, logs, monitoring role and event subscriptions.

    Its security group has no rules: whoever may connect adds the pair of rules. What is auto-named begins with the
    identifier, so that policies can name it.
    """

    address: pulumi.Output[str]
    port: pulumi.Output[int]
    database_name: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    instance_identifier: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Database", name, None, opts)
        security_group = aws.ec2.SecurityGroup(
            f"{name}-security-group",
            description="PostgreSQL: only the server comes in",
            vpc_id=args.vpc_id,
            tags={"Name": args.identifier},
            opts=pulumi.ResourceOptions(parent=self),
        )
        instance = self._instance(name, args, security_group)
        database_watch.subscribe(parent=self, identifier=args.identifier, topic_arn=args.alarm_topic_arn)
        self.address = instance.address
        self.port = instance.port
        self.database_name = instance.db_name
        self.secret_arn = instance.master_user_secrets.apply(lambda secrets: str(secrets[0].secret_arn))
        self.instance_identifier = instance.identifier
        self.security_group_id = security_group.id
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "database_name": self.database_name,
                "secret_arn": self.secret_arn,
                "instance_identifier": self.instance_identifier,
                "security_group_id": self.security_group_id,
            }
        )

    def _instance(self, name: str, args: DatabaseArgs, security_group: aws.ec2.SecurityGroup) -> aws.rds.Instance:
        child = pulumi.ResourceOptions(parent=self)
        subnets = aws.rds.SubnetGroup(f"{args.identifier}-subnets", subnet_ids=args.subnet_ids, opts=child)
        parameters = self._parameter_group(args)
        logs = database_watch.log_groups(
            parent=self, name=name, identifier=args.identifier, retention_days=args.log_retention_days
        )
        monitoring = self._monitoring(name, args) if args.monitoring_interval else None
        # A snapshot outlives its instance and keeps its name, so that each instance needs one of its own. It ends in
        # the parameter group's random characters, which are in the state, and new when the instance is.
        snapshot = parameters.name.apply(lambda group: f"{args.identifier}-final-{group[-SUFFIX:]}")
        return aws.rds.Instance(
            f"{name}-instance",
            identifier=args.identifier,
            engine="postgres",
            engine_version=args.engine_version,
            # engine_version is major-only, so whoever edits it wants this, and RDS refuses it otherwise
            allow_major_version_upgrade=True,
            auto_minor_version_upgrade=True,
            # what a preview showed happens now: deferred to the maintenance window, every preview until then would
            # show it again, and the parameter group of the old major version could not be deleted
            apply_immediately=True,
            instance_class=args.instance_class,
            db_name=args.name,
            username=args.username,
            manage_master_user_password=True,
            iam_database_authentication_enabled=True,
            port=args.port,
            allocated_storage=args.storage_gb,
            max_allocated_storage=args.max_storage_gb if args.max_storage_gb > args.storage_gb else None,
            storage_type="gp3",
            storage_encrypted=True,
            multi_az=args.multi_az,
            publicly_accessible=False,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[security_group.id],
            parameter_group_name=parameters.name,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            backup_retention_period=args.backup_retention_days,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not args.final_snapshot,
            deletion_protection=args.deletion_protection,
            skip_final_snapshot=not args.final_snapshot,
            final_snapshot_identifier=snapshot if args.final_snapshot else None,
            enabled_cloudwatch_logs_exports=list(database_watch.LOG_EXPORTS),
            monitoring_interval=args.monitoring_interval,
            monitoring_role_arn=monitoring.role_arn if monitoring else None,
            performance_insights_enabled=True,
            performance_insights_retention_period=7,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=[*logs, *([monitoring.attachment] if monitoring else [])],
                # the identifier is taken as long as the old instance stands
                delete_before_replace=True,
            ),
        )

    def _parameter_group(self, args: DatabaseArgs) -> aws.rds.ParameterGroup:
        """A group that is replaced, with a new auto-name, whenever something replaces the instance.

        A change of its description replaces it, so the description holds what replaces the instance.
        """
        return aws.rds.ParameterGroup(
            f"{args.identifier}-postgres{args.engine_version}",
            family=f"postgres{args.engine_version}",
            description=f"{args.identifier}: database {args.name}, user {args.username}",
            parameters=parameter_list(args.parameters),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _monitoring(self, name: str, args: DatabaseArgs) -> database_watch.Monitoring:
        return database_watch.monitoring(
            parent=self,
            name=name,
            role_name=args.monitoring_role_name,
            account_id=args.account_id,
            region=args.region,
            identifier=args.identifier,
            permissions_boundary_arn=args.permissions_boundary_arn,
        )
