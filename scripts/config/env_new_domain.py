"""The domain of a new environment, and which Route 53 zone holds it."""

from __future__ import annotations

from collections.abc import Mapping

from infra.config import PlatformConfig
from infra.config_checks import Problem
from infra.config_source import ConfigError
from scripts.config.env_new_values import Values

NONE = "none"
ACCEPTED = {"id": "no-domain", "reason": "made by `diceytech env new --domain none`: CloudFront's own name will do"}


def choose(
    values: Values,
    template: PlatformConfig,
    others: Mapping[str, PlatformConfig],
    *,
    wanted: str | None,
    zone: str | None,
    account_id: str,
) -> None:
    """Sets the domain and its zone: one that exists is used, one that no environment has is made for the domain alone.

    Raises ConfigError for a domain that another environment has, and where the source has one and none is given.
    """
    if wanted is None and template.dns is not None:
        _refuse(f"would be {template.dns.domain} again")
    if wanted in (None, NONE):
        if zone is not None:
            _refuse(f"is needed for --zone {zone}")
        values.remove("dns")
        _accept(values, missing=wanted == NONE and template.environment.tier == "production")
        return
    domain = str(wanted)
    for name, other in others.items():
        if other.dns is not None and other.dns.domain == domain:
            _refuse(f"{domain} is that of {name}")
    zone = zone or _known_zone(domain, others, account_id)
    _set(values, {"domain": domain, "zone": zone or domain, "create_zone": zone is None})
    _accept(values, missing=False)


def _known_zone(domain: str, others: Mapping[str, PlatformConfig], account_id: str) -> str | None:
    """The closest zone of the same account that holds the domain, if an environment has one."""
    zones = [other.dns.zone for other in others.values() if other.dns and other.aws.account_id == account_id]
    return max((zone for zone in zones if domain == zone or domain.endswith(f".{zone}")), key=len, default=None)


def _set(values: Values, dns: Mapping[str, str | bool]) -> None:
    """In place where the source has a domain, without its remarks on its own one."""
    if not values.has("dns"):
        values["dns"] = {}
    section = values["dns"]
    for key, value in dns.items():
        if section.get(key) != value:
            section[key] = value
            if hasattr(section, "ca"):
                section.ca.items.pop(key, None)


def _accept(values: Values, *, missing: bool) -> None:
    """The lint rule on a missing domain is accepted when it was asked for, and only then."""
    lines = values["accepted"] if values.has("accepted") else []
    there = [line for line in lines if line["id"] == ACCEPTED["id"]]
    if missing and not there:
        lines.append(dict(ACCEPTED))
        values["accepted"] = lines
    elif there and not missing:
        for line in there:
            lines.remove(line)


def _refuse(message: str) -> None:
    remedy = "pass --domain DOMAIN, or --domain none for CloudFront's own name"
    raise ConfigError("a new environment", [Problem(path="dns.domain", message=message, remedy=remedy)])
