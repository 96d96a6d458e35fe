"""Which pattern covers which, by patterns that look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.wildcards import both, covers, meet

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


@pytest.mark.parametrize(
    ("pattern", "other", "expected"),
    [
        ("???/users/*", "api/*", {"api/users/*"}),
        ("*.pdf", "open/*", {"open/*.pdf"}),
        ("ab*", "*ba", {"ab*ba", "aba"}),
        ("a?c", "?b?", {"abc"}),
        ("?", "*", {"?"}),
        ("a*", "b*", set()),
        ("*a", "*b", set()),
        ("a?", "a", set()),
        ("*b*", "a*c", {"a*b*c"}),
        ("", "*", {""}),
    ],
)
def test_what_fits_both_of_two_patterns_has_a_pattern_of_its_own(pattern: str, other: str, expected: set[str]) -> None:
    assert set(both(pattern, other)) == expected
    assert set(both(other, pattern)) == expected


_PATTERNS = st.text(alphabet="ab*?", max_size=6)


@given(_PATTERNS, _PATTERNS, st.text(alphabet="ab", max_size=6))
def test_a_text_fits_both_patterns_where_it_fits_what_is_in_both(one: str, other: str, text: str) -> None:
    found = both(one, other)
    assert all(covers(one, each) and covers(other, each) for each in found)
    if len(found) < 16:
        assert (covers(one, text) and covers(other, text)) == any(covers(each, text) for each in found)


def test_very_many_ways_to_fit_both_take_no_longer() -> None:
    assert both("*a" * 60, "*b" * 60 + "*")


def test_many_wildcards_take_no_longer() -> None:
    assert not covers("*a" * 200 + "b", "a" * 4000)
