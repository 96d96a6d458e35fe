"""Rules between environments: two of them must not be one by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from infra.config import Aws, PlatformConfig
from infra.config_checks import Problem
from infra.config_checks.website import BUCKET_SECTIONS
from infra.config_source import ConfigError, environments, load, load_sections

Sections = Mapping[str, object]


def check_across(configs: Mapping[str, PlatformConfig | Sections]) -> dict[str, list[Problem]]:
    """Problems of each environment that come from another one, by environment.

    Of a configuration that is not valid as a whole, its valid sections are enough.
    """
    known: dict[str, Sections] = {name: dict(config) for name, config in configs.items()}
    problems: dict[str, list[Problem]] = {name: [] for name in known}
    for (name, one), (other_name, other) in combinations(sorted(known.items()), 2):
        aws, other_aws = one.get("aws"), other.get("aws")
        if isinstance(aws, Aws) and isinstance(other_aws, Aws) and aws.account_id == other_aws.account_id:
            for here, there, mine in ((name, other_name, aws), (other_name, name, other_aws)):
                if not mine.shared_account:
                    problems[here].append(_one_account(mine.account_id, there))
        for path, value in _shared_names(one, other).items():
            problems[other_name].append(
                Problem(
                    path=path, message=f"{value} is also that of {name}", remedy="give each environment its own name"
                )
            )
    return problems


def environment(root: Path, name: str) -> PlatformConfig:
    """One environment's configuration, held against the others that can be read; raises ConfigError."""
    config = load(root, name)
    refuse_across(root, name, config)
    return config


def refuse_across(root: Path, name: str, config: PlatformConfig) -> None:
    """Raises ConfigError where another environment's file under `root` clashes with this configuration."""
    others = {other: load_sections(root, other) for other in environments(root) if other != name}
    if problems := check_across({**others, name: config})[name]:
        raise ConfigError(f"Pulumi.{name}.yaml", problems)


def _one_account(account_id: str, other: str) -> Problem:
    return Problem(
        path="aws.account_id",
        message=f"{account_id} is also the account of {other}",
        remedy="name this environment's own account, or set `shared_account: true` in both",
    )


def _shared_names(one: Sections, other: Sections) -> dict[str, str]:
    """Physical names set by hand that both environments claim.

    Buckets are global, a domain belongs to one CloudFront distribution, and log groups are one per account.
    """
    shared: dict[str, str] = {}
    keys = [(section, "bucket") for section in BUCKET_SECTIONS] + [("dns", "domain")]
    if _place(one) == _place(other) is not None:
        keys.append(("observability", "backend_log_group"))
    for section, key in keys:
        value = getattr(one.get(section), key, None)
        if value and value == getattr(other.get(section), key, None):
            shared[f"{section}.{key}"] = value
    return shared


def _place(sections: Sections) -> tuple[str, str] | None:
    aws = sections.get("aws")
    return (aws.account_id, aws.region) if isinstance(aws, Aws) else None
