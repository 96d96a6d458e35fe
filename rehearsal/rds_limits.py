"""What RDS refuses: names, sizes, ranges and combinations, each check as the stand-in's `limits` take it.

RDS's own models say little, so that most of it stands here. Names and ranges: RDS API Reference, CreateDBInstance and
CreateEventSubscription; RDS User Guide, "Quotas and constraints" and "Working with storage".
"""

from __future__ import annotations

import re

from rehearsal.resource import Inputs

ENGINE_MAJORS = frozenset(("13", "14", "15", "16", "17", "18"))
FAMILIES = frozenset(f"postgres{major}" for major in ENGINE_MAJORS)
# RDS User Guide, "DB instance class types": the families that PostgreSQL runs on, newer generations included.
_CLASS = re.compile(
    r"db\.((t3|t4g)\.(micro|small|medium|large|2?xlarge)|"
    r"([mr][5-9](g|gd|i|id|idn|in|d|b)?|x2(g|idn|iedn)|c6gd)\.(large|(2|4|8|12|16|24|32|48)?xlarge))"
)
RESERVED_USERS = frozenset(
    ("admin", "rdsadmin", "rds_superuser", "rds_replication", "rds_password", "rds_iam", "postgres", "public", "user")
)
RESERVED_DATABASES = frozenset(("postgres", "rdsadmin", "template0", "template1"))
EVENT_CATEGORIES = {
    "db-instance": frozenset(
        (
            "availability",
            "backup",
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "low storage",
            "maintenance",
            "notification",
            "read replica",
            "recovery",
            "restoration",
            "security",
            "security patching",
        )
    ),
    "db-parameter-group": frozenset(("configuration change",)),
    "db-security-group": frozenset(("configuration change", "failure")),
    "db-snapshot": frozenset(("creation", "deletion", "notification", "restoration")),
}
_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)
_GROUP_NAME = re.compile(r"[a-z0-9]([a-z0-9 ._-]{0,253}[a-z0-9])?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def identifiers(inputs: Inputs) -> str | None:
    """Letters, digits and single hyphens; 63 characters for an instance, 255 for a snapshot."""
    for key, limit in (("identifier", 63), ("finalSnapshotIdentifier", 255)):
        name = inputs.get(key)
        if name is not None and (not _IDENTIFIER.fullmatch(name) or len(name) > limit):
            return f"RDS refuses the {key} {name}: use up to {limit} letters, digits and single hyphens, a letter first"
    return None


def words(inputs: Inputs) -> str | None:
    """Names of the database and of its master user."""
    rules = (("dbName", 63, RESERVED_DATABASES), ("username", 16, RESERVED_USERS))
    for key, limit, reserved in rules:
        word = inputs.get(key)
        if word is None:
            continue
        if not _WORD.fullmatch(word) or len(word) > limit:
            return f"RDS refuses the {key} {word}: use up to {limit} letters, digits and underscores, a letter first"
        if word.lower() in reserved or word.lower().startswith("pg_"):
            return f"RDS reserves the {key} {word}: choose another"
    return None


def engine(inputs: Inputs) -> str | None:
    """A major version and an instance class that RDS for PostgreSQL has."""
    if inputs.get("engine", "postgres") != "postgres":
        return f"the stand-in knows no engine {inputs['engine']}: use postgres"
    version = str(inputs.get("engineVersion", "17"))
    if version.partition(".")[0] not in ENGINE_MAJORS:
        return f"RDS has no PostgreSQL {version}: use one of {', '.join(sorted(ENGINE_MAJORS))}"
    if "instanceClass" in inputs and not _CLASS.fullmatch(inputs["instanceClass"]):
        return f"RDS for PostgreSQL has no instance class {inputs['instanceClass']}: use one such as db.t4g.micro"
    return None


def storage(inputs: Inputs) -> str | None:
    """Sizes in GiB (RDS User Guide, "Managing capacity automatically with Amazon RDS storage autoscaling")."""
    size, most = inputs.get("allocatedStorage", 20), inputs.get("maxAllocatedStorage")
    if not 20 <= size <= 65_536:
        return f"gp3 storage has 20 to 65,536 GiB, not {size}: change allocated_storage"
    if most and most * 10 < size * 11:
        return (
            f"max_allocated_storage {most} is under 110 % of {size}: raise it to {-(-size * 11 // 10)}, or leave it out"
        )
    if ("iops" in inputs or "storageThroughput" in inputs) and size < 400:
        return "IOPS and throughput of gp3 cannot be set below 400 GiB: leave them out"
    if inputs.get("storageType", "gp3") == "gp3" and most and most > 65_536:
        return "gp3 storage grows to 65,536 GiB at most: lower max_allocated_storage"
    return None


def ranges(inputs: Inputs) -> str | None:
    """Port, days of backups, seconds of monitoring, days of Performance Insights."""
    if not 1150 <= inputs.get("port", 5432) <= 65_535:
        return f"PostgreSQL's port in RDS is 1150 to 65535, not {inputs['port']}: change it"
    if not 0 <= inputs.get("backupRetentionPeriod", 0) <= 35:
        return f"backups are kept 0 to 35 days, not {inputs['backupRetentionPeriod']}: change it"
    interval = inputs.get("monitoringInterval", 0)
    if interval not in (0, 1, 5, 10, 15, 30, 60):
        return f"enhanced monitoring has no interval of {interval} seconds: use 0, 1, 5, 10, 15, 30 or 60"
    days = inputs.get("performanceInsightsRetentionPeriod", 7)
    if days not in (7, 731) and (days % 31 or not 31 <= days <= 713):
        return f"Performance Insights keeps 7 or 731 days or months of 31, not {days}: change it"
    return None


def password(inputs: Inputs) -> str | None:
    """Either RDS's own password or one that is given."""
    if inputs.get("manageMasterUserPassword"):
        given = [key for key in ("password", "passwordWo") if key in inputs]
        return f"RDS makes the password itself: leave out {given[0]}" if given else None
    return None if "password" in inputs else "nobody sets the master password: set manage_master_user_password"


def final_snapshot(inputs: Inputs) -> str | None:
    """The provider asks for its name unless it is skipped."""
    if inputs.get("skipFinalSnapshot") or "finalSnapshotIdentifier" in inputs:
        return None
    return "final_snapshot_identifier is required when skip_final_snapshot is false: set one of them"


def group_name(inputs: Inputs) -> str | None:
    """Lower case, 255 characters, not the word default."""
    name = str(inputs.get("name", "x"))
    if name == "default" or not _GROUP_NAME.fullmatch(name):
        return f"RDS refuses the group name {name}: use lower-case letters, digits and hyphens"
    return None


def parameters(inputs: Inputs) -> str | None:
    """A known family, and how each parameter is applied."""
    family = inputs.get("family", "postgres17")
    if family not in FAMILIES:
        return f"RDS has no parameter group family {family}: use one of {', '.join(sorted(FAMILIES))}"
    for parameter in inputs.get("parameters", []):
        if parameter.get("applyMethod", "immediate") not in ("immediate", "pending-reboot"):
            return f"{parameter['name']} is applied neither immediate nor pending-reboot: use one of them"
    names = [parameter["name"] for parameter in inputs.get("parameters", [])]
    twice = sorted({name for name in names if names.count(name) > 1})
    return f"the parameter {twice[0]} is set twice: remove one" if twice else None


def events(inputs: Inputs) -> str | None:
    """Source types and their categories (RDS User Guide, "Amazon RDS event categories and event messages")."""
    source = inputs.get("sourceType")
    if source is None:
        return None
    if source not in EVENT_CATEGORIES:
        return f"RDS has no events of {source}: use {', '.join(sorted(EVENT_CATEGORIES))}"
    unknown = sorted(set(inputs.get("eventCategories", [])) - EVENT_CATEGORIES[source])
    return f"{source} has no event category {unknown[0]}: remove it" if unknown else None
