"""One environment of the product: the only place where its components meet."""

from __future__ import annotations

from typing import Any

import pulumi

from infra.components.alarms import Alarms
from infra.components.artifacts import Artifacts
from infra.components.dashboard import Dashboard
from infra.components.database import Database
from infra.components.dns import Dns
from infra.components.identity import Identity
from infra.components.log_groups import LogGroups
from infra.components.logs_bucket import LogsBucket
from infra.components.media import Media
from infra.components.network import Network
from infra.components.server import Server
from infra.components.site_records import SiteRecords, SiteRecordsArgs
from infra.components.topics import Topics
from infra.components.website import Website
from infra.config import PlatformConfig
from infra.names import Names
from infra.outputs import SCHEMA
from infra.provider import aws_provider, environment_tags
from infra.stacks import platform_args as args
from infra.stacks.publish import publish
from infra.stacks.secret_values import secret_value
from infra.template_check import try_templates


def platform(config: PlatformConfig, environment: str) -> None:
    """Registers every resource of the environment and exports its outputs."""
    names = Names(product=config.product.name, environment=environment, account_id=config.aws.account_id)
    try_templates(config, names)
    tags = environment_tags(product=names.product, environment=environment, extra=config.tags)
    provider = aws_provider(region=config.aws.region, account_id=config.aws.account_id, tags=tags)
    opts = pulumi.ResourceOptions(provider=provider)
    origin_secret = secret_value(config, names, config.server.origin_secret, provider)
    gate = config.website.gate
    gate_password = None if gate is None else secret_value(config, names, gate.secret, provider)

    topics = Topics("topics", args.topics(config, names), opts)
    log_groups = LogGroups("log-groups", args.log_groups(config, names), opts)
    network = Network("network", args.network(config, names), opts)
    logs = LogsBucket("logs", args.logs_bucket(config, names), opts)
    media = Media("media", args.media(config, names, logs_bucket=logs.bucket), opts)
    artifacts = Artifacts("artifacts", args.artifacts(config, names, logs_bucket=logs.bucket), opts)
    database = Database("database", args.database(config, names, network=network, topic_arn=topics.topic_arn), opts)
    identity = Identity("identity", args.identity(config, names, database=database), opts)
    dns = None if config.dns is None else Dns("dns", args.dns(config, config.dns, names), opts)
    server = Server(
        "server",
        args.server(
            config,
            names,
            network=network,
            identity=identity,
            database=database,
            dns=dns,
            logs_bucket=logs.bucket,
            origin_secret=origin_secret,
            tags=tags,
        ),
        opts,
    )
    website = Website(
        "website",
        args.website(config, names, media=media, server=server, dns=dns, logs=logs, gate_password=gate_password),
        opts,
    )
    media.allow_distribution(website.distribution_arn, site_origin=website.site_url)
    named: list[pulumi.Resource] = []
    if dns is not None and config.dns is not None:
        records = SiteRecordsArgs(
            domain=config.dns.domain,
            zone_id=dns.zone_id,
            distribution_domain=website.distribution_domain,
            distribution_zone_id=website.hosted_zone_id,
        )
        named = [dns, SiteRecords("site-records", records, opts)]
    alarms = Alarms(
        "alarms", args.alarms(config, names, topics=topics, server=server, database=database, website=website), opts
    )
    dashboard = Dashboard(
        "dashboard", args.dashboard(config, names, server=server, database=database, website=website), opts
    )
    outputs: dict[str, pulumi.Input[Any]] = {
        "schema": SCHEMA,
        "product": names.product,
        "environment": environment,
        "account_id": names.account_id,
        "region": config.aws.region,
        "site_url": website.site_url,
        "website_bucket": website.bucket,
        "distribution_id": website.distribution_id,
        "distribution_domain": website.distribution_domain,
        "media_bucket": media.bucket,
        "artifacts_bucket": artifacts.bucket,
        "logs_bucket": logs.bucket,
        "database_address": database.address,
        "database_port": database.port,
        "database_name": database.database_name,
        "database_instance": database.instance_identifier,
        "database_secret_arn": database.secret_arn,
        "server_mode": config.server.mode,
        "server_tag": server.tag,
        "release_document": server.document_name,
        "origin_domain": server.origin.domain_name,
        "backend_log_group": log_groups.backend_name,
        "worker_log_group": log_groups.worker_name,
        "nginx_log_group": log_groups.nginx_name,
        "alarm_topic_arn": topics.topic_arn,
        "dashboard_url": dashboard.url,
        "media_user": identity.media_user_name,
        "media_user_secret_arn": identity.media_user_secret_arn,
        "secrets_store": config.secrets.store,
        "name_servers": None if dns is None else dns.name_servers,
    }
    made = [topics, log_groups, network, logs, media, artifacts, database, identity, server, website, alarms, dashboard]
    publish(outputs, parameter=names.platform_parameter, after=[*made, *named], provider=provider)
