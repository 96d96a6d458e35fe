"""Records survive the way into the bucket and back, and what is damaged is never taken for one."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.website.headers import headers
from scripts.website.release import (
    Claim,
    Current,
    DamagedError,
    Record,
    Release,
    Stored,
    current_from_bytes,
    record_from_bytes,
)

NAMES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


def stored(key: str) -> Stored:
    return Stored(sha256="a" * 64, etag="b" * 32, size=7, headers=headers(key))


@given(keys=st.sets(NAMES), past=st.dictionaries(st.text(max_size=10), st.integers(0, 9)))
def test_a_record_comes_back_as_it_was(keys: set[str], past: dict[str, int]) -> None:
    record = Record(number=12, id="20260101t000000-abcdef", files={key: stored(key) for key in keys}, past=past)
    assert record_from_bytes(record.to_bytes()) == record


def test_every_cut_of_a_record_is_found() -> None:
    whole = Record(number=1, id="x", files={f"{n}.js": stored(f"{n}.js") for n in range(50)}, past={}).to_bytes()
    for length in range(0, len(whole), 7):
        with pytest.raises(DamagedError):
            record_from_bytes(whole[:length])


def test_every_byte_that_flips_is_found() -> None:
    whole = Record(number=1, id="x", files={f"{n}.js": stored(f"{n}.js") for n in range(50)}, past={}).to_bytes()
    damaged = [whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in range(10, len(whole))]
    for one in damaged:
        with pytest.raises(DamagedError):
            record_from_bytes(one)


@pytest.mark.parametrize("first", [b"[" * 100_000, b'{"headers":[],"past":{"x":Infinity},"schema":1,"files":0}'])
def test_a_record_whose_first_line_is_none_is_damaged(first: bytes) -> None:
    with pytest.raises(DamagedError):
        record_from_bytes(gzip.compress(first))


def test_a_list_comes_back_as_it_was() -> None:
    release = Release(number=3, id="x", at="2026-01-01T00:00:00Z", by="me", files=2, size=9, of=1)
    current = Current(releases=(release,), claim=Claim(id="y", by="you", at="now", beat=2), unsent=("/a",))
    assert current_from_bytes(current.to_bytes()) == current
    assert current.served == release


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b"[" * 100_000, b'{"schema":1}', b'{"schema":2,"releases":[],"claim":null}'],
)
def test_anything_else_is_damaged(text: bytes) -> None:
    with pytest.raises(DamagedError):
        current_from_bytes(text)
