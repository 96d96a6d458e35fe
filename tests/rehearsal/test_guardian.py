"""What a process has started ends with it, and its rooms go, however it ends."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal.guardian import room as guarded

ROOT = Path(__file__).parent.parent.parent
# Says its room and the group; `child` is a program that says that it runs, and is waited for.
OWNER = """
import subprocess, sys
from rehearsal import guardian
with guardian.room("guarded-") as room:
    (room / "deep").mkdir()
    (room / "deep/password").write_text("word")
    if child := sys.argv[1]:
        command = [sys.executable, "-c", child]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        started = subprocess.Popen(command, **pipes, process_group=guardian.group())
        started.stdout.readline()
    print(room, guardian.group(), started.pid if child else 0, flush=True)
    sys.stdin.read()
"""
OBEYS = "import signal; print(flush=True); signal.pause()"
STUBBORN = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
while True:
    signal.pause()
"""


@contextmanager
def owner(child: str = "") -> Iterator[tuple[subprocess.Popen[str], Path, list[int]]]:
    """An owner, its room, and descriptors of the guardian and the child, which can be read once they have ended."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", OWNER, child], cwd=ROOT, text=True, **pipes) as process:
        assert process.stdout is not None
        room, *pids = process.stdout.readline().split()
        descriptors = [os.pidfd_open(int(pid)) for pid in pids if pid != "0"]
        yield process, Path(room), descriptors
        for one in descriptors:
            os.close(one)


def have_ended(descriptors: list[int]) -> bool:
    return all(select.select([one], [], [], 30)[0] for one in descriptors)


def test_the_room_of_an_owner_that_is_killed_is_removed() -> None:
    with owner() as (process, room, guardian):
        assert (room / "deep/password").read_text() == "word"
        assert room.stat().st_mode & 0o777 == 0o700
        process.kill()
        assert have_ended(guardian)
        assert not room.exists()


@pytest.mark.slow  # they are given seconds to end
@pytest.mark.parametrize("child", [OBEYS, STUBBORN], ids=["obeys", "stubborn"])
def test_what_joined_the_group_ends_with_an_owner_that_is_killed(child: str) -> None:
    with owner(child) as (process, room, descriptors):
        process.kill()
        assert len(descriptors) == 2
        assert have_ended(descriptors)
        assert not room.exists()


def test_an_owner_that_ends_by_itself_has_removed_its_room_and_ended_the_guardian() -> None:
    with owner() as (process, room, guardian):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        assert select.select(guardian, [], [], 0)[0] == guardian
        assert not room.exists()


@pytest.mark.slow
def test_what_is_left_in_the_group_at_an_orderly_end_has_ended_when_the_owner_has() -> None:
    with owner(OBEYS) as (process, _room, descriptors):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        assert sorted(select.select(descriptors, [], [], 0)[0]) == sorted(descriptors)


def test_nothing_is_started_unguarded_once_somebody_ended_the_guardian() -> None:
    code = """
import os, signal
from infra.errors import PlatformError
from rehearsal import guardian
guard = guardian.group()
os.kill(guard, signal.SIGKILL)
os.waitid(os.P_PID, guard, os.WEXITED | os.WNOWAIT)
for start in (guardian.group, lambda: guardian.room("guarded-").__enter__()):
    try:
        start()
    except PlatformError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout.count("was ended by somebody") == 2


def test_a_room_that_somebody_removed_hides_no_failure() -> None:
    def fails() -> None:
        with guarded("guarded-") as room:
            room.rmdir()
            raise ValueError("the real one")

    with pytest.raises(ValueError, match="the real one"):
        fails()
