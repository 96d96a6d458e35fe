"""Paths of properties are read as the engine writes them."""

from __future__ import annotations

from typing import Any

import pytest

from changes.property_paths import is_within, value_at
from rehearsal.graph import SECRET
from rehearsal.property_paths import parts


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("bucket", ["bucket"]),
        ("rules[0].status", ["rules", 0, "status"]),
        ('tags["a.b"]', ["tags", "a.b"]),
        ('tags["a\\"b"].c', ["tags", 'a"b', "c"]),
        ("a[x]", ["a[x]"]),
    ],
)
def test_a_path_is_its_names_and_indexes(path: str, expected: list[Any]) -> None:
    assert list(parts(path)) == expected


def test_what_is_not_there_is_nothing_and_what_is_masked_stays_so() -> None:
    values = {"a": [{"b": 1}], "s": SECRET}
    assert [value_at(values, path) for path in ("a[0].b", "a[1].b", "a.b", "c.d", "s[0].x")] == [
        1, None, None, None, SECRET,
    ]  # fmt: skip


def test_only_what_goes_on_after_a_separator_is_within() -> None:
    assert is_within("rules[0]", "rules")
    assert is_within("tags.a", "tags")
    assert not is_within("tagsAll", "tags")
