"""Carrying out a plan: the only place where a deploy or a rollback of the website changes anything."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from scripts.heartbeat import FRESH
from scripts.website.bucket import Bucket
from scripts.website.headers import Headers
from scripts.website.invalidation import Cdn, merged, paths
from scripts.website.lock import HeldError, Lock
from scripts.website.parallel import each
from scripts.website.plan import ASSETS, INDEX, OTHERS, PAGES, Copy, Plan, Upload
from scripts.website.release import Claim, Record, Release, Stored
from scripts.website.uploads import PART, Uploads

AT_ONCE = 64  # requests in flight, of which each holds a file of up to PART bytes
LARGE_AT_ONCE = 4
RECORD = Headers(content_type="application/gzip", cache_control="no-store")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Progress(Protocol):
    """Who hears how far it is."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """`done` of `of` things, called as often as something is done."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a plan is carried out with; without `cdn` nothing is invalidated."""

    bucket: Bucket
    lock: Lock
    cdn: Cdn | None
    uploads: Uploads


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done, the release that is served now, and the invalidation on its way (None: none was needed).

    `overtaken`: another deploy has begun since.
    """

    plan: Plan
    release: Release
    invalidation: str | None
    paths: tuple[str, ...]
    overtaken: bool = False


def apply(plan: Plan, parts: Parts, *, by: str, at: str, progress: Progress) -> Done:
    """Makes the site what the plan says; raises HeldError, UploadError or AwsError, and then the old release stays.

    Where a deploy that is alive is taken over it is planned again when that one has stopped.

    Order: what will be overwritten is archived; assets, other files, pages, the entry page; what nobody needs any more
    goes; record and list; the invalidation.
    """
    lock, unsent = parts.lock, parts.lock.current.unsent
    noticing = "waiting until the deploy that is taken over has noticed"
    claim = Claim(id=plan.id, by=by, at=at, nonce=secrets.token_hex(8))
    with lock.claimed(claim, lambda done, of: progress(noticing, done, of)) as taken_over:
        if taken_over and plan.again is not None:
            plan = plan.again()
            plan = replace(plan, notes=(*plan.notes, "planned again when the deploy that was taken over had stopped"))
        _each("archiving", plan.archive, lambda copy: _copied(copy, parts), parts, progress)
        written = _written(plan, parts, progress)
        files = {key: plan.unchanged.get(key) or written[key] for key in sorted(plan.unchanged.keys() | written.keys())}
        record = Record(number=plan.number, id=plan.id, files=files, past=plan.past)
        parts.bucket.put(record.key, record.to_bytes(), RECORD)
        lock.refuse_lost()
        parts.bucket.delete(plan.delete, before_each=lambda: lock.refuse_lost(within=FRESH))
        size = sum(file.size for file in files.values())
        release = Release(number=plan.number, id=plan.id, at=at, by=by, files=len(files), size=size, of=plan.of)
        changed = merged(paths(plan.invalidate), unsent) if parts.cdn else ()
        lock.settle(replace(lock.current, releases=(*plan.releases, release), claim=None, unsent=changed))
    return send(plan, release, parts)


def send(plan: Plan, release: Release, parts: Parts, *, again: str = "") -> Done:
    """Has CloudFront forget what is still to be forgotten, and tells what was done; `again` marks another attempt."""
    current, invalidation, overtaken = parts.lock.current, None, False
    if current.unsent and parts.cdn is not None:
        reference = f"{release.number}-{release.id}{again}"
        invalidation = parts.cdn.invalidate(current.unsent, reference=reference)
        try:
            parts.lock.settle(replace(current, unsent=()))
        except HeldError:
            overtaken = True  # whoever was faster has read these paths, and sends them too
    return Done(plan=plan, release=release, invalidation=invalidation, paths=current.unsent, overtaken=overtaken)


def _written(plan: Plan, parts: Parts, progress: Progress) -> dict[str, Stored]:
    """Uploads and copies, phase by phase; the claim is looked at once more before the first file that a page reads."""
    found: dict[str, Stored] = {}
    fenced = False
    for phase in (ASSETS, OTHERS, PAGES, INDEX):
        uploads = [upload for upload in plan.uploads if upload.phase == phase]
        copies = [copy for copy in plan.copies if copy.phase == phase]
        if not fenced and phase != ASSETS and (uploads or copies):
            parts.lock.refuse_lost()
            fenced = True
        found.update(_uploaded(uploads, parts, progress))
        found.update(_each("bringing back", copies, lambda copy: _brought_back(copy, parts), parts, progress))
    return found


def _uploaded(uploads: Sequence[Upload], parts: Parts, progress: Progress) -> list[tuple[str, Stored]]:
    def write(upload: Upload) -> tuple[str, Stored]:
        return upload.file.key, parts.uploads.put(upload.file, upload.headers)

    large = [upload for upload in uploads if upload.file.size > PART]
    small = [upload for upload in uploads if upload.file.size <= PART]
    found = _each("uploading", small, write, parts, progress)
    return found + _each("uploading large files", large, write, parts, progress, at_once=LARGE_AT_ONCE)


def _copied(copy: Copy, parts: Parts) -> str:
    return parts.bucket.copy(copy.source, copy.target, copy.file.headers)


def _brought_back(copy: Copy, parts: Parts) -> tuple[str, Stored]:
    etag = _copied(copy, parts)
    if etag not in (copy.file.etag, copy.etag):
        etag = parts.uploads.read_back(copy.target, copy.file.sha256)
    return copy.target, replace(copy.file, etag=etag)


def _each(
    what: str,
    items: Sequence[Item],
    work: Callable[[Item], Result],
    parts: Parts,
    progress: Progress,
    *,
    at_once: int | None = None,
) -> list[Result]:
    """The work on each item, none of which is begun once the claim is lost."""

    def guarded(item: Item) -> Result:
        with parts.lock.writing(within=FRESH):
            return work(item)

    return each(guarded, items, at_once=at_once or AT_ONCE, tell=lambda done, of: progress(what, done, of))


def now() -> str:
    """The time as it is recorded: UTC, ISO 8601, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
