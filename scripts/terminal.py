"""The terminal: one console for people, and what every command does the same way.

What machines read (JSON, generated files, a secret's value) is UTF-8 whatever the locale; what people read shows `?`
for letters that the locale lacks.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.errors import PlatformError
from scripts.repository import root as root  # asked for here by every command
from scripts.shown import shown

NO_TERMINAL_WIDTH = 1000  # a pipe or a file has no width: tables stay whole


class _PlainText(Console):
    """A console whose texts cannot steer the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:
        """The text as rich writes it, without what a terminal would obey."""
        return super().render_str(shown(text), **options)


class _StandardError(_PlainText):
    """Standard error, whose reader may end before the work does: what nobody reads any more is dropped."""

    def _check_buffer(self) -> None:
        try:
            super()._check_buffer()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # also for what Python flushes at its end

    def on_broken_pipe(self) -> None:
        """Called by rich, which would end the command."""
        raise BrokenPipeError


def plain(text: str) -> str:
    """The text for a table's cell: `[id].js` is a name there, and no markup."""
    from rich.markup import escape

    return escape(text)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream is not None and stream.isatty() else NO_TERMINAL_WIDTH
    kind = _StandardError if stderr else _PlainText
    return kind(stderr=stderr, emoji=False, highlight=False, soft_wrap=True, width=width)


out = _console(stderr=False)
err = _console(stderr=True)


def emit(text: str) -> None:
    """Text for machines, to standard output."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode())
    buffer.flush()


def print_json(value: Any) -> None:
    """Machine-readable output: JSON on standard output, keys in the order given."""
    emit(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write(path: Path | None, text: str, *, new: bool = False) -> None:
    """Writes `text` to the file, whole or not at all, or to standard output where there is none.

    Raises PlatformError where it cannot be written, and with `new` where the file is there already.
    """
    if path is None:
        emit(text)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(Path(os.path.realpath(path)), text, new=new)
    except OSError as error:
        raise PlatformError(f"{path}: cannot be written ({error.strerror}); choose another file") from None
    err.print(f"wrote {path}", markup=False)


def _replace(path: Path, text: str, *, new: bool) -> None:
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # a device or a pipe; a directory raises
        return
    before = path.stat().st_mode if path.exists() else None
    if before is not None and not os.access(path, os.W_OK):
        raise PermissionError(None, "it is read-only")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        if before is not None:
            draft.chmod(before)
        if new:
            path.hardlink_to(draft)  # unlike a rename, fails where the file is there already
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
