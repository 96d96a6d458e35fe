"""`pulumi up`, an empty preview and `destroy` on the real engine, beside the in-process rehearsal: dev and prod.

Each is a whole process against a local AWS of its own; the floor rows say where the time goes that no resource costs.
`python -m benchmarks.engine` prints this table alone.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import ROOT, BenchmarkError
from scripts.engine.program import find
from tests.engine.rehearsed import Rehearsed, repository

RUNS = 3
PROD_OPEN = (
    ("    protect: true ", "    protect: false "),
    ("    deletion_protection: true", "    deletion_protection: false"),
)
PROD_KEEPS_NOTHING = (("    keep_data: true ", "    keep_data: false "),)


def table() -> Table:
    """Medians; empty but for its title where there is no engine."""
    found = Table("command", "dev s", "prod s", title=f"The real engine, medians of {RUNS} runs")
    if find() is None:
        found.title = "The real engine: not measured, there is none; `make engine` gets one"
        return found
    rows: dict[str, dict[str, list[float]]] = {}
    for environment in ("dev", "prod"):
        for _ in range(RUNS):
            for name, seconds in _once(environment).items():
                rows.setdefault(name, {}).setdefault(environment, []).append(seconds)
    for name, measured in rows.items():
        found.add_row(name, *(f"{statistics.median(measured[one]):.1f}" for one in ("dev", "prod")))
    return found


def _once(environment: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory, repository(Path(directory)) as rehearsed:
        if environment == "prod":
            for old, new in (*PROD_OPEN, *PROD_KEEPS_NOTHING):
                rehearsed.edit("prod", old, new)
        rehearsed.run("pulumi", "stack", "ls")  # the first command also makes the seeds
        words = ("--stack", environment, "--yes", "--non-interactive")
        return {
            "in-process: rehearse": _timed(lambda: _in_process(environment)),
            "engine: pulumi version": _timed(lambda: rehearsed.run("pulumi", "version")),
            "engine: pulumi up": _timed(lambda: rehearsed.run("pulumi", "up", "--skip-preview", *words)),
            "engine: preview, empty": _timed(lambda: _empty(rehearsed, environment)),
            "engine: pulumi destroy": _timed(lambda: rehearsed.run("pulumi", "destroy", "--skip-preview", *words)),
            "provider: start": _timed(_provider_start),
        }


def _timed(run: Callable[[], subprocess.CompletedProcess[str]]) -> float:
    start = time.perf_counter()
    done = run()
    if done.returncode:
        raise BenchmarkError(f"{' '.join(map(str, done.args[:3]))} failed: {done.stderr[-500:]}{done.stdout[-500:]}")
    return time.perf_counter() - start


def _empty(rehearsed: Rehearsed, environment: str) -> subprocess.CompletedProcess[str]:
    words = ("pulumi", "preview", "--stack", environment, "--expect-no-changes", "--non-interactive")
    return rehearsed.run(*words)


def _in_process(environment: str) -> subprocess.CompletedProcess[str]:
    return _python("-m", "scripts.cli", "rehearse", "--env", environment, "--json")


def _provider_start() -> subprocess.CompletedProcess[str]:
    return _python("-c", "import rehearsal.plugin, boto3")


def _python(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves


if __name__ == "__main__":
    Console().print(table())
