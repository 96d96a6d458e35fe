"""From the configuration to each component's arguments: plain conversions, nothing is made here."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra import rendering
from infra.alarm_rules import Thresholds
from infra.components.alarms import AlarmsArgs
from infra.components.artifacts import ArtifactsArgs
from infra.components.dashboard import DashboardArgs
from infra.components.database import Database, DatabaseArgs
from infra.components.dns import Dns, DnsArgs
from infra.components.identity import Identity, IdentityArgs, MediaUser
from infra.components.log_groups import LogGroupsArgs
from infra.components.logs_bucket import LogsBucket, LogsBucketArgs
from infra.components.media import Media, MediaArgs
from infra.components.network import Network
from infra.components.network_args import AdoptedSubnets, NetworkArgs
from infra.components.server import Server, ServerArgs
from infra.components.server_fleet import FleetArgs
from infra.components.topics import Topics, TopicsArgs
from infra.components.website import OLD_VERSION_DAYS, Website, WebsiteArgs
from infra.components.website_functions import Gate
from infra.components.website_replica import ReplicaArgs
from infra.config import Dns as DnsConfig
from infra.config import Network as NetworkConfig
from infra.config import PlatformConfig
from infra.dashboard_body import Shown
from infra.names import Names
from infra.subnetting import SubnetRanges, carve


def topics(config: PlatformConfig, names: Names) -> TopicsArgs:
    """Arguments of the alarm topics."""
    return TopicsArgs(
        name_prefix=names.prefix,
        account_id=names.account_id,
        region=config.aws.region,
        emails=config.observability.alarm_emails,
    )


def log_groups(config: PlatformConfig, names: Names) -> LogGroupsArgs:
    """Arguments of the application's log groups."""
    return LogGroupsArgs(
        backend=names.log_group("backend", config.observability.backend_log_group),
        worker=names.log_group("worker"),
        nginx=names.log_group("nginx"),
        retention_days=config.observability.log_retention_days,
        metric_namespace=names.prefix,
    )


def network(config: PlatformConfig, names: Names) -> NetworkArgs:
    """Arguments of the network."""
    wanted = config.network
    adopt = wanted.adopt
    return NetworkArgs(
        name_prefix=names.prefix,
        account_id=names.account_id,
        region=config.aws.region,
        cidr=wanted.cidr,
        zones=wanted.zones,
        ranges=_ranges(wanted),
        egress=wanted.egress,
        nat_gateways=wanted.nat_gateways,
        interface_endpoints=wanted.interface_endpoints,
        flow_log_retention_days=wanted.flow_log_retention_days,
        flow_log_group_name=names.log_group("flow-logs"),
        adopt=None if adopt is None else AdoptedSubnets(**adopt.model_dump()),
        permissions_boundary_arn=boundary(config, names),
    )


def _ranges(network: NetworkConfig) -> SubnetRanges:
    if network.subnets is None:
        return carve(network.cidr, zones=len(network.zones))
    return SubnetRanges(**network.subnets.model_dump())


def logs_bucket(config: PlatformConfig, names: Names) -> LogsBucketArgs:
    """Arguments of the bucket that access logs go to."""
    return LogsBucketArgs(
        bucket=names.bucket("logs", config.logs.bucket),
        account_id=names.account_id,
        region=config.aws.region,
        keep_days=config.logs.keep_days,
        keep=config.environment.keep_data,
        source_buckets=(
            names.bucket("media", config.media.bucket),
            names.bucket("website", config.website.bucket),
            names.bucket("artifacts", config.artifacts.bucket),
        ),
    )


def media(config: PlatformConfig, names: Names, *, logs_bucket: pulumi.Input[str]) -> MediaArgs:
    """Arguments of the media bucket."""
    wanted = config.media
    return MediaArgs(
        bucket=names.bucket("media", wanted.bucket),
        access=wanted.access,
        public_prefixes=wanted.public_prefixes,
        cors_origins=wanted.cors_origins,
        noncurrent_days=wanted.noncurrent_days,
        keep=config.environment.keep_data,
        protect=config.environment.protect,
        logs_bucket=logs_bucket,
    )


