"""`make bench-website`: our deploy of a website beside the sync tools, in turn, against one S3 server on loopback.

After every run the bucket is compared with the build, byte for byte and header for header; a run that left it wrong
has no time. `--quick` is the same with small builds and one run; `--write` keeps the tables in docs/performance.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import website_builds as builds
from benchmarks.document import markdown, write_website
from benchmarks.measure import Sample
from benchmarks.website_server import Server, delayed, raw_puts, versitygw
from benchmarks.website_tools import AWS, OURS, OURS_PROFILE, RCLONE, RCLONE_DEFAULT, S5CMD, Target, Tool

LATENCY = 0.025  # seconds
WORKLOADS = {
    "a": "{files} files of 1 to 100 KB into an empty bucket",
    "b": "nothing changed",
    "b2": "nothing changed but time stamps, as in every build of a pipeline",
    "c": "20 files changed, 20 gone",
    "c2": "c with new time stamps",
    "edit": "one page changed, with its old size and time stamp",
    "headers": "another Cache-Control, and nothing else",
    "d": "{many} files of 1 to 20 KB into an empty bucket",
    "dn": "d, nothing changed",
}


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large everything is: files of a and of d, runs of each, and the numbers of files that memory is shown for."""

    files: int = 2000
    many: int = 20_000
    runs: int = 3
    memory: tuple[int, ...] = (2000, 20_000, 100_000)


QUICK = Sizes(files=200, many=1000, runs=1, memory=(200, 1000))


@dataclass(kw_only=True)
class Results:
    """Samples by tool and workload; `stale` are runs that left the bucket wrong, and raw bounds are seconds."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    stale: set[tuple[str, str]] = field(default_factory=set)
    raw: dict[str, float] = field(default_factory=dict)

    def cell(self, tool: str, workload: str, what: str = "wall") -> str:
        """Median of `wall`, `cpu` or `memory`, or why there is none."""
        if (tool, workload) in self.stale:
            return "left stale"
        found = self.samples.get((tool, workload))
        digits = 0 if what == "memory" else 2
        return f"{statistics.median(getattr(one, what) for one in found):.{digits}f}" if found else ""


class Bench:
    """One server, one build, and what was measured."""

    def __init__(self, server: Server, room: Path, sizes: Sizes, progress: Callable[[str], None]) -> None:
        self.server, self.room, self.sizes, self.progress = server, room, sizes, progress
        self.build, self.results = room / "build", Results()
        self.files = builds.made(sizes.files, smallest=1000, largest=100_000)

    def target(self, tool: Tool, address: str | None = None) -> Target:
        """A bucket of the tool's own."""
        bucket = "".join(letter for letter in tool.name if letter.isalnum())
        if not (self.server.data / bucket).is_dir():
            self.server.make(bucket)
        return Target(build=self.build, bucket=bucket, address=address or self.server.address, room=self.room)

    def timed(self, workload: str, tool: Tool, target: Target, files: Mapping[str, bytes]) -> None:
        """One run, checked."""
        self.progress(f"{workload}: {tool.name}")
        sample = tool.run(target)
        found = builds.wrong(
            self.server.data / target.bucket, files, ours=tool.ours, cache_control=target.cache_control
        )
        if found and workload in ("edit", "headers"):
            self.results.stale.add((tool.name, workload))
            return
        builds.refuse_wrong(f"{tool.name}, {workload}", found)
        self.results.samples.setdefault((tool.name, workload), []).append(sample)

    def fresh(self, target: Target, files: Mapping[str, bytes]) -> None:
        """An empty bucket, and these files to deploy."""
        self.server.empty(target.bucket)
        builds.write(self.build, files)

    def day(self, tool: Tool, address: str | None = None, suffix: str = "") -> None:
        """a, b, b2, c, c2, the edit and the headers, one after the other, by one tool."""
        target, new = self.target(tool, address), builds.changed(self.files)
        self.fresh(target, self.files)
        self.timed(f"a{suffix}", tool, target, self.files)
        self.timed(f"b{suffix}", tool, target, self.files)
        if suffix:
            builds.write(self.build, new)
            self.timed(f"c{suffix}", tool, target, new)
            return
        builds.touch(self.build, self.files)
        self.timed("b2", tool, target, self.files)
        self.fresh(target, self.files)
        tool.run(target)
        self._change(new)
        self.timed("c", tool, target, new)
        self.fresh(target, self.files)
        tool.run(target)
        self._change(new)
        builds.touch(self.build, new)
        self.timed("c2", tool, target, new)
        edited = builds.same_size_edit(new)
        builds.write(self.build, edited)
        self.timed("edit", tool, target, edited)
        self.fresh(target, self.files)
        tool.run(replace(target, cache_control="public, max-age=1", other_rules=tool.ours))
        self.timed("headers", tool, target, self.files)

    def _change(self, new: Mapping[str, bytes]) -> None:
        """The work of a day: files that changed are new, the others keep their time stamps."""
        for key in self.files.keys() - new.keys():
            (self.build / key).unlink()
        for key, body in new.items():
            if self.files[key] != body:
                (self.build / key).write_bytes(body)

    def many(self, tool: Tool, files: Mapping[str, bytes]) -> None:
        """d and dn."""
        target = self.target(tool)
        self.fresh(target, files)
        self.timed("d", tool, target, files)
        self.timed("dn", tool, target, files)

    def raw(self, workload: str, files: Mapping[str, bytes]) -> None:
        """The bound of a or d: the best of the runs."""
        self.progress(f"{workload}: raw PUTs")
        bucket = self.target(replace(OURS, name="raw")).bucket
        self.server.empty(bucket)
        seconds = raw_puts(self.server, bucket, files)
        self.results.raw[workload] = min(seconds, self.results.raw.get(workload, seconds))


