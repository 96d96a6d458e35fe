"""Patterns of `*` for any text and `?` for one character, as IAM and CloudFront write them, and nothing else in them.

Source: IAM User Guide, "IAM JSON policy elements: Resource"; Amazon CloudFront Developer Guide, "Path pattern".
"""

from __future__ import annotations

import re
from functools import lru_cache

_RUN = re.compile(r"[*?]{2,}")
_LITERAL = re.compile(r"[*?]")
_MOST = 16  # ways in which two patterns with many wildcards may overlap


def covers(pattern: str, other: str) -> bool:
    """Whether all that the other pattern, or plain text, stands for is what this pattern stands for too."""
    return pattern == other or _compiled(_plain(pattern)).fullmatch(_plain(other)) is not None


def meet(pattern: str, other: str) -> bool:
    """Whether one of the two covers the other."""
    return covers(pattern, other) or covers(other, pattern)


@lru_cache(maxsize=16384)
def both(pattern: str, other: str) -> tuple[str, ...]:
    """Patterns of texts that fit both, none where no text does; of very many those of the widest alone."""
    one, two = _plain(pattern), _plain(other)
    if _apart(_LITERAL.split(one)[0], _LITERAL.split(two)[0]):
        return ()
    if _apart(_LITERAL.split(one)[-1][::-1], _LITERAL.split(two)[-1][::-1]):
        return ()
    later: list[tuple[str, ...]] = []  # by the place in the other pattern: what fits both from the next place on
    for here in reversed(range(len(one) + 1)):
        row: list[tuple[str, ...]] = [()] * (len(two) + 1)
        for there in reversed(range(len(two) + 1)):
            row[there] = _from(one[here : here + 1], two[there : there + 1], later, row, there)
        later = row
    return tuple(dict.fromkeys(_plain(text) for text in later[0]))


def _apart(one: str, other: str) -> bool:
    """Whether two beginnings exclude each other."""
    return not one.startswith(other) and not other.startswith(one)


def _from(one: str, two: str, later: list[tuple[str, ...]], row: list[tuple[str, ...]], there: int) -> tuple[str, ...]:
    """What fits both from here on, by their next characters, empty at an end: a `*` takes what the other has."""
    if not one and not two:
        return ("",)
    onward = row[there + 1] if two else ()  # in the other pattern alone
    if one == "*" and two == "*":
        found = [f"*{text}" for text in (*later[there], *onward)]
    elif one == "*":
        found = [*(two + text for text in onward), *later[there]]
    elif two == "*":
        found = [*((one + text for text in later[there]) if one else ()), *onward]
    elif one and two and (one == two or "?" in (one, two)):
        found = [(two if one == "?" else one) + text for text in later[there + 1]]
    else:
        found = []
    return tuple(dict.fromkeys(found))[:_MOST]


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
