"""What a deploy or a rollback of the website will do, as a value: printed, or applied, and never both ways at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from infra.website_paths import RELEASES_PREFIX
from scripts.website.headers import Headers, headers, is_answered, is_hashed, is_loaded, is_page
from scripts.website.release import CURRENT_KEY, Record, Release, Stored, record_key, recorded_number

ASSETS, OTHERS, PAGES, INDEX = range(4)  # a page must not be there before all that it loads
EMPTY: Mapping[str, Stored] = {}
SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A file that the release is to serve: from its key under `root`, or from `content` where that is made here.

    `sha256` is known where the content could be that of the release before; elsewhere it is new in any case. `clashes`:
    the release before lacks this name, under which something else is in the bucket.
    """

    key: str
    size: int
    root: str = ""
    content: bytes | None = None
    sha256: str | None = None
    clashes: bool = False

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"{self.root}/{self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One object to write, in its phase; `why` is `new`, `content`, `headers` or `repair`."""

    file: Wanted
    headers: Headers
    phase: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """One object to copy inside the bucket, where it gets the headers of `file`; `etag` is the source's."""

    source: str
    target: str
    file: Stored
    etag: str
    phase: int = ASSETS


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The bucket as it was found: its list (key to ETag), the served release's record, and what is kept.

    `recovered` is what older releases need, by their own records, where that of the served one is lost. `distrusted`
    are keys whose headers were found changed; `lost` are keys that older releases need and that are not what was
    written, and `worn` those of which the headers alone are not. `older` are files that older releases need and that a
    plan may overwrite, as they were written. `repair`: a list, record or claim must be written anew.
    """

    listed: Mapping[str, str]
    base: Record | None
    releases: tuple[Release, ...] = ()
    recovered: Mapping[str, int] = field(default_factory=dict)
    distrusted: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    worn: Mapping[str, Stored] = field(default_factory=dict)
    older: Mapping[str, Stored] = field(default_factory=dict)
    repair: bool = False
    unsent: tuple[str, ...] = ()

    @property
    def past(self) -> Mapping[str, int]:
        """Keys that older releases need, with the last one that does."""
        return self.recovered if self.base is None else self.base.past


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`archive` first, then `uploads` and `copies` phase by phase, then `delete`, the record, the list, `invalidate`.

    `unchanged` are files that stay as they are, `past` and `releases` go into record and list, `of` is the release that
    a rollback brings back, and `notes` say what a person should know. `untold` are paths that CloudFront
    was not told of by the deploy before. `again` makes the plan anew, of what is there then.
    """

    number: int
    id: str
    unchanged: Mapping[str, Stored]
    uploads: tuple[Upload, ...] = ()
    copies: tuple[Copy, ...] = ()
    archive: tuple[Copy, ...] = ()
    delete: tuple[str, ...] = ()
    invalidate: tuple[str, ...] = ()
    past: Mapping[str, int] = field(default_factory=dict)
    releases: tuple[Release, ...] = ()
    of: int | None = None
    notes: tuple[str, ...] = ()
    repair: bool = False
    untold: tuple[str, ...] = ()
    again: Callable[[], Plan] | None = field(default=None, compare=False, repr=False)

    @property
    def empty(self) -> bool:
        """Whether the bucket is already as it should be."""
        return not (self.uploads or self.copies or self.archive or self.delete or self.repair)

    @property
    def changes(self) -> bool:
        """Whether carrying it out does anything."""
        return not self.empty or bool(self.untold)

    @property
    def size(self) -> int:
        """Bytes to upload."""
        return sum(upload.file.size for upload in self.uploads)


def named(keys: Sequence[str]) -> str:
    """The first of these keys, and how many more there are."""
    return ", ".join(keys[:SHOWN]) + (f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else "")


def needed(records: Iterable[Record]) -> dict[str, int]:
    """What these releases need of the bucket, with the number of the last one that does."""
    found: dict[str, int] = {}
    for record in sorted(records, key=lambda one: one.number):
        found |= {key: max(last, found.get(key, 0)) for key, last in record.past.items()}
        found |= dict.fromkeys((key for key in record.files if is_loaded(key)), record.number)
        found |= dict.fromkeys((file.archive_key for file in record.files.values()), record.number)
    return found


