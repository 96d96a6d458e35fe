"""Rules of the database."""

from __future__ import annotations

from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

POSTGRESQL_VERSIONS = frozenset({"13", "14", "15", "16", "17", "18"})  # Amazon RDS release notes, 2026

RESERVED_WORDS = frozenset(
    {
        "admin", "all", "default", "group", "order", "postgres", "rdsadmin", "select", "table", "template0",
        "template1", "user",
    }
)  # fmt: skip
RESERVED_ROLES = frozenset({"current_role", "current_user", "none", "public", "session_user"})
_TLS = "connections without TLS are never allowed"
_OLD_TLS = "TLS before 1.2 can be broken"
# Values that are as safe as RDS's own, and what is wrong with any other.
SAFE_PARAMETERS = {
    "rds.force_ssl": (("1",), _TLS),
    "ssl": (("1", "on"), _TLS),
    "ssl_min_protocol_version": (("TLSv1.2", "TLSv1.3"), _OLD_TLS),
    "ssl_max_protocol_version": (("", "TLSv1.2", "TLSv1.3"), _OLD_TLS),
    "password_encryption": (("scram-sha-256",), "passwords are kept as scram-sha-256 only: md5 can be broken"),
}


def storage_grows(database: config.Database) -> Iterator[Problem]:
    """Storage autoscaling has room above where storage starts: RDS refuses less than a tenth."""
    start, end = database.storage_gb, database.max_storage_gb
    if end != start and end * 10 < start * 11:
        yield Problem(
            path="database.max_storage_gb",
            message=f"{end} is less than a tenth above storage_gb {start}",
            remedy="raise it, or set both alike for no autoscaling",
        )


def database_words(database: config.Database) -> Iterator[Problem]:
    """Names that RDS or PostgreSQL reserve are refused."""
    for key, value, reserved, prefixes in (
        ("name", database.name, RESERVED_WORDS, ("pg_",)),
        ("username", database.username, RESERVED_WORDS | RESERVED_ROLES, ("pg_", "rds")),
    ):
        if value in reserved or value.startswith(prefixes):
            yield Problem(
                path=f"database.{key}",
                message=f"{value} is reserved by RDS or PostgreSQL",
                remedy="choose another, such as app",
            )


def engine_version_exists(database: config.Database) -> Iterator[Problem]:
    """The major version is one that RDS offers."""
    if database.engine_version not in POSTGRESQL_VERSIONS:
        known = ", ".join(sorted(POSTGRESQL_VERSIONS))
        message = f"RDS has no PostgreSQL {database.engine_version}"
        yield Problem(path="database.engine_version", message=message, remedy=f"use one of {known}")


def connections_stay_safe(database: config.Database) -> Iterator[Problem]:
    """Encryption on the way to the database is not a choice, and no parameter makes it weaker."""
    for name, value in database.parameters.items():
        safe, message = SAFE_PARAMETERS.get(name, ((value,), ""))
        if value not in safe:
            yield Problem(path=f"database.parameters.{name}", message=message, remedy="remove it")


CHECKS: tuple[Check, ...] = (
    storage_grows,
    database_words,
    engine_version_exists,
    connections_stay_safe,
)
