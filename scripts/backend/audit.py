"""Who deployed what, when, and what came of it: a record of each go-live, kept in the artifacts bucket."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SCHEMA = 1
REACH = 50  # go-lives that say what was live before
DONE, UNREADABLE = "done", "unreadable"
ROLLBACK = "rollback"


@dataclass(kw_only=True)
class Record:
    """One go-live as it went; `result` is done, failed or interrupted. Times are UTC.

    It is done from the moment that machines which boot take the release; `message` says what failed after that.
    """

    by: str
    verb: str
    release: str
    before: str | None
    began: str
    ended: str = ""
    result: str = "failed"
    message: str = ""
    snapshot: str | None = None
    pruned: list[str] = field(default_factory=list)
    hosts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Sorts by the clock of who deploys."""
        moment = self.began.replace("-", "").replace(":", "").replace("+0000", "")
        return f"{moment}-{self.verb}-{self.release}"

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return {"schema": SCHEMA, **asdict(self)}


def read_record(key: str, body: bytes) -> dict[str, Any]:
    """The record under this key; one that is half-written has the result `unreadable`, and what its key tells."""
    try:
        found = dict(json.loads(body))
        if {type(found[name]) for name in ("release", "result")} == {str}:
            return found
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    began, verb, release = (*key.split("-", 2), "", "")[:3]
    message = f"the audit record {key} is damaged, so it is not known what came of it"
    return {"release": release, "verb": verb, "by": "", "began": began, "result": UNREADABLE, "message": message}


def recent(records: Iterable[Mapping[str, Any]], releases: int) -> list[Mapping[str, Any]]:
    """Of records from the newest on as many as hold REACH go-lives and so many different releases that went live.

    Failures count for neither, so that they push nothing out.
    """
    found, done = list[Mapping[str, Any]](), list[str]()
    for one in records:
        found.append(one)
        done += [str(one["release"])] if one.get("result") == DONE else []
        if len(done) >= REACH and len(set(done)) >= releases:
            break
    return found


def unread(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """What there is to say of records that are damaged."""
    return [f"{one['message']}; it is left out" for one in records if one.get("result") == UNREADABLE]


def now() -> str:
    """The time, to a microsecond: two records never have one key."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def live_before(records: Iterable[Mapping[str, Any]], live: str | None, there: Collection[str] = ()) -> str | None:
    """The release that was live before this one, of records from the newest to the oldest; None where there is none.

    The newest deploy of it says that itself, since a record may be missing. Where that was nothing, or neither in the
    bucket (`there`) nor in a record, the parameter had been deleted or written by hand, and the record before tells.
    Without such a deploy the order of the records decides. What was rolled back is forgotten: after A, B, a rollback to
    A and C, it is A that was before C.
    """
    done = [one for one in records if one.get("result") == DONE]
    known = {*there, *(str(one["release"]) for one in done)}
    for at, one in enumerate(done):
        # A rollback only tells what it left, and a release deployed again what it was itself.
        if one["release"] == live and one.get("verb") != ROLLBACK and one.get("before", live) != live:
            if str(one["before"]) in known:
                return str(one["before"])
            return next((str(older["release"]) for older in done[at + 1 :] if older["release"] != live), None)
    order: list[str] = []
    for one in reversed(done):
        release, left = str(one["release"]), one.get("before")
        if one.get("verb") == ROLLBACK and release not in order and left in order:
            order = order[: order.index(left)]
        order = [*order[: order.index(release)], release] if release in order else [*order, release]
    older = order[: order.index(live)] if live in order else order
    return older[-1] if older else None


def listed(records: Sequence[Mapping[str, Any]], live: str | None, kept: Collection[str]) -> list[dict[str, Any]]:
    """Records for people and machines, newest first; `kept` are the releases that the bucket still has."""
    keys = ("release", "verb", "by", "began", "result", "message", "snapshot", "pruned")
    return [
        {
            **{key: one.get(key) for key in keys},
            "live": one.get("release") == live,
            "kept": one.get("release") in kept,
        }
        for one in records
    ]
