"""`diceytech diff` of both environments against another commit: `python -m benchmarks.diffs` prints this table alone.

The repository is a copy of this tree's code and YAML as one commit, prod's YAML edited after it: both sides are planned
by their own code. The floor is one process that plans both environments; the ratio is to the engine's own previews of
both with the same edit, one after the other, in the same run.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import BenchmarkError
from scripts.engine.program import find
from tests.engine.rehearsed import repository
from tests.scripts.small_git import whole

RUNS = 5
EDIT = ("instance_class: db.t4g.medium", "instance_class: db.t4g.large")
ENGINE = "pulumi preview of dev, then prod"
PLANS = """
import gc
from pathlib import Path

from rehearsal.platform import planned

gc.disable()
for environment in ("dev", "prod"):
    planned(Path(), environment)
"""


def table() -> Table:
    """Medians of wall seconds, in turn, and how many times the engine's previews that is."""
    rows = measured()
    engine = rows.get(ENGINE)
    found = Table("both environments", "s", "lowest", "highest", "of the engine's previews")
    found.title = f"A diff against another commit, medians of {RUNS} runs"
    if engine is None:
        found.title += "; the engine is not there to compare with: `make engine`"
    for name, seconds in rows.items():
        median = statistics.median(seconds)
        ratio = "" if engine is None else f"{median / statistics.median(engine):.2f}"
        found.add_row(name, *(f"{one:.2f}" for one in (median, min(seconds), max(seconds))), ratio)
    return found


def measured() -> dict[str, list[float]]:
    """Wall seconds of each command, after one run of each that is not counted."""
    with tempfile.TemporaryDirectory() as directory:
        root = whole(Path(directory) / "platform")
        _edit(root)
        commands: dict[str, Callable[[], object]] = {
            "diceytech diff --base REF": lambda: _diff(root),
            "diceytech cost --base REF": lambda: _python(root, "-m", "scripts.cli", "cost", "--base", "main", "--json"),
            "two plans in one process": lambda: _python(root, "-c", PLANS),
        }
        if find() is None:
            return _in_turn(commands)
        (engine := Path(directory) / "engine").mkdir()
        with repository(engine) as rehearsed:
            for environment in ("dev", "prod"):
                _checked(rehearsed.up(environment))
            rehearsed.edit("prod", *EDIT)
            commands[ENGINE] = lambda: [rehearsed.preview(environment) for environment in ("dev", "prod")]
            return _in_turn(commands)


def _in_turn(commands: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, command in commands.items():
            began = time.perf_counter()
            command()
            if turn:
                found[name].append(time.perf_counter() - began)
    return found


def _edit(root: Path) -> None:
    file = root / "Pulumi.prod.yaml"
    text = file.read_text(encoding="utf-8")
    if EDIT[0] not in text:
        raise BenchmarkError("there is nothing to edit in prod's YAML")
    file.write_text(text.replace(*EDIT), encoding="utf-8")


def _diff(root: Path) -> None:
    """Refuses a comparison that found another number of changes than the one that was made."""
    told = json.loads(_python(root, "-m", "scripts.cli", "diff", "--base", "main", "--json"))
    if {one["environment"]: len(one["steps"]) for one in told["environments"]} != {"dev": 0, "prod": 1, None: 0}:
        raise BenchmarkError("the diff did not find the one change")


def _python(root: Path, *words: str) -> str:
    variables = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-P", *words]
    return _checked(subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False))  # noqa: S603 - ourselves


def _checked(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode:
        raise BenchmarkError(f"{' '.join(map(str, done.args[:6]))} failed: {done.stderr[-500:]}{done.stdout[-500:]}")
    return done.stdout


if __name__ == "__main__":
    Console().print(table())
