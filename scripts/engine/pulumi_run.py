"""A run of the engine whose words go to the terminal as they come, and to which Ctrl-C is handed on once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from reports.masking import masked_words
from scripts.engine.program import require
from scripts.engine.stack import Stack
from scripts.terminal import err

KEPT: Final = 400  # last lines that are kept to be looked at
_COLOUR: Final = re.compile(r"\x1b\[[\d;]*m")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How it ended: its exit code, its last lines, and whether it was told to stop."""

    code: int
    text: str
    interrupted: bool


def pass_through(stack: Stack, *words: str) -> Ended:
    """Runs a command of the engine for the stack to its end, its standard output and errors to ours, without secrets.

    The engine is in a process group of its own, so that a terminal's Ctrl-C reaches it from here alone, and once: a
    second one would end it before it has written the state. Its words are read to the end also where ours have no
    reader any more, which is raised as OSError afterwards: a closed pipe would end it in the midst of its work.
    """
    colours = "always" if sys.stdout.isatty() else "never"
    command = [str(require().path), *words, "--non-interactive", "--color", colours, "--stack", stack.name]
    process = subprocess.Popen(  # noqa: S603 - the user's own engine
        command,
        cwd=stack.directory,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    kept: deque[str] = deque(maxlen=KEPT)
    unread: OSError | None = None
    with process, _handed_on(process) as told:
        for line in process.stdout:
            text = line.decode(errors="replace")
            kept.append(text)
            if unread is None:
                unread = _shown(_masked(text))
        code = process.wait()
    if unread is not None and not told:
        _say(f"nobody reads what the engine says ({unread.strerror}); it went on to its end, with exit code {code}")
        raise unread
    return Ended(code=code, text="".join(kept), interrupted=bool(told))


def _shown(text: str) -> OSError | None:
    """Writes to standard output; the error where its reader, or the terminal, is gone."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _say(message: str) -> None:
    """To the terminal, if it is still there: rich ends the program where a pipe of it is closed."""
    with suppress(OSError, SystemExit):
        err.print(message, markup=False)


def _masked(line: str) -> str:
    """The line as it is, or without its colours where it holds a secret: they may stand within it."""
    bare = _COLOUR.sub("", line)
    found = masked_words(bare)
    return line if found == bare else found


@contextmanager
def _handed_on(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Within the block an interrupt, a terminal that goes or the end that a pipeline asks for is an interrupt of the
    process, once; which ones came. What is ignored (under nohup) stays so."""
    told: list[int] = []

    def hand_on(number: int, _frame: Any) -> None:
        told.append(number)  # before anything else: another one may come while this one is handled
        if len(told) == 1:
            process.send_signal(signal.SIGINT)
            _say("stopping: the engine ends what it has begun and writes the state; wait for it")

    heard = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, hand_on) for one in heard}
    try:
        yield told
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
