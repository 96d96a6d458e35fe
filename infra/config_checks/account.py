"""Rules of the account: regions, tags, access keys, retention of logs, addresses of alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra import config
from infra.config_checks.problem import Check, Problem
from infra.regions import COMMERCIAL, NOT_COMMERCIAL, REGIONS

MOST_TAGS = 45  # 50 for a resource; five are the platform's own: Product, Environment, ManagedBy, Name, Role
OWN_TAGS = frozenset(("product", "environment", "managedby", "name", "role"))
RETENTION_KEYS = (
    ("network", "flow_log_retention_days"),
    ("observability", "log_retention_days"),
    ("database", "log_retention_days"),
)


def tag_keys(tags: dict[str, str]) -> Iterator[Problem]:
    """Tags that AWS or the toolkit keeps for itself are refused, and two that IAM takes for one."""
    seen: dict[str, str] = {}
    for key in tags:
        folded = key.lower()
        if folded.startswith("aws:") or folded in OWN_TAGS:
            yield Problem(path=f"tags.{key}", message="is a reserved tag", remedy="choose another key")
        elif folded in seen:
            message = f"is {seen[folded]} but for its case, which IAM does not tell apart"
            yield Problem(path=f"tags.{key}", message=message, remedy="keep one of the two")
        seen.setdefault(folded, key)
    if len(tags) > MOST_TAGS:
        message = f"{len(tags)} tags, and AWS allows 50 with those of the platform"
        yield Problem(path="tags", message=message, remedy=f"name {MOST_TAGS} at most")


def region_exists(aws: config.Aws) -> Iterator[Problem]:
    """The region is a commercial one."""
    yield from _unknown_region("aws.region", aws.region)


def failover_region_exists(website: config.Website) -> Iterator[Problem]:
    """The failover region is a commercial one."""
    if website.failover_region is not None:
        yield from _unknown_region("website.failover_region", website.failover_region)


def _unknown_region(path: str, region: str) -> Iterator[Problem]:
    if region not in REGIONS:
        yield Problem(path=path, message=f"{region} {NOT_COMMERCIAL}", remedy=COMMERCIAL)


def retention_values(sections: Mapping[str, object]) -> Iterator[Problem]:
    """CloudWatch Logs knows certain retention periods only."""
    for section, key in RETENTION_KEYS:
        days = getattr(sections.get(section), key, None)
        if days is not None and days not in config.LOG_RETENTION_DAYS:
            allowed = ", ".join(str(value) for value in config.LOG_RETENTION_DAYS)
            yield Problem(
                path=f"{section}.{key}",
                message=f"CloudWatch Logs has no retention of {days} days",
                remedy=f"use one of {allowed}",
            )


def current_key(identity: config.Identity) -> Iterator[Problem]:
    """The access key in use is one that exists."""
    user = identity.media_user
    if user and user.current not in user.keys:
        yield Problem(
            path="identity.media_user.current",
            message=f"key {user.current} is not in keys",
            remedy="name one of `keys`",
        )
    if user and (user.current in user.off or not set(user.off) <= set(user.keys)):
        yield Problem(
            path="identity.media_user.off",
            message=f"{list(user.off)} must be some of `keys`, and not the current one",
            remedy="name the key that is being retired, or none",
        )
    if user and len(set(user.keys)) != len(user.keys):
        yield Problem(
            path="identity.media_user.keys", message="a key is named twice", remedy="give each key its own number"
        )


def log_group_is_ours(observability: config.Observability) -> Iterator[Problem]:
    """The log group's name is none that CloudWatch Logs refuses."""
    name = observability.backend_log_group
    if name is not None and name.startswith("aws/"):
        yield Problem(
            path="observability.backend_log_group",
            message=f"{name} begins with aws/, which AWS keeps for its own log groups",
            remedy="choose another name",
        )


def emails_named_once(observability: config.Observability) -> Iterator[Problem]:
    """An address subscribes once."""
    for index, address in enumerate(observability.alarm_emails):
        if address in observability.alarm_emails[:index]:
            path = f"observability.alarm_emails[{index}]"
            yield Problem(path=path, message=f"{address} is named twice", remedy="remove one")


CHECKS: tuple[Check, ...] = (
    tag_keys,
    region_exists,
    failover_region_exists,
    retention_values,
    current_key,
    log_group_is_ours,
    emails_named_once,
)
