"""What a path of `ignoreChanges` keeps: the cases of Pulumi's own tests of `PropertyPath.Reset`, and of its grammar."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.property_paths import concerns, ignores, kept


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a", {"a": 1}, {"a": 2}, {"a": 1}),
        ("a", {}, {"a": 2}, {}),
        ("a", {"a": 1}, {}, {"a": 1}),
        ("a.b", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1, "c": 2}}),
        ("a.b", {"a": {}}, {"a": {"b": 2}}, {"a": {}}),
        ("a.b", {}, {"a": {"b": 2}}, {"a": {}}),
        ("a.b", {"a": {"b": 1}}, {}, {}),
        ("a.b", {"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ("a.b", {"a": 1}, {"a": {"b": 2, "c": 2}}, {"a": {"c": 2}}),
        ('a["b.c"]', {"a": {"b.c": 1}}, {"a": {"b.c": 2}}, {"a": {"b.c": 1}}),
        ("a[0]", {"a": [1, 1]}, {"a": [2, 2]}, {"a": [1, 2]}),
        ("a[1]", {"a": [1]}, {"a": [2, 2]}, {"a": [2, 2]}),
        ("a[1].b", {"a": [{"b": 1}]}, {"a": [{"b": 2}, {"b": 2}]}, {"a": [{"b": 2}, {"b": 2}]}),
        ("a[0].b", {"a": [{"b": 1}]}, {"a": [{"b": 2}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("a[*]", {"a": [1]}, {"a": [2, 2]}, {"a": [1, 2]}),
        ("a[*].b", {"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2, "c": 2}]}, {"a": [{"b": 1, "c": 2}]}),
        ("a.*", {"a": {"b": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1}}),
        ("a.*.b", {"a": {"x": {"b": 1}}}, {"a": {"x": {"b": 2}, "y": {"b": 2}}}, {"a": {"x": {"b": 1}, "y": {"b": 2}}}),
        ("*", {"a": 1, "b": 1}, {"a": 2, "c": 2}, {"a": 1, "b": 1}),
        ("*.b", {"a": {"b": 1}, "gone": {}}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ("a[x]", {"a": [1]}, {"a": [2]}, {"a": [2]}),
    ],
)
def test_the_old_value_is_put_at_the_path_and_nowhere_else(
    path: str, old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = repr((old, new))
    assert kept(old, new, [path]) == expected
    assert repr((old, new)) == before


def test_a_path_within_another_changes_nothing_of_what_that_one_kept() -> None:
    old = {"a": {"b": 1}}
    assert kept(old, {"a": {"b": 2}}, ["a", "a.*", "a.c"]) == old == {"a": {"b": 1}}


def test_a_property_is_ignored_as_a_whole_or_in_a_place() -> None:
    assert [ignores([path], "a") for path in ("a", '["a"]', "*", "a.b", "a[*]", "b")] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("wanted", "path", "found"),
    [("*", "a.b", True), ("a", "a.b", True), ("a[*].b", "a[1].b.c", True), ("a[0].b", "a", True),
     ("a[0]", "a[1]", False), ("a.b", "ab", False), ("a", "ab", False)],
)  # fmt: skip
def test_paths_with_a_place_in_common(wanted: str, path: str, found: bool) -> None:
    assert concerns(wanted, path) is found
