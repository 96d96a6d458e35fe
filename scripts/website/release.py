"""A release of the website as it is recorded in the bucket, and the bucket's own list of releases.

.releases/current.json               which release is served, which are kept, who is deploying
.releases/records/000012-<id>.gz     every file of one release, and what older ones still need
.releases/objects/<content>-<headers>  files that a later release replaced
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from io import BytesIO, TextIOWrapper
from typing import Any, TypeVar

from infra.errors import PlatformError
from infra.website_paths import RELEASES_PREFIX
from scripts.website.headers import Headers

SCHEMA = 1
# What reading damaged bytes raises: gzip, JSON and what is not there, or not of its type.
DAMAGE = (
    OSError, EOFError, zlib.error, RecursionError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip
CURRENT_KEY = f"{RELEASES_PREFIX}current.json"
RECORDS = f"{RELEASES_PREFIX}records/"
OBJECTS = f"{RELEASES_PREFIX}objects/"
ID = re.compile(r"[\w.-]{1,100}", re.ASCII)
RECORD = re.compile(rf"{re.escape(RECORDS)}(\d{{6,15}})-{ID.pattern}\.gz", re.ASCII)
NUMBERS = range(10**15)  # whatever is counted here, in bytes too
PATH = re.compile(r"/[\w%/.~-]{0,4000}\*?", re.ASCII)  # as CloudFront takes it, and invalidation.py writes it
EVERYTHING = ("/*",)
UNPACKED = 128 * 1024 * 1024  # bytes of the largest record: six times what one of 100,000 files has


class DamagedError(PlatformError):
    """A record in the bucket is not what a deploy wrote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """One object as it was written: SHA-256 of its content in hex, S3's ETag without quotes, bytes, headers."""

    sha256: str
    etag: str
    size: int
    headers: Headers

    @property
    def archive_key(self) -> str:
        """Where this content with these headers is kept once another release has taken its place."""
        text = f"{self.headers.content_type}\n{self.headers.cache_control}"
        return f"{OBJECTS}{self.sha256}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """`files` are what it serves; `past` are other keys that kept releases need, with the last one that does."""

    number: int
    id: str
    files: Mapping[str, Stored]
    past: Mapping[str, int]

    @property
    def key(self) -> str:
        """Where the record is."""
        return record_key(self.number, self.id)

    def to_bytes(self) -> bytes:
        """Compressed lines: one of JSON, then one for each file, ending in its key."""
        headers = list(dict.fromkeys(file.headers for file in self.files.values()))
        places = {one: place for place, one in enumerate(headers)}
        first = {"schema": SCHEMA, "number": self.number, "id": self.id, "files": len(self.files)}
        more = {"headers": [[one.content_type, one.cache_control] for one in headers], "past": dict(self.past)}
        written = BytesIO()
        # Line by line: at 100,000 files the whole text, twice, would be most of a deploy's memory.
        with gzip.GzipFile(fileobj=written, mode="wb", compresslevel=1, mtime=0) as stream:
            stream.write(json.dumps({**first, **more}, separators=(",", ":")).encode())
            for key, one in self.files.items():
                stream.write(f"\n{one.sha256} {one.etag} {one.size} {places[one.headers]} {key}".encode())
        return written.getvalue()


def record_key(number: int, release: str) -> str:
    """Key of the record of one release."""
    return f"{RECORDS}{number:06d}-{release}.gz"


def recorded_number(key: str) -> int:
    """The number of the release whose record has this key; 0 where it is no record's."""
    found = RECORD.fullmatch(key)
    return int(found[1]) if found else 0


class _Unpacked(gzip.GzipFile):
    """A record's text; raises ValueError where it is longer than any: 300 kB can hold a gigabyte."""

    def read1(self, size: int = -1) -> bytes:
        found = super().read1(size)
        if self.tell() > UNPACKED:
            raise ValueError(f"more than {UNPACKED} bytes")
        return found


def record_from_bytes(data: bytes) -> Record:
    """The record; raises DamagedError for anything else than a whole one."""
    try:
        lines = TextIOWrapper(_Unpacked(fileobj=BytesIO(data)), encoding="utf-8", newline="\n")
        first = json.loads(lines.readline())
        headers = [Headers(content_type=kind, cache_control=cache) for kind, cache in first["headers"]]
        files = dict(_stored(line, headers) for line in lines)
        if first["schema"] != SCHEMA or first["files"] != len(files):
            raise ValueError("another schema, or lines are missing")
        past = {str(key): int(number) for key, number in first["past"].items()}
        return Record(number=_number(first["number"]), id=_id(first["id"]), files=files, past=past)
    except DAMAGE as error:
        raise DamagedError(f"a release's record is damaged ({type(error).__name__})") from None


