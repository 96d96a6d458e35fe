"""This machine's own names: what is sent to them never leaves it, and no proxy is asked for them."""

from __future__ import annotations

from typing import Final

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
