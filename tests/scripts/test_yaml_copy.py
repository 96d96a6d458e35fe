"""A value copied between two YAML texts: only its own lines change, whatever the style of either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.config_yaml import parse_yaml
from scripts.config.yaml_copy import copied
from scripts.config.yaml_nodes import Path

ORDER = ("a", "b", "c", "d")


def order(_path: Path) -> Sequence[str]:
    return ORDER


def at(document: Any, path: Path) -> Any:
    for part in path:
        if not isinstance(document, dict | list) or (isinstance(document, dict) and part not in document):
            return None
        document = document[part]
    return document


def copy(source: str, target: str, *path: str | int) -> str:
    documents = [parse_yaml(text.encode()) for text in (source, target)]
    found = copied(source, target, path, values=(at(documents[0], path), at(documents[1], path)), order=order)
    assert at(parse_yaml(found.encode()), path) == at(documents[0], path)
    return found


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        ("a: 1\n", "a: 2\n", "a: 1\n"),
        ("a: 1 # mine\n", "a:   2   # theirs\nb: 3\n", "a:   1   # theirs\nb: 3\n"),
        ("a: 'x: y'\n", 'a: "z"  # why\n', "a: 'x: y'  # why\n"),
        ("a: [1, 2]\n", "a: # why\n  - 3\n  # last\n  - 4\nb: 1\n", "a: [1, 2] # why\nb: 1\n"),
        ("a:\n    - 1\n    - 2\n", "b: 1\na: [3] # why\nc: 4\n", "b: 1\na: # why\n    - 1\n    - 2\nc: 4\n"),
        ("a:\n- 1\n", "a: null\n", "a:\n- 1\n"),
        ("a: >-\n  one\n  two\n", "a: 'x'  # why\nb: 1\n", "a: >-  # why\n  one\n  two\nb: 1\n"),
        ("a: x\n", "a: >-\n  one\n\n  two\n\n# about b\nb: 1\n", "a: x\n\n# about b\nb: 1\n"),
        ("a: |\n  one\n", "a: >-  # why\n  two\nb: 1\n", "a: |  # why\n  one\nb: 1\n"),
        ("a: [1,\n  2]\n", "a: 3  # why\nb: 1\n", "a: [1,\n  2]  # why\nb: 1\n"),
        ("a:\n", "a: 1\n", "a:\n"),
        ("a: 1\n", "a:\nb: 2\n", "a: 1\nb: 2\n"),
        ("a: 1\n", "a:  # why\nb: 2\n", "a: 1  # why\nb: 2\n"),
        ("a: 1\r\n", "a: 2\r\nb: 3\r\n", "a: 1\r\nb: 3\r\n"),
        ("a: 1", "a: 2", "a: 1\n"),
        ("c: 1\n", "a: 1\n# about d\nd: 2\n", "a: 1\nc: 1\n# about d\nd: 2\n"),
        ("a: 1\n", "# about b\nb: 2\n", "# about b\na: 1\nb: 2\n"),
        ("d: 1\n", "a: 2", "a: 2\nd: 1\n"),
        ("x: 1\n", "a: 2\nd: 3\n", "a: 2\nd: 3\nx: 1\n"),
    ],
)
def test_only_the_value_changes(source: str, target: str, wanted: str) -> None:
    key = source.partition(":")[0]
    assert copy(source, target, key) == wanted


def test_of_a_mapping_only_the_keys_that_differ_are_touched() -> None:
    source = "a:\n  a: 1\n  b: {x: 1}\n  d: [5]\n"
    target = "a:\n    # about a\n    a:   1   # as it was\n    b: {x: 2} # why\n    c: 3\nb: 9\n"
    assert copy(source, target, "a") == (
        "a:\n    # about a\n    a:   1   # as it was\n    b: {x: 1} # why\n    d: [5]\nb: 9\n"
    )


def test_parents_that_are_missing_are_made() -> None:
    assert copy("a:\n  b:\n    c: 1\n", "b: 2\n", "a", "b", "c") == "a:\n  b:\n    c: 1\nb: 2\n"
    assert copy("a: {b: {c: 1}}\n", "a: null # none\nb: 2\n", "a", "b") == "a: # none\n  b: {c: 1}\nb: 2\n"


def test_items_of_lists_are_values_too() -> None:
    assert copy("a: [7, 8]\n", "a: [1, 2] # why\n", "a", 1) == "a: [1, 8] # why\n"
    assert copy("a:\n  - 7\n", "a:\n  - 1 # why\n  - 2\n", "a", 0) == "a:\n  - 7 # why\n  - 2\n"
    source, target = "a:\n  - b: 1\n    c: 2\n", "a:\n  - b: 0\n  # about the second\n  - b: 3\n"
    assert copy(source, target, "a", 0) == "a:\n  - b: 1\n    c: 2\n  # about the second\n  - b: 3\n"
    assert copy(source, target, "a", 0, "b") == "a:\n  - b: 1\n  # about the second\n  - b: 3\n"


def test_within_brackets_a_value_is_written_in_one_line() -> None:
    assert copy("a:\n  b:\n    - 1\n", "a: {b: 2, c: 3} # why\n", "a", "b") == "a: {b: [1], c: 3} # why\n"


def test_what_the_source_lacks_is_an_error() -> None:
    with pytest.raises(LookupError):
        copied("a: 1\n", "a: 1\n", ("b",), values=(None, None), order=order)


SCALARS = st.sampled_from(["1", "true", "null", "'it''s'", '"a # b"', "plain text", "[1, [2]]", "{x: 1}", "''"])
BLOCKS = st.sampled_from(
    [">-\n    one\n    two", "|\n    a\n\n    b", "\n    - 1\n    - x: 2", "\n    p: 1\n    q: [2]"]
)
COMMENTS = st.sampled_from(["", "  # why"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A mapping of a section with some of the keys, in any style, with comments between and after."""
    lines = ["# a file", "s:"]
    for key in draw(st.lists(st.sampled_from(ORDER), min_size=1, unique=True)):
        lines += [f"  # about {key}"] if draw(st.booleans()) else []
        value = draw(SCALARS | BLOCKS)
        lines.append(f"  {key}: {value}" if "\n" in value else f"  {key}: {value}{draw(COMMENTS)}")
    return "\n".join([*lines, "t: end  # kept", ""]).replace(": \n", ":\n")


@settings(max_examples=60)
@given(source=documents(), target=documents(), key=st.sampled_from(ORDER))
def test_any_style_into_any_other_leaves_the_rest_as_it_was(source: str, target: str, key: str) -> None:
    before = parse_yaml(target.encode())
    assert isinstance(before, dict)
    if at(parse_yaml(source.encode()), ("s", key)) is None and f"  {key}:" not in source:
        return
    text = copy(source, target, "s", key)
    after = parse_yaml(text.encode())
    assert isinstance(after, dict)
    assert {**after["s"], key: None} == {**before["s"], key: None}
    others = [line for line in target.splitlines() if line.strip().startswith("#") or line.startswith("t:")]
    assert [line for line in text.splitlines() if line in others] == others
    assert copy(source, text, "s", key) == text
