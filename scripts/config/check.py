"""`diceytech config check`: every error of every environment at once, then lint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controls.catalogue import ALL
from infra.account_config import (
    Jobs,
    account_file,
    account_stacks,
    foreign_environments,
    jobs_of_other_accounts,
    load_account,
)
from infra.config import PlatformConfig
from infra.config_across import check_across
from infra.config_checks import Problem
from infra.config_lint import lint
from infra.config_source import ConfigError, environments, load, stray_files


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found in one file: errors stop everything, findings are lint that nobody accepted.

    `environment` is None for the account project's file.
    """

    file: str
    environment: str | None
    errors: list[Problem] = field(default_factory=list)
    findings: tuple[Problem, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing to mend."""
        return not self.errors and not self.findings

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "file": self.file,
            "environment": self.environment,
            "ok": self.ok,
            "errors": [vars(problem) for problem in self.errors],
            "findings": [vars(problem) for problem in self.findings],
            "accepted": [{"id": id_, "reason": reason} for id_, reason in self.accepted],
        }


def check(root: Path, only: str | None = None) -> list[Verdict]:
    """The verdict on each environment and account, or on one environment; raises ConfigError where there is none."""
    names, strays = environments(root), stray_files(root)
    if not names and not strays and only is None:
        raise ConfigError(
            "Pulumi.<env>.yaml", [Problem(path="file", message="there is none", remedy="make one from Pulumi.dev.yaml")]
        )
    if only is not None and only not in names:
        load(root, only)
    configs: dict[str, PlatformConfig] = {}
    sections: dict[str, Mapping[str, object]] = {}
    errors: dict[str, list[Problem]] = {name: [] for name in names}
    for name in names:
        try:
            configs[name] = load(root, name)
            sections[name] = dict(configs[name])
        except ConfigError as error:
            errors[name].extend(error.problems)
            sections[name] = error.sections
    for name, problems in check_across(sections).items():
        errors[name].extend(problems)
    verdicts = [_verdict(name, configs, errors[name]) for name in names if only in (None, name)]
    if only is not None:
        return verdicts
    stray = [Verdict(file=file, environment=None, errors=[problem]) for file, problem in strays.items()]
    return [*verdicts, *stray, *_accounts(root, sections)]


def _accounts(root: Path, environments: Mapping[str, Mapping[str, object]]) -> Iterator[Verdict]:
    """Verdicts on the account project's stacks; whether what is accepted there is needed its own tests hold."""
    ids = {name: getattr(sections.get("aws"), "account_id", None) for name, sections in environments.items()}
    jobs: Jobs = {}
    for stack in account_stacks(root):
        errors: list[Problem] = []
        try:
            valid: Mapping[str, object] = dict(load_account(root, stack))
        except ConfigError as error:
            errors.extend(error.problems)
            valid = error.sections
        errors.extend(foreign_environments(valid, ids, known=environments))
        errors.extend(jobs_of_other_accounts(valid, jobs))
        errors.extend(_no_controls(valid.get("accepted")))
        yield Verdict(file=f"account/{account_file(root, stack).name}", environment=None, errors=errors)


def _no_controls(accepted: object) -> Iterator[Problem]:
    """What the account project accepts and no control looks for; lint rules are for environments only."""
    known = {control.id for control in ALL}
    for index, one in enumerate(accepted if isinstance(accepted, tuple) else ()):
        if one.id not in known:
            yield Problem(path=f"accepted[{index}].id", message=f"{one.id} is no control", remedy="correct the id")


def _verdict(name: str, configs: Mapping[str, PlatformConfig], errors: list[Problem]) -> Verdict:
    file = f"Pulumi.{name}.yaml"
    if name not in configs:
        return Verdict(file=file, environment=name, errors=errors)
    found = lint(configs[name], [config for other, config in configs.items() if other != name])
    accepted = tuple((rule.id, reason) for rule, reason in found.accepted)
    return Verdict(file=file, environment=name, errors=errors, findings=found.findings, accepted=accepted)


def show(verdicts: list[Verdict]) -> None:
    """Prints the verdicts for people."""
    from scripts.terminal import out

    for verdict in verdicts:
        out.print(f"[bold]{verdict.file}[/]{' [green]ok[/]' if verdict.ok else ''}")
        for kind, problems in (("error", verdict.errors), ("unsafe", verdict.findings)):
            for problem in problems:
                out.print(f"  [red]{kind}[/] ", end="")
                out.print(str(problem), markup=False)
        for id_, reason in verdict.accepted:
            out.print(f"  [yellow]accepted[/] {id_}: ", end="")
            out.print(reason, markup=False)
