"""Ends what this process has started once this process is gone, however it went, a kill -9 too. Standard library.

    with guardian.room("demo-") as room:
        subprocess.Popen(command, process_group=guardian.group())

The guardian is a small process that reads a pipe which nobody but its owner writes to: the end of that pipe is the
owner's (a copy of the owner that runs no program of its own, by os.fork, would hold it too: there is none). It leads a
process group which all that must not outlive the owner joins before it runs its program, so that nothing is started
that it does not know of: a child holds the pipe until then. At the end it interrupts the group,
kills what is still there after PATIENCE, and removes the rooms. Processes that leave the group are their parents'
business (PostgreSQL's, which end with their postmaster). No prctl, no /proc: Linux and macOS.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

PATIENCE = 5.0  # seconds, from the interrupt to the kill
KILLED_WITHIN = 1.0  # seconds; an ended process counts as there until its parent asks about it, which may be never
POLL = 0.02  # seconds
TO_THE_OWNER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def group() -> int:
    """The process group for all that must not outlive this process: Popen's `process_group`.

    A terminal's Ctrl-C does not reach it: the owner ends its processes in order.
    """
    return _guardian().pid


@contextmanager
def room(prefix: str) -> Iterator[Path]:
    """A new directory for the owner alone, below the directory for temporary files, until the block ends."""
    path = Path(tempfile.gettempdir()).absolute() / f"{prefix}{secrets.token_hex(8)}"
    _tell(path)  # before it is there, so that none is made that the guardian does not know of
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, onerror=_unless_gone)


def _unless_gone(_function: object, _path: str, failure: tuple[type[BaseException], BaseException, object]) -> None:
    """What is gone already is no failure, which would hide the one that ended the block."""
    if not isinstance(failure[1], FileNotFoundError):
        raise failure[1]


def _tell(path: Path) -> None:
    told = _guardian().stdin
    assert told is not None  # noqa: S101 - it is a pipe
    told.write(os.fsencode(path) + b"\0")
    told.flush()


def _guardian() -> subprocess.Popen[bytes]:
    """The one guardian of this process; raises PlatformError where somebody ended it."""
    found = _started()
    if found.poll() is not None:
        from infra.errors import PlatformError  # as a program of its own this file has the standard library alone

        raise PlatformError(
            "the process that ends what this command starts was ended by somebody, so that nothing more is started; "
            "run the command again"
        )
    return found


@cache
def _started() -> subprocess.Popen[bytes]:
    started = subprocess.Popen(  # noqa: S603 - this very file
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # whoever reads the owner's output waits for the end of it
        stderr=subprocess.DEVNULL,
        cwd="/",
        process_group=0,
    )
    atexit.register(started.communicate)  # closes the pipe, and waits for what there is left to do
    return started


def guard(told: IO[bytes]) -> None:
    """The guardian's own life: until the end of `told`, which gives rooms, each with a NUL after it."""
    for number in TO_THE_OWNER:
        signal.signal(number, signal.SIG_IGN)
    rooms = [Path(os.fsdecode(name)) for name in told.read().split(b"\0")[:-1]]
    left = os.getpgrp()
    _leave_the_group()
    for number in (signal.SIGINT, signal.SIGTERM):  # PostgreSQL's fast end is the first; a shell's & ignores it
        _signal(left, number)
    if not _gone(left, PATIENCE):
        _signal(left, signal.SIGKILL)
        _gone(left, KILLED_WITHIN)
    deadline = time.monotonic() + PATIENCE
    while any(path.exists() for path in rooms) and time.monotonic() < deadline:
        for path in rooms:
            shutil.rmtree(path, ignore_errors=True)  # a process outside of the group may still write there
        time.sleep(POLL)


def _leave_the_group() -> None:
    """Joins the group of a child: the leader of a group, which this process is, can make no other."""
    child = os.fork()
    if not child:
        signal.pause()
        os._exit(0)
    os.setpgid(child, child)
    os.setpgid(0, child)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _gone(members: int, patience: float) -> bool:
    """Whether the group is empty within so many seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not _signal(members, 0):
            return True
        time.sleep(POLL)
    return False


def _signal(members: int, number: int) -> bool:
    """Whether there is somebody in the group who can be signalled."""
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only ended processes are left
        os.killpg(members, number)
        return True
    return False


if __name__ == "__main__":
    guard(sys.stdin.buffer)
