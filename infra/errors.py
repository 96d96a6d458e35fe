"""The base of every error that a person can cause or mend."""

from __future__ import annotations


class PlatformError(Exception):
    """What was wrong, where, and what to do, as one text for a person; never holds a secret. Exit code 1."""