def artifacts(config: PlatformConfig, names: Names, *, logs_bucket: pulumi.Input[str]) -> ArtifactsArgs:
    """Arguments of the bucket of backend releases."""
    return ArtifactsArgs(
        bucket=names.bucket("artifacts", config.artifacts.bucket),
        keep_days=config.artifacts.keep_days,
        keep=config.environment.keep_data,
        logs_bucket=logs_bucket,
    )


def database(config: PlatformConfig, names: Names, *, network: Network, topic_arn: pulumi.Input[str]) -> DatabaseArgs:
    """Arguments of the database; the fields that the YAML names alike are taken over as they are."""
    wanted = config.database
    same = wanted.model_dump(exclude={"parameters"})
    return DatabaseArgs(
        **same,
        parameters=wanted.parameters,
        identifier=names.part("database", kind="rds"),
        account_id=names.account_id,
        region=config.aws.region,
        vpc_id=network.vpc_id,
        subnet_ids=network.database_subnet_ids,
        monitoring_role_name=names.part("database-monitoring"),
        protect=config.environment.protect,
        alarm_topic_arn=topic_arn,
        permissions_boundary_arn=boundary(config, names),
    )


def identity(config: PlatformConfig, names: Names, *, database: Database) -> IdentityArgs:
    """Arguments of the server's role and the media user."""
    user = config.identity.media_user
    groups = log_groups(config, names)
    return IdentityArgs(
        names=names,
        region=config.aws.region,
        media_bucket=names.bucket("media", config.media.bucket),
        media_prefixes=(*config.media.public_prefixes, *config.media.private_prefixes),
        artifacts_bucket=names.bucket("artifacts", config.artifacts.bucket),
        secrets_store=config.secrets.store,
        secrets=(*config.secrets.django, config.server.origin_secret),
        database_secret_arn=database.secret_arn,
        log_groups=(groups.backend, groups.worker, groups.nginx),
        metric_namespace=names.prefix,
        media_user=None if user is None else MediaUser(keys=user.keys, current=user.current, off=user.off),
        keep=config.environment.keep_data,
        permissions_boundary_arn=boundary(config, names),
    )


def dns(config: PlatformConfig, wanted: DnsConfig, names: Names) -> DnsArgs:
    """Arguments of zone and certificates."""
    return DnsArgs(
        domain=wanted.domain,
        zone=wanted.zone,
        create_zone=wanted.create_zone,
        account_id=names.account_id,
        region=config.aws.region,
        log_retention_days=config.observability.log_retention_days,
        protect=config.environment.protect,
    )


def server(
    config: PlatformConfig,
    names: Names,
    *,
    network: Network,
    identity: Identity,
    database: Database,
    dns: Dns | None,
    logs_bucket: pulumi.Input[str],
    origin_secret: pulumi.Input[str],
    tags: Mapping[str, str],
) -> ServerArgs:
    """Arguments of the machines that run Django."""
    wanted = config.server
    inside = network.private_subnet_ids if config.network.egress == "nat" else network.public_subnet_ids
    return ServerArgs(
        mode=wanted.mode,
        origin=wanted.origin,
        names=names,
        vpc_id=network.vpc_id,
        zones=config.network.zones,
        subnet_ids=inside,
        load_balancer_subnet_ids=inside if wanted.origin == "vpc" else network.public_subnet_ids,
        os=wanted.image.os,
        ami=wanted.image.ami,
        instance_type=wanted.instance_type,
        root_volume_gb=wanted.root_volume_gb,
        user_data=rendering.user_data(config, names.environment),
        release_document=rendering.release_document(config, names.environment),
        instance_profile_name=identity.instance_profile_name,
        fleet=FleetArgs(
            min=wanted.fleet.min,
            max=wanted.fleet.max,
            instance_types=wanted.fleet.instance_types,
            target_cpu_percent=wanted.fleet.target_cpu_percent,
        ),
        certificate_arn=None if dns is None else dns.regional_certificate_arn,
        origin_secret=origin_secret,
        database_security_group_id=database.security_group_id,
        database_port=config.database.port,
        logs_bucket=logs_bucket,
        tags=tags,
        protect=config.environment.protect,
        ready=identity.ready,
    )


