"""Environments to render for: dev and prod as they are committed, and the same for a product called acme."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from infra.config import PlatformConfig
from infra.config_source import parse, read_raw
from infra.outputs import SCHEMA, Outputs
from infra.rendering import Subject, rendered, subject
from infra.server_paths import ServerPaths

ROOT = Path(__file__).parent.parent
ACME = {
    "name": "acme",
    "backend": {
        "path": "backend",
        "wsgi": "acme.wsgi",
        "settings": "acme.settings",
        "worker_command": "manage.py work --queue mail",
        "scheduler_command": "manage.py tick",
    },
    "website": {"path": "website"},
}
EXAMPLE_DNS = {"domain": "www.example.com", "zone": "example.com"}


def of(environment: str, *, acme: bool = True, paths: ServerPaths | None = None, **sections: dict[str, Any]) -> Subject:
    """What to render, with further keys merged into the environment's sections."""
    config = configuration(environment, acme=acme, **sections)
    return subject(config, environment, outputs(config, environment), paths=paths)


def text(name: str, environment: str = "dev", **sections: Any) -> str:
    """A rendered file of acme."""
    return rendered(name, of(environment, **sections))


def configuration(environment: str, *, acme: bool = True, **sections: dict[str, Any]) -> PlatformConfig:
    """The committed configuration of an environment, for acme unless the committed product is asked for."""
    raw = read_raw(ROOT, environment)
    if acme:
        raw["product"] = ACME
        raw |= {"dns": EXAMPLE_DNS} if "dns" in raw else {}
    for name, values in sections.items():
        raw[name] = {**raw.get(name, {}), **values}
    return parse(raw, source="test")


def outputs(config: PlatformConfig, environment: str) -> Outputs:
    """Outputs as the platform would write them, what no template reads left out."""
    product = config.product.name
    prefix = f"{product}-{environment}"
    cdn = "d111111abcdef8.cloudfront.net"
    known: dict[str, Any] = {
        "schema": SCHEMA,
        "product": product,
        "environment": environment,
        "account_id": config.aws.account_id,
        "region": config.aws.region,
        "site_url": f"https://{config.dns.domain if config.dns else cdn}",
        "website_bucket": f"{prefix}-website",
        "distribution_id": "E1",
        "distribution_domain": cdn,
        "media_bucket": f"{prefix}-media",
        "artifacts_bucket": f"{prefix}-artifacts",
        "logs_bucket": f"{prefix}-logs",
        "database_address": "db.example.internal",
        "database_port": 5433,
        "database_name": "app",
        "database_instance": prefix,
        "database_secret_arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1",
        "server_mode": config.server.mode,
        "server_tag": f"Role={prefix}-server",
        "release_document": f"{prefix}-release",
        "origin_domain": "origin.example.internal",
        "backend_log_group": f"{prefix}-backend",
        "worker_log_group": f"{prefix}-worker",
        "nginx_log_group": f"{prefix}-nginx",
        "alarm_topic_arn": "arn:aws:sns:us-east-1:123456789012:alarms",
        "dashboard_url": "https://console.example.com",
        "secrets_store": "ssm",
    }
    every: dict[str, Any] = {field.name: known.get(field.name) for field in fields(Outputs)}
    return Outputs(**every)
