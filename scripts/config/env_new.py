"""`diceytech env new`: a new environment's YAML, made from an existing one so that it comes up at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from infra.config import PlatformConfig
from infra.config_across import refuse_across
from infra.config_checks import Problem
from infra.config_source import (
    ENVIRONMENT_NAME,
    ConfigError,
    environments,
    load,
    own_keys,
    parse,
    project_defaults,
    stack_file,
)
from infra.templates import render_template
from scripts.config import env_new_domain, env_new_network, yaml_edit
from scripts.config.env_new_values import Values

PHYSICAL_NAMES = (
    ("media", "bucket"),
    ("website", "bucket"),
    ("artifacts", "bucket"),
    ("logs", "bucket"),
    ("observability", "backend_log_group"),
)
STATE_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")  # of the source's own Pulumi state


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the new environment shall be: `domain` None is undecided, `"none"` is CloudFront's own name."""

    name: str
    source: str
    domain: str | None = None
    zone: str | None = None
    account_id: str | None = None


def plan(root: Path, wanted: Wanted) -> str:
    """Text of the new `Pulumi.<name>.yaml`; raises ConfigError, and writes nothing."""
    file = stack_file(root, wanted.name)
    _refuse_name(wanted.name, file)
    template = load(root, wanted.source)
    others = _others(root)
    document = yaml_edit.read(stack_file(root, wanted.source))
    values = Values(document["config"])
    account = _account(values, template, wanted, others)
    env_new_network.choose(values, template, root)
    env_new_domain.choose(values, template, others, wanted=wanted.domain, zone=wanted.zone, account_id=account)
    for section, key in PHYSICAL_NAMES:
        if values.has(section):
            values[section].pop(key, None)
    for key in STATE_KEYS:
        document.pop(key, None)
    config = parse({**project_defaults(root), **own_keys(document, file)}, source=file.name)
    refuse_across(root, wanted.name, config)
    body = _body(document, wanted.source)
    return render_template("pulumi/environment.yaml.j2", name=wanted.name, source=wanted.source, body=body)


def _body(document: Any, source: str) -> str:
    """The YAML with its comments, without the lines that the template or an earlier `env new` writes."""
    made = (f"# {source}: made from ", "# yaml-language-server:")
    return "\n".join(line for line in yaml_edit.text(document).splitlines() if not line.startswith(made))


def _others(root: Path) -> dict[str, PlatformConfig]:
    """The environments that can be read: another one's mistakes are its own."""
    found: dict[str, PlatformConfig] = {}
    for name in environments(root):
        try:
            found[name] = load(root, name)
        except ConfigError:
            continue
    return found


def _refuse_name(name: str, file: Path) -> None:
    problem = None
    if not ENVIRONMENT_NAME.fullmatch(name):
        remedy = "use 2-12 lower-case letters and digits, a letter first"
        problem = Problem(path="name", message=f"{name!r} is not allowed", remedy=remedy)
    elif file.exists():
        problem = Problem(path="name", message=f"{name} exists already", remedy="choose another name, or edit its file")
    if problem:
        raise ConfigError("a new environment", [problem])


def _account(values: Values, template: PlatformConfig, wanted: Wanted, others: dict[str, PlatformConfig]) -> str:
    """Sets the account; one that is not shared already is not shared by this."""
    account = wanted.account_id or template.aws.account_id
    sharing = [name for name, other in others.items() if other.aws.account_id == account]
    closed = [name for name in sharing if not others[name].aws.shared_account]
    if closed:
        files = " and ".join(f"Pulumi.{name}.yaml" for name in closed)
        remedy = f"pass --account ID for one of its own, or set `shared_account: true` in {files}"
        problem = Problem(path="aws.account_id", message=f"{account} is that of {', '.join(closed)}", remedy=remedy)
        raise ConfigError(f"Pulumi.{wanted.name}.yaml", [problem])
    aws = values["aws"]
    if account != template.aws.account_id:
        aws["account_id"] = DoubleQuotedScalarString(account)
        aws.ca.items.pop("account_id", None)  # what was said of the other account
    if sharing:
        aws["shared_account"] = True
    else:
        aws.pop("shared_account", None)
    return account
