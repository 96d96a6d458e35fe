"""`diceytech controls`: AWS's Foundational Security Best Practices, held against an environment that came up here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from controls.catalogue import ALL
from controls.evaluate import Report, evaluate
from controls.not_applicable import NOT_APPLICABLE
from rehearsal.platform import rehearsed


def held(root: Path, environment: str) -> Report:
    """The environment, brought up in an emulated AWS, against the controls; raises ConfigError or ProviderError."""
    with rehearsed(root, environment) as found:
        return evaluate(found.run.graph, found.config.accepted)


def as_json(report: Report) -> dict[str, Any]:
    """The report for machines."""
    return {
        "ok": report.ok,
        "passed": list(report.passed),
        "absent": list(report.absent),
        "failed": [vars(finding) for finding in report.failed],
        "unknown": [vars(finding) for finding in report.unknown],
        "accepted": [{**vars(one.finding), "reason": one.reason} for one in report.accepted],
        "unused": [{"id": one.id, "reason": one.reason, "resource": one.resource} for one in report.unused],
    }


def show(report: Report, environment: str) -> None:
    """Prints the report for people."""
    from scripts.terminal import out

    for mark, findings in (("[red]failed[/]", report.failed), ("[yellow]unknown[/]", report.unknown)):
        for finding in findings:
            out.print(f"{mark} [bold]{finding.control}[/] {finding.resource}: ", end="")
            out.print(f"{finding.problem}; {finding.remedy}", markup=False)
    for one in report.accepted:
        out.print(f"[yellow]accepted[/] [bold]{one.finding.control}[/] {one.finding.resource}: ", end="")
        out.print(one.reason, markup=False)
    for acceptance in report.unused:
        out.print(f"[red]unused[/] {acceptance.id}: nothing is wrong there any more; remove the line", style=None)
    counts = f"{len(report.passed)} controls met, {len(report.failed)} findings, {len(report.accepted)} accepted"
    out.print(f"{environment}: {counts}, {len(report.absent)} speak of nothing that is here")


def docs() -> str:
    """docs/controls.md."""
    return "\n".join([INTRODUCTION, *_checked(), *_not_checked()]) + "\n"


INTRODUCTION = """# Security controls

Made from `controls/` by `make docs`; do not edit by hand.

`diceytech controls --env E` brings an environment up in an emulated AWS and holds every resource against the controls
of AWS's "Foundational Security Best Practices" standard that speak of the resource types used here. It exits 2 for a
finding that `platform:accepted` does not cover with a reason, and for an acceptance that covers nothing. Security Hub
on a real account was not run; where our reading differs from its own rule, the last column says so.
"""


def _checked() -> Iterator[str]:
    yield "## Checked\n\n| control | severity | what it asks | where ours differs |\n|---|---|---|---|"
    for control in ALL:
        yield f"| {control.id} | {control.severity} | {control.title} | {control.differs or ''} |"


def _not_checked() -> Iterator[str]:
    yield "\n## Not checked, and why\n\n| control | reason |\n|---|---|"
    for id_, reason in NOT_APPLICABLE.items():
        yield f"| {id_} | {reason} |"
