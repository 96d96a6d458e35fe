"""Processes that a command has started, and their ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from contextlib import suppress

PATIENCE = 30.0  # seconds without any end


def descendants(pid: int) -> set[int]:
    """Processes that this one started, and those that they started."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}
    found, edge = set(), {pid}
    while edge:
        edge = {child for child, parent in parents.items() if parent in edge}
        found |= edge
    return found


def killed(process: subprocess.Popen[str]) -> list[int]:
    """Kills the process as nobody can refuse; which of those that it had started still run after a while."""
    process.send_signal(signal.SIGSTOP)  # so that it starts none that is not looked at
    running: dict[int, int] = {}
    for pid in descendants(process.pid):
        with suppress(ProcessLookupError):
            running[os.pidfd_open(pid)] = pid
    process.kill()
    process.wait()
    while running and (ended := select.select(list(running), [], [], PATIENCE)[0]):
        for one in ended:
            del running[one]
            os.close(one)
    return list(running.values())
