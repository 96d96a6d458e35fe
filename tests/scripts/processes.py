"""Processes that a command has started, and their ends."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterable, Sequence


def descendants(pid: int) -> set[int]:
    """Processes that this one started, and those that they started."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}
    found, edge = set(), {pid}
    while edge:
        edge = {child for child, parent in parents.items() if parent in edge}
        found |= edge
    return found


def watched(pids: Iterable[int]) -> dict[int, int]:
    """A file descriptor for each process, which can be read once the process has ended, whoever its parent is."""
    return {os.pidfd_open(pid): pid for pid in pids}


def left_after(watching: dict[int, int], seconds: float) -> list[int]:
    """Which of them still run when so much time without any end has passed; closes the descriptors."""
    running = dict(watching)
    while running and (ended := select.select(list(running), [], [], seconds)[0]):
        for one in ended:
            del running[one]
    for one in watching:
        os.close(one)
    return list(running.values())


def killed(process: subprocess.Popen[str], pids: Sequence[int] | None = None, *, seconds: float = 30) -> list[int]:
    """Kills the process as nobody can refuse; which of those that it had started still run after a while."""
    watching = watched(descendants(process.pid) if pids is None else pids)
    process.kill()
    process.wait()
    return left_after(watching, seconds)
