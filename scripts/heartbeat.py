"""Signs of life of a claim that is kept in S3, for as long as its owner works.

A claim without one for LEASE seconds, by the server's clock, is dead. Both locks, that of the website and that of the
backend, rest on this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LEASE, BEAT = 90.0, 20.0  # seconds
FRESH = BEAT + 5.0  # an owner whose last sign is older than this (it slept, or was cut off) asks before it goes on
NOTICE = FRESH + 5.0  # after which an owner whose claim was taken over has noticed


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
