"""The scheduler of a fleet: one command at a time, taken over when its machine ends, killed with its lock."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

LEADING = Path(__file__).with_name("leading.py")
TICK = """
import os, sys, time
from pathlib import Path
file = Path(sys.argv[1]) / f"running-{os.getpid()}"
file.touch()
while (Path(sys.argv[1]) / "go-on").exists():
    time.sleep(0.02)
file.unlink()
sys.exit(3)
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start()` is one more machine."""
    (tmp_path / "tick.py").write_text(TICK)
    (tmp_path / "go-on").touch()
    with ExitStack() as stack:

        def begin() -> subprocess.Popen[str]:
            words = [sys.executable, str(LEADING), str(tmp_path), str(tmp_path / "tick.py"), str(tmp_path)]
            process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield begin
        (tmp_path / "go-on").unlink(missing_ok=True)  # ends a command whose machine was killed


def running(room: Path, *, but: set[int] | None = None) -> set[int]:
    """Process ids of the commands that run."""
    found = {int(path.name.partition("-")[2]) for path in room.glob("running-*")}
    return {pid for pid in found - (but or set()) if _alive(pid)}


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_command_runs_on_one_machine_and_the_next_one_takes_over(start: Start, tmp_path: Path) -> None:
    first = start()
    assert said(first) == "this machine has the scheduler"
    wait_until(lambda: running(tmp_path))
    second = start()
    assert said(second) == "another machine has the scheduler; waiting"
    [before] = running(tmp_path)
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert said(second) == "this machine has the scheduler"
    wait_until(lambda: running(tmp_path, but={before}))
    assert len(running(tmp_path)) == 1


def test_a_command_that_ends_gives_its_exit_code_and_the_lock_goes(start: Start, tmp_path: Path) -> None:
    first = start()
    wait_until(lambda: running(tmp_path))
    (tmp_path / "go-on").unlink()
    assert first.wait(20) == 3
    (tmp_path / "go-on").touch()
    assert said(start()) == "this machine has the scheduler"


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("lost", "the lock is lost"),
        ("silent", "the database was silent"),
        ("away", "the lock is lost with the database (connection refused)"),
    ],
)
def test_a_command_whose_lock_may_be_another_machines_is_killed(
    what: str, reason: str, start: Start, tmp_path: Path
) -> None:
    first = start()
    said(first)
    wait_until(lambda: running(tmp_path))
    (tmp_path / what).touch()
    assert first.wait(20) == 1
    assert reason in said(first)
    assert running(tmp_path) == set()


def test_a_machine_that_waits_stops_at_once(start: Start) -> None:
    said(start())
    second = start()
    said(second)
    second.send_signal(signal.SIGTERM)
    assert second.wait(5) == -signal.SIGTERM


def test_without_a_database_it_waits_and_says_so_once(start: Start, tmp_path: Path) -> None:
    (tmp_path / "away").touch()
    first = start()
    assert said(first) == "the database is away (connection refused); waiting"
    time.sleep(0.5)
    assert first.poll() is None
    (tmp_path / "away").unlink()
    assert said(first) == "this machine has the scheduler"
    wait_until(lambda: running(tmp_path))
