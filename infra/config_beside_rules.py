"""Which differences between a production environment and another one are as they should be, and which look like slips.

A rule holds for one key. What is weaker in production than in the other environment looks like a slip, whatever else
may be the reason; the other way round it is what production is for. Keys of infra/config_own.py always differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

SIZES: Final = ("nano", "micro", "small", "medium", "large", "xlarge")
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, kw_only=True)
class BesideRule:
    """One key: whether production's value is weaker than the other's, why that is wrong, and why the reverse is right.

    `weaker` gets the values as the schema has them, production's first.
    """

    path: str
    weaker: Callable[[Any, Any], bool]
    wrong: str
    right: str


def _fewer(production: Any, other: Any) -> bool:
    return (production or 0) < (other or 0)


def _off(production: Any, other: Any) -> bool:
    return bool(other) and not production


def _is(weak: str) -> Callable[[Any, Any], bool]:
    return lambda production, other: production == weak != other


def _smaller(production: Any, other: Any) -> bool:
    ranks = [_rank(str(value)) for value in (production, other)]
    return ranks[0] < ranks[1]


def _rank(instance: str) -> float:
    """Place of an instance type's size among all; a multiple of xlarge is beyond them."""
    size = instance.rpartition(".")[2]
    if many := re.fullmatch(r"(\d+)xlarge", size):
        return len(SIZES) + int(many[1])
    return SIZES.index(size) if size in SIZES else len(SIZES)


def _anything(_production: Any, _other: Any) -> bool:
    return True


def _missing(production: Any, other: Any) -> bool:
    return bool(set(other or ()) - set(production or ()))


_KEPT: Final = "production keeps what happened longer"
_LARGER: Final = "production is larger"
_SAFER: Final = "production is the safer one"
_TRIED: Final = "what is tried in {other} is not what production runs"


def _keeps(path: str, what: str) -> BesideRule:
    return BesideRule(
        path=path, weaker=_fewer, wrong=f"production keeps {what} for a shorter time than {{other}}", right=_KEPT
    )


def _holds(path: str, what: str) -> BesideRule:
    return BesideRule(path=path, weaker=_fewer, wrong=f"production has {what} than {{other}}", right=_LARGER)


def _guards(path: str, what: str) -> BesideRule:
    return BesideRule(path=path, weaker=_off, wrong=f"{what} in {{other}} and not in production", right=_SAFER)


def _chooses(path: str, weak: str, wrong: str) -> BesideRule:
    return BesideRule(path=path, weaker=_is(weak), wrong=wrong, right=_SAFER)


def _agrees(path: str) -> BesideRule:
    return BesideRule(path=path, weaker=_anything, wrong=_TRIED, right="")


def _lacks(path: str, what: str) -> BesideRule:
    return BesideRule(path=path, weaker=_missing, wrong=f"{{other}} has {what} that production lacks", right=_SAFER)


RULES: Final[tuple[BesideRule, ...]] = (
    _keeps("database.backup_retention_days", "backups"),
    _keeps("database.log_retention_days", "the database's log"),
    _keeps("observability.log_retention_days", "logs"),
    _keeps("network.flow_log_retention_days", "the network's log"),
    _keeps("media.noncurrent_days", "deleted uploads"),
    _keeps("artifacts.keep_days", "releases"),
    _keeps("logs.keep_days", "access logs"),
    _keeps("website.keep_releases", "releases of the website"),
    _holds("database.storage_gb", "a smaller disk for the database"),
    _holds("database.max_storage_gb", "less room for the database to grow"),
    _holds("server.root_volume_gb", "a smaller disk on its servers"),
    _holds("server.gunicorn_workers", "fewer workers"),
    _holds("server.fleet.min", "fewer servers"),
    _holds("server.fleet.max", "fewer servers at most"),
    _holds("database.monitoring_interval", "less monitoring of the database"),
    _guards("environment.protect", "data is protected from deletion"),
    _guards("environment.keep_data", "files outlive the environment"),
    _guards("database.deletion_protection", "the database is protected from deletion"),
    _guards("database.multi_az", "the database has a standby"),
    _guards("database.final_snapshot", "a deleted database leaves a snapshot"),
    _guards("website.waf", "a web ACL filters requests"),
    _guards("website.access_logs", "requests are logged"),
    _guards("website.failover_region", "the website has a second region"),
    _guards("identity.permissions_boundary", "roles have a boundary"),
    _guards("observability.alarm_emails", "somebody hears of alarms"),
    BesideRule(path="database.instance_class", weaker=_smaller, right=_LARGER,
               wrong="production has a smaller database than {other}"),
    BesideRule(path="server.instance_type", weaker=_smaller, right=_LARGER,
               wrong="production has smaller servers than {other}"),
    BesideRule(path="database.engine_version", weaker=lambda mine, other: mine > other,
               wrong="production's version is newer than the one that is tried in {other}",
               right="a new version is tried elsewhere first"),
    BesideRule(path="django.log_level", weaker=lambda mine, other: LEVELS.index(mine) < LEVELS.index(other),
               wrong="production logs more than {other}, which may name people", right="production logs less"),
    BesideRule(path="website.gate", weaker=lambda mine, other: mine is not None and other is None,
               wrong="production is behind a password and {other} is open", right="only production is for the public"),
    BesideRule(path="media.public_prefixes", weaker=lambda mine, other: bool(set(mine) - set(other)),
               wrong="production shows files to everyone that {other} keeps private", right=_SAFER),
    _chooses("media.access", "public", "production shows every upload to everyone, and {other} does not"),
    _chooses("server.mode", "single", "production has one machine, and {other} a fleet"),
    _chooses("server.origin", "public", "production's servers have public addresses, and {other}'s do not"),
    _chooses("network.egress", "public", "production's servers are in public subnets, and {other}'s are not"),
    _chooses("network.nat_gateways", "one", "one zone's loss cuts production off, and not {other}"),
    _lacks("network.interface_endpoints", "private ways to AWS services"),
    _lacks("secrets.django", "secrets of Django"),
    _lacks("django.variables", "variables of Django"),
    _lacks("website.variables", "variables of the website"),
    _lacks("database.parameters", "parameters of PostgreSQL"),
    _agrees("server.image.os"),
    _agrees("website.content_security_policy"),
    _agrees("website.backend_paths"),
)  # fmt: skip

# What differs with no harm in either direction, by how the environments are used.
EXPECTED: Final[dict[str, str]] = {
    "website.price_class": "how far its visitors are",
    "server.image.ami": "images are tried elsewhere first, and every region has its own",
    "server.fleet.instance_types": "further types of the server's own size",
    "server.fleet.target_cpu_percent": "how it scales",
    "observability.free_storage_alarm_gb": "a limit that goes with the size of the disk",
    "observability.connections_alarm": "a limit that goes with the size of the database",
    "network.zones": "zones that it is in",
    "aws.region": "where it is",
    "identity.media_user": "whether somebody uploads from outside AWS",
    "tags": "its own tags",
    "media.cors_origins": "pages besides its own that may upload",
    "django.cors_allowed_origins": "pages besides its own that may call the API",
    "django.allowed_hosts": "its own hosts",
}
