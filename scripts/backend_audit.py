"""Who deployed what, when, and what came of it: a record of each go-live, kept in the artifacts bucket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SCHEMA = 1


@dataclass(kw_only=True)
class Record:
    """One go-live as it went; `result` is done, failed, refused or interrupted. Times are UTC."""

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
        """Sorts by time."""
        moment = self.began.replace("-", "").replace(":", "").replace("+0000", "")
        return f"{moment}-{self.verb}-{self.release}"

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return {"schema": SCHEMA, **asdict(self)}


def now() -> str:
    """The time, to a microsecond: two records never have one key."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def live_before(records: Iterable[Mapping[str, Any]], live: str | None) -> str | None:
    """The release that was live before this one, of records from the newest to the oldest; None where there is none.

    What was rolled back is forgotten: after A, B, a rollback to A and C, it is A that was before C.
    """
    order: list[str] = []
    for one in reversed([one for one in records if one.get("result") == "done"]):
        release = str(one["release"])
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
