"""Lint: a valid configuration that is less safe than a production environment should be.

Each rule has an id; a line under `platform:accepted` with that id and a reason says that it is right here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network

from infra.config import PlatformConfig
from infra.config_checks import Problem


@dataclass(frozen=True, kw_only=True)
class LintRule:
    """One rule: what it looks for, and why; in production environments unless `everywhere`.

    `unsafe_beside` holds an environment against another one.
    """

    id: str
    path: str
    reason: str
    remedy: str
    unsafe: Callable[[PlatformConfig], bool] = lambda _: False
    unsafe_beside: Callable[[PlatformConfig, PlatformConfig], bool] = lambda *_: False
    everywhere: bool = False


def _ranges_overlap(config: PlatformConfig, other: PlatformConfig) -> bool:
    mine, theirs = config.network, other.network
    if mine.adopt or theirs.adopt:  # the range of an adopted VPC is not `cidr`
        return False
    return ip_network(mine.cidr).overlaps(ip_network(theirs.cidr))


@dataclass(frozen=True, kw_only=True)
class Lint:
    """The verdict on one environment."""

    findings: tuple[Problem, ...]
    accepted: tuple[tuple[LintRule, str], ...]


RULES: tuple[LintRule, ...] = (
    LintRule(
        id="single-zone-database",
        path="database.multi_az",
        reason="the database is away while its one zone is",
        remedy="set it to true",
        unsafe=lambda c: not c.database.multi_az,
    ),
    LintRule(
        id="single-server",
        path="server.mode",
        reason="one machine, or its zone, takes the site down",
        remedy="set `fleet`",
        unsafe=lambda c: c.server.mode == "single" or c.server.fleet.min < 2,
    ),
    LintRule(
        id="single-nat",
        path="network.nat_gateways",
        reason="one zone's loss cuts the servers of all zones off",
        remedy="set `per_zone`",
        unsafe=lambda c: c.network.egress == "nat" and c.network.nat_gateways == "one" and c.network.adopt is None,
    ),
    LintRule(
        id="public-servers",
        path="server.origin",
        reason="servers have public addresses and are reached over the internet",
        remedy="set server.origin: vpc and network.egress: nat",
        unsafe=lambda c: c.server.origin == "public",
    ),
    LintRule(
        id="short-backups",
        path="database.backup_retention_days",
        reason="fewer than 7 days to notice that data was damaged",
        remedy="set 7 to 35",
        unsafe=lambda c: c.database.backup_retention_days < 7,
    ),
    LintRule(
        id="no-final-snapshot",
        path="database.final_snapshot",
        reason="deleting the database deletes the data",
        remedy="set it to true",
        unsafe=lambda c: not c.database.final_snapshot,
    ),
    LintRule(
        id="deletion-protection-off",
        path="database.deletion_protection",
        reason="one API call deletes the database",
        remedy="set it to true",
        unsafe=lambda c: not c.database.deletion_protection,
    ),
    LintRule(
        id="protect-off",
        path="environment.protect",
        reason="Pulumi may replace or delete what holds data",
        remedy="set it to true",
        unsafe=lambda c: not c.environment.protect,
    ),
    LintRule(
        id="data-not-kept",
        path="environment.keep_data",
        reason="destroying the environment deletes its files",
        remedy="set it to true",
        unsafe=lambda c: not c.environment.keep_data,
    ),
    LintRule(
        id="short-uploads-history",
        path="media.noncurrent_days",
        reason="fewer than 30 days to bring a deleted upload back",
        remedy="set 30 or more",
        unsafe=lambda c: c.media.noncurrent_days < 30,
    ),
    LintRule(
        id="short-logs",
        path="observability.log_retention_days",
        reason="fewer than 90 days to look into an incident",
        remedy="set 90 or more",
        unsafe=lambda c: c.observability.log_retention_days < 90,
    ),
    LintRule(
        id="no-flow-logs",
        path="network.flow_log_retention_days",
        reason="no record of who talked to whom",
        remedy="set a number of days",
        unsafe=lambda c: c.network.flow_log_retention_days is None,
    ),
    LintRule(
        id="short-flow-logs",
        path="network.flow_log_retention_days",
        reason="fewer than 90 days to see who talked to whom",
        remedy="set 90 or more",
        unsafe=lambda c: c.network.flow_log_retention_days is not None and c.network.flow_log_retention_days < 90,
    ),
    LintRule(
        id="short-database-logs",
        path="database.log_retention_days",
        reason="fewer than 90 days to see what the database did",
        remedy="set 90 or more",
        unsafe=lambda c: c.database.log_retention_days < 90,
    ),
    LintRule(
        id="short-access-logs",
        path="logs.keep_days",
        reason="fewer than 90 days to see who asked for what",
        remedy="set 90 or more",
        unsafe=lambda c: c.logs.keep_days < 90,
    ),
    LintRule(
        id="overlapping-ranges",
        path="network.cidr",
        reason="another environment's range overlaps, so the two can never be joined",
        remedy="choose a range that no other environment has",
        unsafe_beside=_ranges_overlap,
        everywhere=True,
    ),
    LintRule(
        id="no-waf",
        path="website.waf",
        reason="nothing limits or filters what reaches Django",
        remedy="set it to true",
        unsafe=lambda c: not c.website.waf,
    ),
    LintRule(
        id="nobody-hears-alarms",
        path="observability.alarm_emails",
        reason="alarms go to nobody",
        remedy="name an address",
        unsafe=lambda c: not c.observability.alarm_emails,
    ),
    LintRule(
        id="public-media",
        path="media.access",
        reason="anyone can read every upload, résumés too",
        remedy="set `private`",
        unsafe=lambda c: c.media.access == "public",
        everywhere=True,
    ),
    LintRule(
        id="no-domain",
        path="dns",
        reason="without a domain the hop from CloudFront to the server is plain HTTP",
        remedy="set platform:dns",
        unsafe=lambda c: c.dns is None,
    ),
)


def lint(config: PlatformConfig, others: Sequence[PlatformConfig] = (), *, today: date | None = None) -> Lint:
    """Findings of one environment; those that need another one are held against `others`."""
    production = config.environment.tier == "production"
    day = today or date.today()
    reasons = {one.id: one.reason for one in config.accepted if one.until is None or one.until >= day}
    unsafe = [
        rule
        for rule in RULES
        if (production or rule.everywhere)
        and (rule.unsafe(config) or any(rule.unsafe_beside(config, other) for other in others))
    ]
    return Lint(
        findings=tuple(_findings([rule for rule in unsafe if rule.id not in reasons]))
        + tuple(_unused(config, unsafe))
        + tuple(_ends(config, day)),
        accepted=tuple((rule, reasons[rule.id]) for rule in unsafe if rule.id in reasons),
    )


def _findings(rules: list[LintRule]) -> Iterator[Problem]:
    for rule in rules:
        yield Problem(
            path=rule.path,
            message=f"{rule.reason} [{rule.id}]",
            remedy=f"{rule.remedy}, or accept it: `- {{id: {rule.id}, reason: …}}` under platform:accepted",
        )


def _ends(config: PlatformConfig, today: date) -> Iterator[Problem]:
    """Acceptances that are over, and those of controls in production that never will be."""
    for index, accepted in enumerate(config.accepted):
        path = f"accepted[{index}].until"
        if accepted.until is not None and accepted.until < today:
            yield Problem(
                path=path,
                message=f"{accepted.id} was accepted until {accepted.until}",
                remedy="mend what it excuses and remove the line, or decide anew and give it a later day",
            )
        elif accepted.until is None and "." in accepted.id and config.environment.tier == "production":
            yield Problem(
                path=path,
                message=f"{accepted.id} is accepted in production without an end",
                remedy="give it a last day, so that somebody looks at it again",
            )


def _unused(config: PlatformConfig, unsafe: list[LintRule]) -> Iterator[Problem]:
    """Acceptances of lint rules that found nothing: they would hide a later slip."""
    known, found = {rule.id for rule in RULES}, {rule.id for rule in unsafe}
    for index, accepted in enumerate(config.accepted):
        if accepted.id in known - found:
            yield Problem(
                path=f"accepted[{index}]", message=f"{accepted.id} finds nothing here", remedy="remove the line"
            )
        elif accepted.id not in known and "." not in accepted.id:
            yield Problem(
                path=f"accepted[{index}]", message=f"{accepted.id} is no rule or control", remedy="correct the id"
            )
