"""Which pattern covers which, by patterns that look alike."""

from __future__ import annotations

import pytest

from changes.wildcards import covers, meet

ROWS = [
    ("*", "anything/at?all*", True),
    ("b/*", "b/p*", True),
    ("b/p*", "b/*", False),
    ("b/p?", "b/p1", True),
    ("b/p?", "b/p?", True),
    ("b/p?", "b/p*", False),
    ("b/p*", "b/p?", True),
    ("b/p1", "b/p?", False),
    ("b/?*", "b/*?", True),
    ("b/*?", "b/", False),
    ("b/**", "b/*", True),
    ("[ab]", "a", False),
    ("[ab]", "[ab]", True),
    ("a.c", "abc", False),
    ("*a*b*c", "xaxbxbc", True),
    ("*a*b*c", "xbxaxc", False),
    ("a*a", "a", False),
    ("line*", "line\nother", True),
]


@pytest.mark.parametrize(("pattern", "other", "expected"), ROWS)
def test_a_pattern_covers_what_all_of_is_in_it(pattern: str, other: str, expected: bool) -> None:
    assert covers(pattern, other) is expected
    assert meet(other, pattern) is (expected or covers(other, pattern))


def test_many_wildcards_take_no_longer() -> None:
    assert not covers("*a" * 200 + "b", "a" * 4000)
