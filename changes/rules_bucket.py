"""Rules about buckets: when files are deleted, whether older versions stay, and whether there is a copy elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from changes.change import Step
from changes.opened import properties as thrown_in
from changes.rule import OPEN, Rule, each_block, number, turned_on
from rehearsal.graph import UNKNOWN, Node

_BUCKET = frozenset({"aws:s3/bucket:Bucket"})
_LIFECYCLE = frozenset({"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", *_BUCKET})
_REPLICATION = frozenset({"aws:s3/bucketReplicationConfig:BucketReplicationConfig", *_BUCKET})
_RULES, _COPIES = (
    ("rules", "lifecycleRules"),
    ("rules", "replicationConfiguration.rules"),
)  # of its own type, and inline
_EXPIRIES = (("expiration", "days"), ("noncurrentVersionExpiration", "noncurrentDays"))
_FILES = {"expiration": "files", "noncurrentVersionExpiration": "older versions of files"}
_NO_FILTER: tuple[Any, ...] = (None, "", {}, {"prefix": ""}, UNKNOWN)
_ALL = ""
_NOT_KNOWN = "has rules that are only known once they are applied"


def _expires_sooner(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    if _is_open(step, _RULES):
        return _NOT_KNOWN
    before = list(_expiries(step.before, certain=True))
    for kind, files, days in _expiries(step.after, certain=False):
        if not any(one[0] == kind and one[1] in (files, _ALL) and one[2] <= days for one in before):
            of, after = f" of {files}" if files != _ALL else "", f"after {days:g} days" if days >= 0 else "at a date"
            return f"deletes {_FILES[kind]}{of} {after}, which was not so"
    return None


def _is_open(step: Step, paths: tuple[str, ...]) -> bool:
    """Whether rules became unknown, as a whole or one of them."""
    before, after = (
        [one for path in paths for one in each_block(side, path)] for side in (step.before, step.after) if side
    )
    return any(one in OPEN for one in after) and before != after


def _expiries(node: Node, *, certain: bool) -> Iterator[tuple[str, str, float]]:
    """What is deleted, of which files, and after how many days; -1 for a date, since that deletes at once.

    What is not known counts where nothing has to be `certain`: as a rule that is on, and deletes at once.
    """
    on = ("Enabled", True) if certain else ("Enabled", True, *OPEN)
    for rule in (one for path in _RULES for one in each_block(node, path) if isinstance(one, Mapping)):
        if rule.get("status", rule.get("enabled", "Enabled")) not in on:
            continue
        chosen = {key: rule[key] for key in ("filter", "prefix", "tags") if rule.get(key) not in _NO_FILTER}
        for block, days in _EXPIRIES:
            found = rule.get(block)
            if isinstance(found, Mapping):
                yield from _expiry(block, found, chosen, number(found.get(days, found.get("days"))), certain=certain)


def _expiry(
    block: str, found: Mapping[str, Any], chosen: Mapping[str, Any], days: float | None, *, certain: bool
) -> Iterator[tuple[str, str, float]]:
    kept, dated = found.get("newerNoncurrentVersions"), found.get("date")
    files = {**chosen, **({"newer than": kept} if kept else {}), **({"from": dated} if dated else {})}
    told = json.dumps(files, sort_keys=True, default=str) if files else _ALL
    if days is not None or dated:
        yield block, told, -1.0 if days is None else days
    elif not certain and any(value in OPEN for value in found.values()):
        yield block, told, 0.0


def _copies_less(step: Step) -> str | None:
    """Enabled rules of which none covers the same files for the same target any more."""
    if step.before is None or step.after is None:
        return None
    if _is_open(step, _COPIES):
        return _NOT_KNOWN
    after = list(_copies(step.after))
    for files, target, encrypted in _copies(step.before):
        same = [one for one in after if one[1] == target and one[0] in (files, _ALL) and (one[2] or not encrypted)]
        if not same:
            of = f" of {files}" if files != _ALL else ""
            return f"copies no longer to {target} what is written{of}{', encrypted by a key' if encrypted else ''}"
    return None


def _copies(node: Node) -> Iterator[tuple[str, Any, bool]]:
    """Which files are copied to which bucket, and whether those too that a key of KMS encrypts."""
    for rule in (one for path in _COPIES for one in each_block(node, path) if isinstance(one, Mapping)):
        if rule.get("status") == "Enabled":
            chosen = {
                key: rule[key]
                for key in ("filter", "prefix")
                if rule.get(key) not in _NO_FILTER or rule.get(key) == UNKNOWN
            }
            files = json.dumps(chosen, sort_keys=True, default=str) if chosen else _ALL
            target = rule.get("destination")
            where = target.get("bucket") if isinstance(target, Mapping) else target
            yield files, where, "Enabled" in str(rule.get("sourceSelectionCriteria"))


def _emptied_by_force(step: Step) -> str | None:
    if step.before is not None and turned_on(step, "forceDestroy"):
        return "may be deleted with all its files: until now AWS refused while there were any"
    return None


RULES = (
    Rule(id="expiry-shortened", title="Files, or their older versions, are deleted sooner", risk="data loss",
         types=_LIFECYCLE, properties=_RULES, check=_expires_sooner, remedy="copy what must be kept first"),
    Rule(id="replication-narrowed", title="Fewer files of a bucket are copied elsewhere", risk="data loss",
         types=_REPLICATION, properties=("rules", "replicationConfiguration"), check=_copies_less,
         remedy="leave it on until another copy is there"),
    Rule(id="versioning-off", title="A bucket keeps no older versions any more", risk="data loss", types=frozenset(),
         properties=thrown_in("versioning-off"), check=None, remedy="leave it on; lifecycle rules remove old versions"),
    Rule(id="force-destroy-on", title="Something may be deleted with all that is in it", risk="data loss",
         types=_BUCKET, properties=thrown_in("force-destroy-on"), check=_emptied_by_force,
         remedy="leave it off where files matter"),
)  # fmt: skip
