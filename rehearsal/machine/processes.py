"""Processes that outlive the command that starts them, and how what is left of them is found and ended."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rehearsal.machine.needs import MachineError

ENDS_WITHIN: Final = 20.0  # seconds


def detach(
    words: Sequence[str],
    *,
    log: Path,
    pid_file: Path,
    variables: Mapping[str, str],
    groups: Sequence[Path] = (),
) -> None:
    """Starts a program in a session of its own, in these control groups; `pid_file` gets its process id."""
    draft = pid_file.with_suffix(".draft")
    steps = [f"echo $$ >{shlex.quote(str(group / 'cgroup.procs'))}" for group in groups]
    steps += [f"echo $$ >{shlex.quote(str(draft))}", f"mv {shlex.quote(str(draft))} {shlex.quote(str(pid_file))}"]
    script = " && ".join([*steps, f"exec {shlex.join(words)}"])
    with log.open("ab") as output:
        subprocess.run(  # noqa: S603 - fixed words
            ["setsid", "--fork", "sh", "-c", script],  # noqa: S607 - the host's own programs
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(variables),
            check=True,
        )


def words_of(pid: int) -> list[str]:
    """A process's command line; empty where there is no such process, or only its exit code is left."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def written(pid_file: Path, word: str) -> int | None:
    """The process id in a file, if that process has `word` in its command line: ids are used again."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if any(word in one for one in words_of(pid)) else None


def matching(fits: Callable[[list[str]], bool]) -> Iterator[int]:
    """Ids of the processes whose command line fits."""
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit() and fits(words_of(int(directory.name))):
            yield int(directory.name)


def in_namespace(namespace: str) -> list[int]:
    """Ids of the processes in a network namespace."""
    done = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return [int(word) for word in done.stdout.split()]


def end(pid: int, number: signal.Signals = signal.SIGTERM, seconds: float = ENDS_WITHIN) -> None:
    """Ends a process, by SIGKILL where it does not go by itself; one that is gone is no error."""
    for one, patience in ((number, seconds), (signal.SIGKILL, ENDS_WITHIN)):
        try:
            os.kill(pid, one)
        except ProcessLookupError:
            return
        if gone(pid, patience):
            return
    raise MachineError(f"process {pid} does not end")


def gone(pid: int, seconds: float) -> bool:
    """Whether the process ends in this time; a child of this process is waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not words_of(pid):
            return True
        time.sleep(0.01)
    return False
