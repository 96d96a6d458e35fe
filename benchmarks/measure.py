"""Whole processes, measured from outside: wall and CPU seconds, and the memory of the process that used most."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1  # ru_maxrss is in bytes on macOS, KiB on Linux


# A child begins as a copy of its parent, and Linux counts that copy's memory too: so a small process starts it.
START = """
import json, os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
found = [time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status)]
open(sys.argv[1], "w").write(json.dumps(found))
"""


class BenchmarkError(Exception):
    """A measured command failed or gave a wrong result: its time means nothing."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run of one command: seconds, seconds of CPU, and MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """Several runs of one command."""

    name: str
    samples: tuple[Sample, ...]

    def median(self, what: str) -> float:
        """Median of `wall`, `cpu` or `memory`."""
        return statistics.median(getattr(sample, what) for sample in self.samples)


def run_once(
    command: Sequence[str],
    *,
    check: Callable[[str], object],
    variables: Mapping[str, str] | None = None,
    directory: Path = ROOT,
) -> Sample:
    """Runs the command as a process of its own; `check` gets its standard output and raises where it is wrong."""
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        tempfile.NamedTemporaryFile("r") as used,
    ):
        subprocess.run(  # noqa: S603 - the benchmark's own commands
            [sys.executable, "-I", "-S", "-c", START, used.name, *command],
            stdout=out,
            stderr=err,
            cwd=directory,
            env={**os.environ, **(variables or {})},
            check=True,
        )
        wall, cpu, memory, code = json.loads(used.read())
        out.seek(0), err.seek(0)
        if code:
            text = err.read().strip()[-2000:]
            raise BenchmarkError(f"{' '.join(command)} exited {code}: {text}")
        check(out.read())
    return Sample(wall=wall, cpu=cpu, memory=memory * KIB_PER_UNIT / 1024)


def alternating(commands: Mapping[str, Callable[[], Sample]], *, runs: int) -> list[Row]:
    """Runs the commands in turn, `runs` times each after one run that is not counted."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            sample = command()
            if turn:
                samples[name].append(sample)
    return [Row(name=name, samples=tuple(found)) for name, found in samples.items()]
