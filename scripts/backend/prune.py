"""Which releases stay in the artifacts bucket: those that went live last, what is live, and what a rollback goes to.

What is removed is a version of a versioned bucket: `artifacts.keep_days` says how long it can be brought back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from scripts.backend.audit import DONE, live_before, recent, unread
from scripts.backend.release import ARTIFACTS, descriptor
from scripts.backend.store import ReleaseStore, released


@dataclass(frozen=True, kw_only=True)
class Prune:
    """What is to be removed: ids of releases, and keys of artifacts that no release is made of any more.

    `notes` are about what could not be read.
    """

    releases: tuple[str, ...]
    artifacts: tuple[str, ...]
    notes: tuple[str, ...] = ()


def plan(store: ReleaseStore, *, live: str, before: str | None, keep: int) -> Prune:
    """What may go now that `live` is live and `before` was; reads only. Raises AwsRefusedError."""
    records = recent(chain([{"release": live, "result": DONE}], store.history()), keep)
    keys = store.list_keys()
    there = released(keys)
    staying = kept(records, there, live=live, before=before, keep=keep)
    needed = {one: store.artifact_key(one) for one in there if one in staying}
    damaged = [one for one, artifact in needed.items() if artifact is None]
    unneeded = [key for key in keys if key.startswith(ARTIFACTS) and key not in needed.values()]
    notes = [f"the release.json of {one} is damaged, so every artifact stays; deploy it again" for one in damaged]
    return Prune(
        releases=tuple(one for one in there if one not in staying),
        artifacts=() if damaged else tuple(unneeded),
        notes=(*unread(records), *notes),
    )


def carry_out(store: ReleaseStore, wanted: Prune) -> None:
    """Removes it, the releases first: one that is listed always has its artifact. Raises AwsRefusedError."""
    for key in (*map(descriptor, wanted.releases), *wanted.artifacts):
        store.remove(key)


def kept(
    records: Iterable[Mapping[str, Any]], there: Collection[str], *, live: str, before: str | None, keep: int
) -> set[str]:
    """Ids of the last `keep` releases that went live, and always of what a rollback goes to; newest records first.

    `there` are the ids in the bucket.
    """
    gone_live = [{"release": live, "result": DONE}, *(one for one in records if one.get("result") == DONE)]
    order = dict.fromkeys(str(one["release"]) for one in gone_live)
    target = live_before(gone_live, live, there)
    return {*list(order)[:keep], *(one for one in (before, target) if one is not None)}
