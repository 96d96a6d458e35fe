"""Telling what a command has done, where it cannot be done again for the telling's sake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def telling(done: str) -> Iterator[None]:
    """Around the writing to standard output: where it is full or closed, the error says what is done all the same."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{error.strerror or error}; all the same: {done}") from None