def phase(key: str, kept: Headers) -> int:
    """When a file is written: what pages load comes before them, and the entry page last."""
    if key == "index.html":
        return INDEX
    if is_page(key):
        return PAGES
    return ASSETS if kept.immutable else OTHERS


def deploy(wanted: Sequence[Wanted], found: Snapshot, *, release: str, keep: int, again: bool = False) -> Plan:
    """The plan that makes the site serve these files; `keep` releases stay usable, the new one among them.

    `again`: as the release that is served already, so that no older one falls out. Such a plan is empty, or no use.
    """
    served = found.base.files if found.base else EMPTY
    unchanged: dict[str, Stored] = {}
    uploads: list[Upload] = []
    notes: list[str] = []
    for file in wanted:
        before = served.get(file.key)
        demoted = is_hashed(file.key) and _demoted(file, before)
        kept = headers(file.key, demoted=demoted)
        why = _why(file, before, kept, found)
        if why is None and before is not None:
            unchanged[file.key] = before
            continue
        if demoted and (before is None or before.headers.immutable):
            notes.append(f"{file.key}: its name looks like that of content that never changes, but it changed")
        uploads.append(Upload(file=file, headers=kept, phase=phase(file.key, kept), why=why or "new"))
    if maps := sum(file.key.endswith(".map") for file in wanted):
        notes.append(f"{maps} source maps are served too, for anyone to read; `package website` builds without them")
    if unseen := sorted(file.key for file in wanted if not is_answered(file.key)):
        notes.append(f"{named(unseen)}: no dot in the name, so the site answers with index.html there; give it one")
    if found.worn:
        notes.append(
            f"{named(sorted(found.worn))}: of an older release, and served with other headers; they are put back"
        )
    uploads.sort(key=lambda upload: upload.phase)
    written = {upload.file.key for upload in uploads}
    return _finished(
        found, unchanged, written, release=release, keep=keep, uploads=tuple(uploads), notes=tuple(notes), again=again
    )


def _demoted(file: Wanted, before: Stored | None) -> bool:
    """Whether other content was, or may have been, kept under this name as what never changes."""
    return file.clashes if before is None else file.sha256 != before.sha256 or not before.headers.immutable


def _why(file: Wanted, before: Stored | None, kept: Headers, found: Snapshot) -> str | None:
    """Why the file is written; None where the bucket already has it as it should be."""
    if before is None:
        return "content" if file.clashes else "new"
    if found.listed.get(file.key) != before.etag or file.key in found.distrusted:
        return "repair"
    if file.sha256 != before.sha256:
        return "content"
    return "headers" if kept != before.headers else None


def roll_back(target: Record, found: Snapshot, *, keep: int, again: bool = False) -> tuple[Plan, tuple[str, ...]]:
    """The plan that serves the files of an older release again, and the keys that are lost, for which it cannot.

    `again`: as the release that is served already, as `deploy` has it.
    """
    served = found.base.files if found.base else EMPTY
    unchanged: dict[str, Stored] = {}
    copies: list[Copy] = []
    lost: list[str] = []
    for key, file in target.files.items():
        trusted = found.listed.get(key) == file.etag and key not in found.distrusted
        before = served.get(key)
        same = before is not None and (before.sha256, before.headers) == (file.sha256, file.headers)
        if before is not None and same and found.listed.get(key) == before.etag and key not in found.distrusted:
            unchanged[key] = before
        elif trusted and before is None and key in found.past:
            unchanged[key] = file
        elif file.archive_key in found.listed and file.archive_key not in found.lost:
            copies.append(_copy(file.archive_key, key, file, found, phase(key, file.headers)))
        else:
            lost.append(key)
    copies.sort(key=lambda copy: copy.phase)
    written = {copy.target for copy in copies}
    plan = _finished(
        found,
        unchanged,
        written,
        release=target.id,
        keep=keep,
        copies=tuple(copies),
        of=target.number,
        again=again,
    )
    return plan, tuple(lost)


def _copy(source: str, target: str, file: Stored, found: Snapshot, phase: int = ASSETS) -> Copy:
    return Copy(source=source, target=target, file=file, etag=found.listed[source], phase=phase)


