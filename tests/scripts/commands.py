"""Running `diceytech` as whole processes, in a copy of what it reads."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DICEYTECH = Path(sys.executable).with_name("diceytech")
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


def repository(directory: Path) -> Path:
    """A copy of the YAML, enough to be taken for the repository."""
    (directory / "infra").mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "requirements.txt"):
        shutil.copy(ROOT / name, directory)
    return directory


def edit(file: Path, old: str, new: str) -> None:
    """Replaces a text that must be in the file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def variables(home: Path, **more: str) -> dict[str, str]:
    """An environment with nobody's credentials."""
    base = {"PATH": os.defpath, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    return {**base, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "LC_ALL": "C.UTF-8", **more}


def diceytech(*arguments: str, cwd: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end; `more` are variables."""
    done = subprocess.run(
        [DICEYTECH, *arguments], cwd=cwd, input=stdin, capture_output=True, env=variables(cwd, **more), timeout=60
    )
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


class Terminal:
    """The command on a pseudo terminal of its own, `columns` wide; `shown` is all that a person would see."""

    def __init__(self, *arguments: str, cwd: Path, columns: int = 80, **more: str) -> None:
        self.shown = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        command: Sequence[str] = (sys.executable, "-c", TAKE_TERMINAL, str(DICEYTECH), *arguments)
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=variables(cwd, TERM="xterm", **more),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def answer(self, prompt: str, typed: str) -> None:
        """Waits for the prompt, then types a line."""
        self.until(prompt)
        os.write(self._ours, f"{typed}\n".encode())

    def until(self, words: str) -> None:
        """Reads until it says them anew."""
        already = len(self.shown)
        while words not in self.shown[already:]:
            assert self._read(), f"ended before it said {words}: {self.shown}"

    def hang_up(self) -> int:
        """Closes the terminal; gives the exit code."""
        os.close(self._ours)
        return self._process.wait(timeout=60)

    def end(self) -> int:
        """Reads to the end; gives the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(timeout=60)

    def _read(self) -> bool:
        try:
            read = os.read(self._ours, 4096)
        except OSError:  # Linux: the other side is closed
            return False
        self.shown += read.decode()
        return bool(read)