def website(
    config: PlatformConfig,
    names: Names,
    *,
    media: Media,
    server: Server,
    dns: Dns | None,
    logs: LogsBucket,
    gate_password: pulumi.Input[str] | None,
) -> WebsiteArgs:
    """Arguments of the website's bucket and distribution."""
    wanted = config.website
    gate = wanted.gate
    return WebsiteArgs(
        name_prefix=names.prefix,
        bucket=names.bucket("website", wanted.bucket),
        replica=_replica(config, names),
        price_class=wanted.price_class,
        backend_paths=wanted.backend_paths,
        media_domain_name=media.regional_domain_name,
        origin=server.origin,
        content_security_policy=wanted.content_security_policy,
        keep=config.environment.keep_data,
        logs_bucket=logs.bucket,
        logs_bucket_arn=logs.arn,
        access_logs=wanted.access_logs,
        waf=wanted.waf,
        waf_rate_limit=wanted.waf_rate_limit,
        gate=None if gate is None or gate_password is None else Gate(username=gate.username, password=gate_password),
        certificate_arn=None if dns is None else dns.certificate_arn,
        domain=None if config.dns is None else config.dns.domain,
    )


def _replica(config: PlatformConfig, names: Names) -> ReplicaArgs | None:
    region = config.website.failover_region
    if region is None:
        return None
    bucket, logs = names.replica_buckets
    return ReplicaArgs(
        region=region,
        account_id=names.account_id,
        bucket=bucket,
        logs_bucket=logs,
        logs_days=config.logs.keep_days,
        noncurrent_days=OLD_VERSION_DAYS,
        keep=config.environment.keep_data,
        role_name=names.replication_role,
        permissions_boundary_arn=boundary(config, names),
    )


def alarms(
    config: PlatformConfig, names: Names, *, topics: Topics, server: Server, database: Database, website: Website
) -> AlarmsArgs:
    """Arguments of the alarms."""
    wanted = config.observability
    return AlarmsArgs(
        name_prefix=names.prefix,
        metric_namespace=names.prefix,
        topic_arn=topics.topic_arn,
        us_east_1_topic_arn=topics.us_east_1_topic_arn,
        distribution_id=website.distribution_id,
        database_identifier=database.instance_identifier,
        thresholds=Thresholds(
            errors=wanted.error_alarm_threshold,
            cpu_percent=wanted.cpu_alarm_percent,
            free_storage_gb=wanted.free_storage_alarm_gb,
            connections=wanted.connections_alarm,
            disk_percent=wanted.disk_alarm_percent,
        ),
        instance_id=server.instance_id,
        autoscaling_group_name=server.autoscaling_group_name,
        load_balancer_arn_suffix=server.load_balancer_arn_suffix,
        target_group_arn_suffix=server.target_group_arn_suffix,
    )


def dashboard(
    config: PlatformConfig, names: Names, *, server: Server, database: Database, website: Website
) -> DashboardArgs:
    """Arguments of the dashboard."""
    return DashboardArgs(
        name=names.prefix,
        shown=Shown(
            region=config.aws.region,
            metric_namespace=names.prefix,
            distribution_id=website.distribution_id,
            database_identifier=database.instance_identifier,
            backend_log_group=log_groups(config, names).backend,
            instance_id=server.instance_id,
            autoscaling_group_name=server.autoscaling_group_name,
            load_balancer_arn_suffix=server.load_balancer_arn_suffix,
            target_group_arn_suffix=server.target_group_arn_suffix,
        ),
    )


def boundary(config: PlatformConfig, names: Names) -> str | None:
    """ARN of the account project's boundary, where this environment's roles carry it."""
    return names.boundary_arn if config.identity.permissions_boundary else None
