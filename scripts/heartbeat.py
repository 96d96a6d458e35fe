"""Claims that are kept in S3: written by one owner at a time, with signs of life for as long as the owner works.

A claim without one for LEASE seconds, by the server's clock, is dead. Both locks, that of the website and that of the
backend, rest on this.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from infra.errors import PlatformError

LEASE, BEAT = 90.0, 20.0  # seconds
FRESH = BEAT + 5.0  # an owner whose last sign is older than this (it slept, or was cut off) asks before it goes on
NOTICE = FRESH + 5.0  # after which an owner whose claim was taken over has noticed
SIGNS = 3  # given one after the other where the answers come too late to go on


class Found(Protocol):
    """An object as it was read."""

    @property
    def body(self) -> bytes:
        """Its content."""

    @property
    def etag(self) -> str:
        """What a write can be made conditional on."""


class ClaimObject:
    """The object that holds a claim. It is written on condition that nobody else did since, which is a sign of life.

    `put` gets the content and the ETag of what is to be there (None: nothing), and raises `conflict` where that is not
    so; then `held` is raised, with `told`. Safe to use from several threads; `writing` keeps others from writing.
    """

    def __init__(
        self,
        *,
        get: Callable[[], Found | None],
        put: Callable[[bytes, str | None], str],
        conflict: type[PlatformError],
        held: type[PlatformError],
        told: str,
    ) -> None:
        self._get, self._put, self._conflict = get, put, conflict
        self._held, self._told = held, told
        self.writing = threading.RLock()
        self._etag: str | None = None
        self._signed = 0.0  # by the wall clock, which goes on while a machine sleeps
        self._lost: PlatformError | None = None

    @property
    def lost(self) -> bool:
        """Whether a sign of life found the claim taken over."""
        return self._lost is not None

    @property
    def etag(self) -> str | None:
        """Of what is there, as it was last read or written here; None for nothing."""
        return self._etag

    def read(self, found: Found | None) -> None:
        """What is there, as it was read: the next write is on condition that it still is."""
        self._etag = found.etag if found else None

    def write(self, body: bytes) -> None:
        """Writes the object; raises `held` where somebody else did since it was read or written here."""
        with self.writing:
            # It counts from here: whoever takes the claim over can have waited NOTICE out before the answer arrives.
            asked = time.time()
            try:
                self._etag = self._put(body, self._etag)
            except self._conflict:
                self._etag = self._mine(body)
            self._signed = asked

    def refuse_lost(self, sign: Callable[[], None], *, within: float) -> None:
        """Raises `held` where the claim was taken over, as the sign of life of the last `within` seconds tells.

        Where there was none `sign` writes one, again where its answer came too late to rely on. Raises PlatformError
        where none can be given.
        """
        with self.writing:
            for _ in range(SIGNS):
                if self._lost is not None:
                    raise self._lost
                if self._fresh(within):
                    return
                try:
                    sign()
                except self._held as error:
                    self._lost = error
                    raise
                within = FRESH
            if not self._fresh(FRESH):
                raise PlatformError(
                    f"the bucket took more than {FRESH:.0f} s for each of {SIGNS} signs of life, so that another "
                    "deploy may have taken this one over; nothing more is written, run this again when it answers"
                )

    def _fresh(self, within: float) -> bool:
        return 0 <= time.time() - self._signed < within

    def _mine(self, body: bytes) -> str:
        """The ETag of what is there where it is our own: an answer got lost, and the write was repeated."""
        found = self._get()
        if found is not None and found.body == body:
            return found.etag
        raise self._held(self._told)


@contextmanager
def heartbeat(sign: Callable[[], None]) -> Iterator[None]:
    """Calls `sign` every BEAT seconds, in a thread of its own that has ended when the block has."""
    stop = threading.Event()

    def beats() -> None:
        while not stop.wait(BEAT):
            sign()

    beating = threading.Thread(target=beats, daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()
