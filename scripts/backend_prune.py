"""Which releases stay in the artifacts bucket: those that went live last, what is live, and what a rollback goes to.

What is removed is a version of a versioned bucket: `artifacts.keep_days` says how long it can be brought back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.backend_audit import live_before
from scripts.backend_release import PREFIX
from scripts.backend_store import RECORDS, ReleaseStore

ARTIFACTS = f"{PREFIX}/artifacts/"
DESCRIPTOR = "/release.json"


@dataclass(frozen=True, kw_only=True)
class Prune:
    """What is to be removed: ids of releases, and keys of artifacts that no release is made of any more."""

    releases: tuple[str, ...]
    artifacts: tuple[str, ...]


def plan(store: ReleaseStore, *, live: str, before: str | None, keep: int) -> Prune:
    """What may go now that `live` is live and `before` was; reads only. Raises AwsRefusedError."""
    keys, staying = store.list_keys(), kept(store.records(RECORDS), live=live, before=before, keep=keep)
    there = released(keys)
    needed = {_artifact(store, one) for one in there if one in staying}
    return Prune(
        releases=tuple(one for one in there if one not in staying),
        artifacts=tuple(key for key in keys if key.startswith(ARTIFACTS) and key not in needed),
    )


def carry_out(store: ReleaseStore, wanted: Prune) -> None:
    """Removes it, the releases first: one that is listed always has its artifact. Raises AwsRefusedError."""
    for key in (*map(_descriptor, wanted.releases), *wanted.artifacts):
        store.remove(key)


def kept(records: Sequence[Mapping[str, Any]], *, live: str, before: str | None, keep: int) -> set[str]:
    """Ids of the last `keep` releases that went live, and always of what a rollback goes to; newest records first."""
    order = dict.fromkeys([live, *(str(one["release"]) for one in records if one.get("result") == "done")])
    target = live_before([{"release": live, "result": "done"}, *records], live)
    return {*list(order)[:keep], *(one for one in (before, target) if one is not None)}


def released(keys: Iterable[str]) -> list[str]:
    """Ids of the releases among the bucket's keys."""
    ids = [key.removeprefix(f"{PREFIX}/").removesuffix(DESCRIPTOR) for key in keys if key.endswith(DESCRIPTOR)]
    return [one for one in ids if "/" not in one]


def _descriptor(release_id: str) -> str:
    return f"{PREFIX}/{release_id}{DESCRIPTOR}"


def _artifact(store: ReleaseStore, release_id: str) -> str | None:
    found = store.get(_descriptor(release_id))
    return None if found is None else f"{ARTIFACTS}{json.loads(found.body)['artifact']['sha256']}.tar.gz"
