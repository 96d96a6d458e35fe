"""The base of every error that a person can cause or mend."""

from __future__ import annotations

from typing import ClassVar


class PlatformError(Exception):
    """What was wrong, where, and what to do, as one text for a person; never holds a secret.

    `exit_code` is that of a command that ends with it.
    """

    exit_code: ClassVar[int] = 1
