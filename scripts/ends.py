"""The ways in which a person or a machine ends a command that holds something."""

from __future__ import annotations

import signal


def interrupt_at_the_end() -> None:
    """Makes TERM and the terminal's end what Ctrl-C is, so that a lock is let go of first; `nohup` stays as it is."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
