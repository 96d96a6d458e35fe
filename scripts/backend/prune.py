"""Which releases stay in the artifacts bucket: those that went live last, what is live, and what a rollback goes to.

What is removed is a version of a versioned bucket: `artifacts.keep_days` says how long it can be brought back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from scripts.backend.audit import DONE, live_before, recent, unread
from scripts.backend.release import PREFIX
from scripts.backend.store import ReleaseStore

ARTIFACTS = f"{PREFIX}/artifacts/"
DESCRIPTOR = "/release.json"


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
    keys, staying = store.list_keys(), kept(records, live=live, before=before, keep=keep)
    there = released(keys)
    needed = {one: _artifact(store, one) for one in there if one in staying}
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
    for key in (*map(_descriptor, wanted.releases), *wanted.artifacts):
        store.remove(key)


def kept(records: Iterable[Mapping[str, Any]], *, live: str, before: str | None, keep: int) -> set[str]:
    """Ids of the last `keep` releases that went live, and always of what a rollback goes to; newest records first."""
    gone_live = [{"release": live, "result": DONE}, *(one for one in records if one.get("result") == DONE)]
    order = dict.fromkeys(str(one["release"]) for one in gone_live)
    target = live_before(gone_live, live)
    return {*list(order)[:keep], *(one for one in (before, target) if one is not None)}


def released(keys: Iterable[str]) -> list[str]:
    """Ids of the releases among the bucket's keys."""
    ids = [key.removeprefix(f"{PREFIX}/").removesuffix(DESCRIPTOR) for key in keys if key.endswith(DESCRIPTOR)]
    return [one for one in ids if "/" not in one]


def _descriptor(release_id: str) -> str:
    return f"{PREFIX}/{release_id}{DESCRIPTOR}"


def _artifact(store: ReleaseStore, release_id: str) -> str | None:
    """Key of what the release is made of; None where its release.json does not tell."""
    found = store.get(_descriptor(release_id))
    try:
        return f"{ARTIFACTS}{json.loads(found.body)['artifact']['sha256']}.tar.gz" if found else None
    except (ValueError, TypeError, KeyError):
        return None