def _stored(line: str, headers: list[Headers]) -> tuple[str, Stored]:
    sha256, etag, size, place, key = line.removesuffix("\n").split(" ", 4)
    # The bucket's list, this record and the build name the same 100,000 keys: interned, each is one text, not three.
    stored = Stored(sha256=sha256, etag=sys.intern(etag), size=int(size), headers=headers[int(place)])
    return sys.intern(key), stored


@dataclass(frozen=True, kw_only=True)
class Release:
    """A line of the list: number (counts up), id, ISO 8601 time, who deployed it, number of files and their bytes.

    `of` is the number of the release that a rollback brought back.
    """

    number: int
    id: str
    at: str
    by: str
    files: int
    size: int
    of: int | None = None

    @property
    def record(self) -> str:
        """Key of its record."""
        return record_key(self.number, self.id)


def described(record: Record) -> Release:
    """The line of a release whose line is lost: its id begins with the time, and who deployed it is not known."""
    found = re.match(r"(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)-", record.id)
    at = "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else "unknown"
    size = sum(file.size for file in record.files.values())
    return Release(number=record.number, id=record.id, at=at, by="unknown", files=len(record.files), size=size)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who is deploying what; `beat` counts signs of life, and `nonce` tells two claims apart that are else the same."""

    id: str
    by: str
    at: str
    nonce: str = ""
    beat: int = 0


@dataclass(frozen=True, kw_only=True)
class Current:
    """What `.releases/current.json` says: kept releases, oldest first, the last of them served.

    `claim`: a deploy is running. `unsent`: paths that changed, and whose invalidation CloudFront did not yet take.
    `ended`: the nonce of the claim that was let go of last, without which the list would be, to its ETag, what it was
    before a deploy that failed, and another one go on with what it had read by then.
    """

    releases: tuple[Release, ...] = ()
    claim: Claim | None = None
    unsent: tuple[str, ...] = ()
    ended: str = ""
    schema: int = field(default=SCHEMA)

    @property
    def served(self) -> Release | None:
        """The release that is served; None before the first."""
        return self.releases[-1] if self.releases else None

    def claimed(self, claim: Claim | None) -> Current:
        """The same with this claim, or none."""
        return replace(self, claim=claim)

    def let_go(self, claim: Claim) -> Current:
        """The same when this claim has failed."""
        return replace(self, claim=None, ended=claim.nonce)

    def to_bytes(self) -> bytes:
        """JSON text."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def _number(value: object) -> int:
    if type(value) is not int or value not in NUMBERS:
        raise ValueError("not a number of ours")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    value.encode()  # half of a pair of surrogates, which JSON can hold, raises ValueError
    return value


def _name(value: object) -> str:
    """A person's, for others to read: what is not UTF-8 in it is no damage."""
    return _text(value.encode(errors="replace").decode() if isinstance(value, str) else value)


def _id(value: object) -> str:
    text = _text(value)
    if ID.fullmatch(text) is None:
        raise ValueError("not an id of ours")
    return text


Line = TypeVar("Line", Release, Claim)
KINDS: Mapping[str, Callable[[object], object]] = {"id": _id, "at": _text, "by": _name, "nonce": _text}


def _typed(line: Line) -> Line:
    """The line as it was read; raises TypeError or ValueError where anything in it is not what a deploy writes."""
    found = {one.name: getattr(line, one.name) for one in fields(line)}
    kept = {"of"} if found.get("of") is None else set()
    read: dict[str, Any] = {name: KINDS.get(name, _number)(found[name]) for name in found.keys() - kept}
    return replace(line, **read)


def _paths(found: object) -> tuple[str, ...]:
    """The paths; everything where one of them is none, which CloudFront would refuse for ever."""
    if isinstance(found, list) and all(isinstance(one, str) and PATH.fullmatch(one) for one in found):
        return tuple(found)
    return EVERYTHING


def current_from_bytes(data: bytes) -> Current:
    """The list; raises DamagedError for anything else."""
    try:
        found: Mapping[str, Any] = json.loads(data)
        if found["schema"] != SCHEMA:
            raise ValueError(f"schema {found['schema']}")
        releases = tuple(_typed(Release(**one)) for one in found["releases"])
        claim = _typed(Claim(**found["claim"])) if found["claim"] else None
        ended = _text(found.get("ended", ""))
        return Current(releases=releases, claim=claim, unsent=_paths(found["unsent"]), ended=ended)
    except DAMAGE as error:
        raise DamagedError(f"{CURRENT_KEY} is damaged ({type(error).__name__})") from None
