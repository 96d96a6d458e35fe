"""`diceytech controls`: AWS's controls and the platform's own, held against an environment, a plan or a preview."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from changes.change import Change
from controls.control import Finding, Scope
from controls.evaluate import Acceptance, Report, evaluate
from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from rehearsal.platform import planned_config, rehearsed_config


def held(root: Path, environment: str, *, plan: bool = False) -> Report:
    """The environment against the controls; raises ConfigError or ProviderError.

    It is brought up in an emulated AWS, so that every control has an answer. With `plan` the program alone runs,
    which is quicker; what only the apply tells is then reported as unknown, and fails nothing.
    """
    config = read_environment(root, environment)
    if plan:
        return evaluate(planned_config(config, environment), config.accepted, scope=_scope(config), planned=True)
    with rehearsed_config(config, environment) as found:
        return evaluate(found.run.graph, config.accepted, scope=_scope(config))


def held_preview(root: Path, environment: str, file: Path) -> Report:
    """What a preview of the real engine leads to, against the controls; raises PlatformError."""
    from changes.preview_file import read

    return held_change(root, environment, read(file, environment))


def held_change(root: Path, environment: str, change: Change) -> Report:
    """What a change leads to, as a preview or a comparison tells it, against the controls; raises ConfigError.

    A third of the controls look at how resources belong together, so that a change which tells of its own steps alone
    would be judged wrong: raises PlatformError where it is not whole.
    """
    if not change.whole:
        raise PlatformError(
            f"{change.origin} tells only of what changes, and the controls need all resources: make it by"
            f" `pulumi preview --json --show-sames --stack {environment}`"
        )
    config = read_environment(root, environment)
    return evaluate(change.after, config.accepted, scope=_scope(config), planned=True)


def _scope(config: PlatformConfig) -> Scope:
    return "production" if config.environment.tier == "production" else "environment"


def as_json(report: Report) -> dict[str, Any]:
    """The report for machines."""
    return {
        "ok": report.ok,
        "planned": report.planned,
        "passed": list(report.passed),
        "absent": list(report.absent),
        "failed": [vars(finding) for finding in report.failed],
        "unknown": [vars(finding) for finding in report.unknown],
        "accepted": [{**vars(one.finding), "reason": one.reason} for one in report.accepted],
        "unused": [_acceptance(one) for one in report.unused],
        "expired": [_acceptance(one) for one in report.expired],
    }


def _acceptance(one: Acceptance) -> dict[str, Any]:
    until = one.until.isoformat() if one.until else None
    return {"id": one.id, "reason": one.reason, "resource": one.resource, "until": until}


def show(report: Report, environment: str) -> None:
    """Prints the report for people."""
    from scripts.terminal import out

    for finding in report.failed:
        _show_finding(finding)
    for finding in report.unknown if not report.planned else ():
        out.print(f"[yellow]unknown[/] [bold]{finding.control}[/] {finding.resource}: ", end="")
        out.print(finding.problem, markup=False)
    for one in report.accepted:
        out.print(f"[yellow]accepted[/] [bold]{one.finding.control}[/] {one.finding.resource}: ", end="")
        out.print(one.reason, markup=False)
    for acceptance in report.unused:
        out.print(f"[red]unused[/] {acceptance.id}: nothing is wrong there any more; remove the line", style=None)
    for acceptance in report.expired:
        text = f"[red]expired[/] {acceptance.id}: it was accepted until {acceptance.until}; mend it, or decide anew"
        out.print(text, style=None)
    counts = f"{len(report.passed)} controls met, {len(report.failed)} findings, {len(report.accepted)} accepted"
    out.print(f"{environment}: {counts}, {len(report.absent)} speak of nothing that is here")
    if report.planned and report.unknown:
        waiting = len({finding.control for finding in report.unknown})
        out.print(f"{waiting} controls have parts that only the apply tells; a rehearsal, without --plan, settles them")


def _show_finding(finding: Finding) -> None:
    from scripts.terminal import out

    out.print(f"[red]failed[/] [bold]{finding.control}[/] ({finding.severity}) {finding.resource}: ", end="")
    out.print(finding.problem, markup=False)
    out.print(f"  why: {finding.why}\n  fix: {finding.remedy}", markup=False)
    out.print(f"  AWS: {finding.reference}, {finding.url}", markup=False, soft_wrap=True)