def _finished(
    found: Snapshot,
    unchanged: Mapping[str, Stored],
    written: set[str],
    *,
    release: str,
    keep: int,
    uploads: tuple[Upload, ...] = (),
    copies: tuple[Copy, ...] = (),
    of: int | None = None,
    notes: tuple[str, ...] = (),
    again: bool = False,
) -> Plan:
    numbers = [one.number for one in found.releases] or [recorded_number(key) for key in found.listed]
    number = (0 if again else 1) + max(numbers, default=0)
    now = unchanged.keys() | written
    older = keep if again else keep - 1
    releases = found.releases[-older:] if older else ()
    past = _past(found, now, written, number=number, oldest=number - keep + 1)
    # Its own record is there already where the same rollback wrote it, and did not end.
    needed = now | past.needed.keys() | {CURRENT_KEY, record_key(number, release)} | {one.record for one in releases}
    delete = tuple(key for key in found.listed if key not in needed)
    gone = [key for key in delete if not key.startswith(RELEASES_PREFIX)]
    changed = [key for key in written if key in found.listed]
    settled = {upload.file.key for upload in uploads if upload.headers.immutable and upload.why != "repair"}
    worn = [_copy(key, key, file, found) for key, file in found.worn.items() if key in past.needed]
    archive = (*past.archive, *worn)
    put_back = [copy.target for copy in archive if not copy.target.startswith(RELEASES_PREFIX)]
    stale = sorted({*changed, *gone, *put_back} - settled)
    if past.lost:
        notes += (
            f"{named(sorted(past.lost))}: of an older release, and changed or deleted by hand; what is not as it was "
            "written is deleted, and that release cannot be brought back whole",
        )
    return Plan(
        number=number,
        id=release,
        unchanged=unchanged,
        uploads=uploads,
        copies=copies,
        archive=archive,
        delete=delete,
        invalidate=tuple(stale),
        past=past.needed,
        releases=releases,
        of=of,
        notes=notes,
        repair=found.repair or past.strays or not past.lost.isdisjoint(found.listed),
        untold=found.unsent,
    )


@dataclass(frozen=True, kw_only=True)
class Past:
    """What older releases need: what is to be copied for them, and the keys, with the last release that needs each.

    `lost` of these are not what was written, and nowhere else either. `strays`: some keys were left by a deploy that
    died, or put there by hand, and are kept as those of the release before.
    """

    archive: tuple[Copy, ...]
    needed: Mapping[str, int]
    lost: frozenset[str]
    strays: bool


def _past(found: Snapshot, now: Iterable[str], written: set[str], *, number: int, oldest: int) -> Past:
    """What releases from `oldest` on need besides the new release's keys."""
    serving = set(now)
    before = 0 if found.base is None else found.base.number
    past, lost = dict(found.past), set(found.lost)
    archive: list[Copy] = []

    def keep(key: str, file: Stored, last: int) -> None:
        if last < oldest:
            return
        # Another ETag than the file's: a damaged copy, or one of an upload in parts, which is made once more then.
        if found.listed.get(key) == file.etag and found.listed.get(file.archive_key) != file.etag:
            archive.append(_copy(key, file.archive_key, file, found))
        past[file.archive_key] = max(last, past.get(file.archive_key, 0))

    def put_back(key: str, file: Stored) -> None:
        there = found.listed.get(key) == file.etag and key not in found.lost
        archived = file.archive_key in found.listed and file.archive_key not in found.lost
        if not there and not archived:
            lost.add(key)
        elif not there or key in found.distrusted:
            archive.append(_copy(key if there else file.archive_key, key, file, found))

    for key, file in (found.base.files if found.base else EMPTY).items():
        if key in serving and key not in written:
            continue
        if key not in serving and is_loaded(key):
            past[key] = before
            if before >= oldest:
                put_back(key, file)
        # A hashed file is not in its place where a deploy over it died.
        if key in written or not file.headers.immutable or found.listed.get(key) != file.etag:
            keep(key, file, before)
    for key, file in found.older.items():
        if key in written:
            keep(key, file, found.past.get(key, 0))
    known = past.keys() | serving
    strays = {
        key for key in found.listed if key not in known and not key.startswith(RELEASES_PREFIX) and is_loaded(key)
    }
    past |= dict.fromkeys(strays, number - 1)
    present = (found.listed.keys() - lost) | {copy.target for copy in archive}
    needed = {key: last for key, last in past.items() if last >= oldest and key not in serving and key in present}
    return Past(archive=tuple(archive), needed=needed, lost=frozenset(lost), strays=bool(strays))
