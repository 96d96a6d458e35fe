"""Patterns of `*` for any text and `?` for one character, as IAM and CloudFront write them, and nothing else in them.

Source: IAM User Guide, "IAM JSON policy elements: Resource"; Amazon CloudFront Developer Guide, "Path pattern".
"""

from __future__ import annotations

import re
from functools import lru_cache

_RUN = re.compile(r"[*?]{2,}")


def covers(pattern: str, other: str) -> bool:
    """Whether all that the other pattern, or plain text, stands for is what this pattern stands for too."""
    return pattern == other or _compiled(_plain(pattern)).fullmatch(_plain(other)) is not None


def meet(pattern: str, other: str) -> bool:
    """Whether one of the two covers the other."""
    return covers(pattern, other) or covers(other, pattern)


@lru_cache(maxsize=16384)
def _plain(pattern: str) -> str:
    """The pattern with each run of wildcards in one form: `?` first, and one `*`."""
    return _RUN.sub(lambda run: "?" * run[0].count("?") + "*" * ("*" in run[0]), pattern)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """What it covers: its `*` may stand for a wildcard of the other one, its `?` for any character but a `*`."""
    first, *rest = ("".join("[^*]" if one == "?" else re.escape(one) for one in part) for part in pattern.split("*"))
    between = "".join(f"(?>.*?{part})" for part in rest[:-1])  # atomic: many wildcards take no longer
    return re.compile(f"{first}{between}.*{rest[-1]}" if rest else first, re.DOTALL)
