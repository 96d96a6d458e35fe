"""`make bench`: the toolkit's own times and memory, as whole processes over several runs, each part as a table.

Set-up from nothing is measured once, into a fresh directory; everything else is one run that is not counted, then five.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import backend, backend_releases, diffs, engine, initial_load, policies
from benchmarks.document import write_part
from benchmarks.measure import ROOT, BenchmarkError, Row, Sample, alternating, run_once

RUNS = 5
COPIES = (1, 2, 4, 8, 16, 32)
DICEYTECH = str(ROOT / ".venv/bin/diceytech")


def diceytech(*arguments: str, check: Callable[[str], object]) -> Callable[[], Sample]:
    """A run of the command line."""
    return lambda: run_once([DICEYTECH, *arguments], check=check)


def up(out: str) -> None:
    """Refuses a report of a platform that did not come up whole."""
    found = json.loads(out)
    if len(found["resources"]) < 80 or not found["outputs"]["site_url"].startswith("https://"):
        raise BenchmarkError("the platform did not come up whole")


def planned(out: str) -> None:
    """Refuses a plan that lacks resources."""
    if len(json.loads(out)) < 80:
        raise BenchmarkError("the plan lacks resources")


def commands() -> dict[str, Callable[[], Sample]]:
    """What is measured over several runs."""
    found = {"diceytech --help": diceytech("--help", check=lambda _out: None)}
    for env in ("dev", "prod"):
        found[f"rehearse {env}"] = diceytech("rehearse", "--env", env, "--json", check=up)
        found[f"plan {env}"] = diceytech("graph", "--env", env, "--json", "-", check=planned)
    return found


def copies(number: int) -> Sample:
    """One program with so many copies of dev."""
    expected: list[int] = []
    sample = run_once(
        [sys.executable, "-m", "benchmarks.copies", str(number)], check=lambda out: expected.append(int(out))
    )
    if expected[0] % number:
        raise BenchmarkError(f"{expected[0]} resources are not {number} equal copies")
    return sample


def set_up(*, with_uv: bool) -> Sample | None:
    """`make setup` in a fresh clone with an empty home; None where uv is wanted and not there."""
    if with_uv and shutil.which("uv") is None:
        return None
    with tempfile.TemporaryDirectory() as room:
        clone = Path(room) / "clone"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)  # noqa: S603, S607
        path = os.environ["PATH"] if with_uv else _without_uv(os.environ["PATH"])
        variables = {"HOME": room, "PIP_NO_CACHE_DIR": "1", "UV_CACHE_DIR": f"{room}/uv", "PATH": path}
        return run_once(["make", "setup"], check=lambda _out: None, variables=variables, directory=clone)


def _without_uv(path: str) -> str:
    return os.pathsep.join(part for part in path.split(os.pathsep) if not (Path(part) / "uv").exists())


# In the order in which they need the machine to themselves.
PARTS: dict[str, Callable[[], Table]] = {
    "releases": backend_releases.table,
    "commands": lambda: medians(alternating(commands(), runs=RUNS)),
    "policies": policies.table,
    "diffs": diffs.table,
    "engine": engine.table,
    "copies": lambda: scaled([(number, copies(number)) for number in COPIES]),
    "backend": backend.table,
    "load": lambda: initial_load.table(initial_load.measured()),
    "setup": lambda: set_ups({"make setup, pip": set_up(with_uv=False), "make setup, uv": set_up(with_uv=True)}),
}


def main(arguments: Sequence[str]) -> int:
    """`[--write] [PART …]`: measures the parts named, all where none is, and prints each table as it is there.

    `--write` also keeps it in docs/performance.md at once, where the other parts stay as they were last measured.
    One that fails is said so, and ends in 1 after the others.
    """
    parser = argparse.ArgumentParser(prog="make bench", description="the toolkit's own times")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    given = parser.parse_args(arguments)
    if unknown := [one for one in given.parts if one not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; the parts are {', '.join(PARTS)}")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    console, failed = Console(), False
    console.print(machine)
    for name in given.parts or PARTS:
        try:
            with Console(stderr=True).status(f"measuring: {name}"):
                table = PARTS[name]()
        except BenchmarkError as error:
            console.print(f"{name}: {error}", markup=False)
            failed = True
            continue
        console.print(table)
        if given.write:
            write_part(table, day=f"{date.today()} ({machine})")
    return int(failed)


def medians(rows: list[Row]) -> Table:
    """Wall time, CPU and memory of the commands."""
    table = Table("command", "wall s", "lowest", "highest", "CPU s", "memory MiB", title=f"Medians of {RUNS} runs")
    for row in rows:
        walls = [sample.wall for sample in row.samples]
        figures = (row.median("wall"), min(walls), max(walls), row.median("cpu"))
        table.add_row(row.name, *(f"{figure:.2f}" for figure in figures), f"{row.median('memory'):.0f}")
    return table


def scaled(samples: list[tuple[int, Sample]]) -> Table:
    """How time and memory grow with the number of copies."""
    first = samples[0][1].wall
    table = Table(
        "copies", "wall s", "s per copy", "times one copy", "memory MiB", title="Copies of dev in one program"
    )
    for number, sample in samples:
        wall, memory = sample.wall, sample.memory
        table.add_row(str(number), f"{wall:.2f}", f"{wall / number:.2f}", f"{wall / first:.1f}", f"{memory:.0f}")
    return table


def set_ups(samples: dict[str, Sample | None]) -> Table:
    """Set-up from nothing, with no cache."""
    table = Table("command", "wall s", title="Set-up from nothing, one run, no cache")
    for name, sample in samples.items():
        table.add_row(name, "not measured: uv is not installed" if sample is None else f"{sample.wall:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
