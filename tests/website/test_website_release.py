"""Records survive the way into the bucket and back, and what is damaged is never taken for one."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.website.deploy import who
from scripts.website.headers import headers
from scripts.website.release import (
    UNPACKED,
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


@pytest.mark.parametrize("changes", [{"number": 10**4299}, {"number": "1"}, {"id": "a" * 1100}, {"id": "\ud800"}])
def test_a_record_of_no_release_of_ours_is_damaged(changes: dict[str, Any]) -> None:
    lines = gzip.decompress(Record(number=1, id="x", files={}, past={}).to_bytes())
    with pytest.raises(DamagedError):
        record_from_bytes(gzip.compress(json.dumps({**json.loads(lines), **changes}).encode()))


def test_a_record_is_unpacked_no_further_than_one_can_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{n}.js": stored(f"{n}.js") for n in range(1000)}
    whole = Record(number=1, id="x", files=files, past={}).to_bytes()
    long_line = gzip.compress(b'{"a":"' + b" " * 10_000_000 + b'"}')
    monkeypatch.setattr("scripts.website.release.UNPACKED", len(gzip.decompress(whole)))
    assert record_from_bytes(whole).files == files
    monkeypatch.setattr("scripts.website.release.UNPACKED", len(gzip.decompress(whole)) - 1)
    for one in (whole, long_line):
        with pytest.raises(DamagedError):
            record_from_bytes(one)


def test_a_record_of_100_000_files_is_far_from_too_long() -> None:
    keys = [f"assets/folder/of/files/a-chunk-with-a-long-name-{n}.1a2b3c4d.js" for n in range(100_000)]
    record = Record(number=1, id="x", files={key: stored(key) for key in keys}, past=dict.fromkeys(keys, 1))
    assert len(gzip.decompress(record.to_bytes())) < UNPACKED / 4


def test_a_list_comes_back_as_it_was() -> None:
    release = Release(number=3, id="x", at="2026-01-01T00:00:00Z", by="me", files=2, size=9, of=1)
    current = Current(releases=(release,), claim=Claim(id="y", by="you", at="now", beat=2), unsent=("/a",), ended="z")
    assert current_from_bytes(current.to_bytes()) == current
    assert current.served == release


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b"[" * 100_000, b'{"schema":1}', b'{"schema":2,"releases":[],"claim":null}'],
)
def test_anything_else_is_damaged(text: bytes) -> None:
    with pytest.raises(DamagedError):
        current_from_bytes(text)


LINE = {"number": 3, "id": "x", "at": "2026-01-01T00:00:00Z", "by": "me", "files": 2, "size": 9, "of": 1}
CLAIM = {"id": "y", "by": "you", "at": "now", "nonce": "z", "beat": 2}


def listed(line: dict[str, Any], claim: dict[str, Any], unsent: Any = ()) -> Current:
    found = {"schema": 1, "releases": [{**LINE, **line}], "claim": {**CLAIM, **claim}, "unsent": unsent}
    return current_from_bytes(json.dumps(found).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "a" * 1100},
        {"id": "\ud800"},
        {"id": "a/b"},
        {"id": ""},
        {"id": 1},
        {"at": "\ud800"},
        {"by": 1},
        {"number": 10**4299},
        {"number": -1},
        {"number": True},
        {"of": 10**4299},
        {"size": 10**15},
    ],
)
def test_a_line_that_no_deploy_wrote_is_damage(changes: dict[str, Any]) -> None:
    assert listed({}, {}).releases[0].number == 3
    with pytest.raises(DamagedError):
        listed(changes, {})
    if changes.keys() <= CLAIM.keys():
        with pytest.raises(DamagedError):
            listed({}, changes)


def test_a_name_that_is_not_utf_8_is_no_damage() -> None:
    found = listed({"by": "j\udcfcrgen"}, {"by": "j\udcfcrgen"})
    assert found.claim is not None
    assert (found.releases[0].by, found.claim.by) == ("j?rgen", "j?rgen")


@pytest.mark.parametrize("name", ["GITHUB_ACTOR", "LOGNAME"])
def test_who_deploys_can_be_read_by_everybody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTOR", raising=False)
    monkeypatch.setenv(name, "j\udcfcrgen")
    assert ascii(who()) == "'j?rgen'"  # a report of the test must be able to show it too


@pytest.mark.parametrize(
    "unsent",
    ["/index", ["/a", "index.html"], ["/\ud800"], ["/a\x01<"], [{"a": 1}], ["*" * 5000], ["/" * 5000], {}, None],
)
def test_paths_that_cloudfront_would_refuse_for_ever_are_everything(unsent: Any) -> None:
    assert listed({}, {}, unsent).unsent == ("/*",)
    assert listed({}, {}, ["/", "/a%20b.html", "/x/*", "/*"]).unsent == ("/", "/a%20b.html", "/x/*", "/*")