def measure(bench: Bench) -> None:
    """Everything, the tools in turn; the slowest peer once."""
    sizes = bench.sizes
    for turn in range(sizes.runs):
        bench.raw("a", bench.files)
        for tool in (OURS, RCLONE, OURS_PROFILE, RCLONE_DEFAULT, S5CMD, *((AWS,) if turn == 0 else ())):
            bench.day(tool)
    many = builds.made(sizes.many, smallest=1000, largest=20_000, seed=2)
    for turn in range(sizes.runs):
        bench.raw("d", many)
        for tool in (OURS, RCLONE, *((S5CMD, AWS) if turn == 0 else ())):
            bench.many(tool, many)
    with delayed(bench.server.address, LATENCY) as slow:
        for _ in range(sizes.runs):
            for tool in (OURS, RCLONE):
                bench.day(tool, slow, suffix=", 25 ms")


def flat(bench: Bench) -> Table:
    """Our memory and time as the number of files grows."""
    table = Table("files", "first deploy, s", "MiB", "nothing changed, s", "MiB", title="Our memory, by files")
    for number in bench.sizes.memory:
        files = builds.made(number, smallest=100, largest=1000, seed=3)
        target = bench.target(OURS)
        bench.fresh(target, files)
        first, again = OURS.run(target), OURS.run(target)
        builds.refuse_wrong(
            f"{number} files", builds.wrong(bench.server.data / target.bucket, files, ours=True, cache_control="")
        )
        cells = (first.wall, first.memory, again.wall, again.memory)
        table.add_row(str(number), *(f"{one:.{0 if place % 2 else 2}f}" for place, one in enumerate(cells)))
    return table


def tables(bench: Bench) -> list[Table]:
    """Wall seconds, CPU seconds and MiB of every tool and workload."""
    results, tools = bench.results, (OURS, OURS_PROFILE, RCLONE, RCLONE_DEFAULT, S5CMD, AWS)
    made = []
    columns = [*WORKLOADS, "a, 25 ms", "b, 25 ms", "c, 25 ms"]
    for what, title in (("wall", "Wall seconds"), ("cpu", "CPU seconds"), ("memory", "MiB")):
        table = Table("tool", *columns, title=f"Deploying a website: {title}, medians of {bench.sizes.runs} runs")
        if what == "wall":
            table.add_row(
                "raw PUTs (bound)", *(f"{results.raw[one]:.2f}" if one in results.raw else "" for one in columns)
            )
        for tool in tools:
            table.add_row(tool.name, *(results.cell(tool.name, column, what) for column in columns))
        made.append(table)
    ratios = Table("workload", "ours to the raw bound", title="Against the raw bound")
    for workload, bound in results.raw.items():
        ours = statistics.median(one.wall for one in results.samples[OURS.name, workload])
        ratios.add_row(workload, f"{ours / bound:.2f}")
    return [*made, ratios]


def introduction(sizes: Sizes, machine: str) -> str:
    """What the tables show, and how they were made."""
    lines = [f"- {name}: {text.format(files=sizes.files, many=sizes.many)}" for name, text in WORKLOADS.items()]
    return "\n".join(
        [
            f"Made on {date.today()} ({machine}), client and server on one machine: versitygw on a memory file system,",
            "whole processes, the tools in turn, the bucket compared with the build after each run. `left stale`: the",
            "tool ended with exit code 0 and did not apply the change. Ours also records the release and keeps what",
            "older ones need; peers give every file one Cache-Control. s5cmd runs once on d, aws once on all.",
            "",
            *lines,
        ]
    )


def main() -> None:
    """Measures and prints; see the module's own text for the options."""
    sizes = QUICK if "--quick" in sys.argv else Sizes()
    memory = Path("/dev/shm")  # noqa: S108 - not a temporary file's name, but the memory file system
    room = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        with versitygw(room) as server, Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("measuring", total=None)
            bench = Bench(server, room, sizes, lambda what: progress.update(task, description=what))
            measure(bench)
            found = [*tables(bench), flat(bench)]
    finally:
        shutil.rmtree(room)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    console = Console(width=None if sys.stdout.isatty() else 220)
    for table in found:
        console.print(table)
    if "--write" in sys.argv:
        write_website("\n".join([introduction(sizes, machine), *map(markdown, found)]))


if __name__ == "__main__":
    main()
