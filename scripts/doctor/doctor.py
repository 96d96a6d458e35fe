"""`diceytech doctor`: what is there, what is missing, and the line that fixes it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

from infra.account_config import account_stacks
from infra.config_source import ConfigError, environments
from infra.errors import PlatformError
from scripts.config.check import Verdict, check
from scripts.doctor.aws import credentials, own_values
from scripts.doctor.engine import engine
from scripts.doctor.finding import Finding, Status

OLDEST_PYTHON = (3, 11)
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\n]*)", re.MULTILINE)
MARKS: dict[Status, str] = {
    "ok": "[green]ok[/]      ",
    "optional": "[yellow]optional[/]",
    "missing": "[red]missing[/] ",
}


def examine(root: Path, environment: str | None, *, aws: bool) -> list[Finding]:
    """All findings; with `aws` whatever a real run needs counts as missing."""
    names = [environment] if environment else environments(root)
    return list(
        chain(
            _python(),
            _libraries(root),
            engine(needed=aws),
            _configuration(root, environment),
            own_values(root, names, [] if environment else account_stacks(root), needed=aws),
            credentials(root, names, needed=aws),
        )
    )


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= OLDEST_PYTHON
    fix = "" if good else "install Python 3.11 or later, then `make clean setup PYTHON=python3.12`"
    yield Finding(what="Python", status="ok" if good else "missing", detail=version, fix=fix)


def _libraries(root: Path) -> Iterator[Finding]:
    file = root / "requirements.txt"
    try:
        locked = LOCKED.findall(file.read_text(encoding="utf-8"))
    except OSError as error:
        detail = f"{file.name} cannot be read ({error.strerror})"
        yield Finding(what="Libraries", status="missing", detail=detail, fix=f"git checkout {file.name}")
        return
    right = {name for name, version, rest in locked if _as_locked(name, version, elsewhere=";" in rest)}
    wrong = sorted({name for name, _, _ in locked} - right)  # a name can have a version for each Python
    detail = f"not the locked versions: {', '.join(wrong)}" if wrong else f"{len(locked)} locked"
    fix = "make clean setup" if wrong else ""
    yield Finding(what="Libraries", status="missing" if wrong else "ok", detail=detail, fix=fix)


def _as_locked(name: str, version: str, *, elsewhere: bool) -> bool:
    """Whether the library has its locked version; `elsewhere`: it may be for other platforms only, and absent."""
    try:
        return metadata.version(name) == version
    except metadata.PackageNotFoundError:
        return elsewhere


def _configuration(root: Path, environment: str | None) -> Iterator[Finding]:
    try:
        verdicts = check(root, environment)
    except ConfigError as error:
        what, problem = error.source, error.problems[0]
        detail = f"{problem.path}: {problem.message}"
        yield Finding(what=what, status="missing", detail=detail, fix=problem.remedy)
        return
    except PlatformError as error:
        yield Finding(what="Configuration", status="missing", detail=str(error), fix="diceytech config check")
        return
    for verdict in verdicts:
        detail = "valid" if verdict.ok else f"{len(verdict.errors)} errors, {len(verdict.findings)} unsafe"
        fix = "" if verdict.ok else _recheck(verdict)
        status: Status = "missing" if verdict.errors else "ok"
        yield Finding(what=verdict.file, status=status, detail=detail, fix=fix)


def _recheck(verdict: Verdict) -> str:
    only = f" --env {verdict.environment}" if verdict.environment else ""
    return f"diceytech config check{only}"


def show(findings: list[Finding]) -> None:
    """Prints the findings for people."""
    from scripts.terminal import out

    for finding in findings:
        out.print(MARKS[finding.status], end=" ")
        out.print(f"{finding.what}: {finding.detail}", markup=False)
        if finding.fix:
            out.print(f"         -> {finding.fix}", markup=False)


def as_json(findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings for machines."""
    return [vars(finding) for finding in findings]
