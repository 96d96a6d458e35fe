"""`diceytech deploy|rollback|releases website`: reading, planning and applying, joined.

`Site` is one environment's website as it is reached; the functions here are what the commands, and whatever else brings
a website up, call.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from infra.environment_variables import website as runtime_settings
from infra.errors import PlatformError
from infra.outputs import Outputs
from scripts.aws.http import AwsHttp, Retries, endpoint
from scripts.aws.signing import Credentials
from scripts.heartbeat import NOTICE
from scripts.website.apply import AT_ONCE, LARGE_AT_ONCE, Done, Parts, Progress, apply, now, send
from scripts.website.bucket import Bucket, place
from scripts.website.build import BuildFile, scan
from scripts.website.headers import Headers, is_hashed
from scripts.website.invalidation import Cdn
from scripts.website.lock import Lock
from scripts.website.parallel import InBackground, each
from scripts.website.plan import EMPTY, Plan, Snapshot, Wanted, deploy, named, needed, roll_back
from scripts.website.release import (
    CURRENT_KEY,
    OBJECTS,
    RECORDS,
    Current,
    DamagedError,
    Record,
    Release,
    Stored,
    described,
    record_from_bytes,
)
from scripts.website.settings import WebsiteSettings
from scripts.website.uploads import Uploads, etag_of, sha256_of

CONFIG_KEY = "config.json"
CLOUDFRONT = "https://cloudfront.amazonaws.com"  # one for the whole world, signed for us-east-1
HASHING = max(2, min(8, os.cpu_count() or 2))


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to go about it: `verify` reads every object's headers back, `take_over` ends another deploy's claim.

    `notice` are the seconds that its owner is given to notice.
    """

    verify: bool = False
    take_over: bool = False
    notice: float = NOTICE
    retries: Retries = field(default_factory=Retries)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The list of releases, and what is still being read."""

    current: Current
    listing: InBackground[dict[str, str]]
    record: InBackground[Record | None]


class Site:
    """The website of one environment."""

    def __init__(
        self,
        outputs: Outputs,
        settings: WebsiteSettings,
        credentials: Callable[[], Credentials],
        options: Options | None = None,
    ) -> None:
        self.outputs, self.settings = outputs, settings
        self.options = options or Options()
        retries = self.options.retries
        self.bucket = Bucket(place(outputs.website_bucket, outputs.region), credentials, retries)
        cloudfront = AwsHttp(
            service="cloudfront",
            region="us-east-1",
            endpoint=endpoint("cloudfront", CLOUDFRONT),
            credentials=credentials,
            retries=retries,
        )
        self.parts = Parts(
            bucket=self.bucket,
            lock=Lock(self.bucket, notice=self.options.notice),
            cdn=Cdn(outputs.distribution_id, cloudfront) if outputs.distribution_id else None,
            uploads=Uploads(self.bucket, credentials, retries),
        )

    def begin(self) -> Reading:
        """Begins to read the bucket; raises HeldError where another deploy is at work."""
        lock, listing = self.parts.lock, InBackground(self.bucket.list)
        if not lock.holding:
            lock.read()
            lock.refuse_held(take_over=self.options.take_over)
        current = lock.current
        served = current.served
        record = InBackground(lambda: None if served is None else self._record(served))
        return Reading(current=current, listing=listing, record=record)

    def snapshot(self, reading: Reading) -> Snapshot:
        """The bucket as it is: list, served release, and with `verify` which objects are not what was written.

        Where the list of releases or the record of the served one is lost, the other records tell what they can.
        """
        current, base, listed = reading.current, reading.record.result(), reading.listing.result()
        if not self.parts.lock.agrees(listed):  # begun before the list of releases was read: a deploy ended in between
            listed = self.bucket.list()
        releases = tuple(one for one in current.releases if one.record in listed)
        records = {}
        if not current.releases:
            records = self._records(key for key in listed if key.startswith(RECORDS))
            releases = _told_by(records)
            base = records[releases[-1].number] if releases else None
        elif base is None:
            records = self._records(one.record for one in releases)
            releases = tuple(one for one in releases if one.number in records)
        lost = bool(records) or (current.served is not None and base is None)
        repair = self.parts.lock.damaged or current.claim is not None or lost
        recovered = needed(records.values()) if base is None else {}
        unsent = current.unsent if self.parts.cdn is not None else ()
        found = Snapshot(listed=listed, base=base, releases=releases, recovered=recovered, repair=repair, unsent=unsent)
        if self.options.verify and base is not None:
            distrusted = self._other_headers({key: file.headers for key, file in base.files.items()})
            return self._with_changed_past(replace(found, distrusted=distrusted))
        return found

    def releases(self) -> tuple[tuple[Release, ...], str]:
        """The kept releases, oldest first, and what is wrong with their list: then they are as their records tell."""
        found = self.parts.lock.read().releases
        records = {} if found else self._records(self.bucket.list(RECORDS))
        damaged = self.parts.lock.damaged
        if not records and not damaged:
            return found, ""
        how = "damaged" if damaged else "lost"
        told = (
            f"the list of releases ({CURRENT_KEY}) is {how}, and told from the records; the next deploy writes it anew"
        )
        return _told_by(records), told

    def record(self, release: Release) -> Record:
        """The record of a release; raises DamagedError where it is lost."""
        found = self._record(release)
        if found is None:
            raise DamagedError(f"the record of release {release.number} ({release.id}) is lost; choose another one")
        return found

    def _record(self, release: Release) -> Record | None:
        return self._records([release.record]).get(release.number)

    def _records(self, keys: Iterable[str]) -> dict[int, Record]:
        """The records that can be read, by number."""

        def read(key: str) -> Record | None:
            found = self.bucket.get(key)
            try:
                return None if found is None else record_from_bytes(found.body)
            except DamagedError:
                return None

        return {one.number: one for one in each(read, keys, at_once=AT_ONCE) if one is not None}

    def older(self, keys: Collection[str], found: Snapshot) -> dict[str, Stored]:
        """Those of these objects that are what a kept release wrote there, as it did."""
        if not keys:
            return {}
        written: dict[str, Stored] = {}
        for _, record in sorted(self._records(one.record for one in found.releases).items()):
            files = {key: record.files[key] for key in keys if key in record.files}
            written |= {key: file for key, file in files.items() if file.etag == found.listed.get(key)}
        return written

    def damaged(self, written: Mapping[str, Stored]) -> frozenset[str]:
        """Which of these objects do not hold what was written there."""

        def damage(key: str) -> str | None:
            found = self.bucket.get(key)
            whole = found is not None and hashlib.sha256(found.body).hexdigest() == written[key].sha256
            return None if whole else key

        return frozenset(key for key in each(damage, written, at_once=LARGE_AT_ONCE) if key is not None)

    def _with_changed_past(self, found: Snapshot) -> Snapshot:
        """The snapshot with what older releases need and is not what they wrote."""
        written: dict[str, Stored] = {}
        for _, record in sorted(self._records(one.record for one in found.releases[:-1]).items()):
            written |= record.files
            written |= {file.archive_key: file for file in record.files.values()}
        there = found.listed
        lost = {key for key in found.past if key not in there}
        # A copy has an ETag of its own where the file was uploaded in parts.
        other = {key for key in found.past if key in there and key in written and written[key].etag != there[key]}
        lost |= self.damaged({key: written[key] for key in other})
        public = {key for key in found.past if key not in lost and not key.startswith(OBJECTS)}
        worn = self._other_headers({key: written[key].headers for key in public if key in written})
        return replace(found, lost=frozenset(lost), worn={key: written[key] for key in worn})

    def _other_headers(self, expected: Mapping[str, Headers]) -> frozenset[str]:
        """Which of these objects have other headers, or are not there."""

        def changed(key: str) -> str | None:
            found = self.bucket.head(key)
            return key if found is None or found.foreign or found.headers != expected[key] else None

        return frozenset(key for key in each(changed, expected, at_once=AT_ONCE) if key is not None)


def _told_by(records: Mapping[int, Record]) -> tuple[Release, ...]:
    """The list of releases, of their records."""
    return tuple(described(one) for _, one in sorted(records.items()))


def plan_deploy(site: Site, directory: Path, release: str | None = None) -> Plan:
    """What deploying this build would do, under this id or a new one; raises BuildError, HeldError or AwsError."""
    wanted, found = _compared(site, directory)
    keep = site.settings.keep_releases
    if found.base is not None:
        same = deploy([*wanted, _site_config(site, found.base.id)], found, release=found.base.id, keep=keep, again=True)
        if same.empty:
            return same
    name = release or new_id()
    files = [*wanted, _site_config(site, name)]
    plan = deploy(files, found, release=name, keep=keep)
    if damaged := _damaged(site, plan):
        plan = deploy(files, replace(found, lost=found.lost | damaged), release=name, keep=keep)
    return replace(plan, again=lambda: plan_deploy(site, directory, name))


def plan_rollback(site: Site, to: str | None) -> Plan:
    """What going back to a release would do; raises PlatformError where it is not kept, lacks files, or is served."""
    found, keep = site.snapshot(site.begin()), site.settings.keep_releases
    ended = to is None and _ended_early(site, found)
    target = found.releases[-1] if ended else chosen(found.releases, to)
    record = site.record(target)
    if content(target) == content(found.releases[-1]):
        same, lost = roll_back(record, found, keep=keep, again=True)
        if same.empty and not lost:
            if same.untold:
                return same
            raise PlatformError(
                f"release {target.number} is what is served, and whole; `releases website` shows the others"
            )
    plan, lost = _rolled_back(site, record, found)
    if lost:
        raise PlatformError(
            f"release {target.number} cannot be brought back: {named(lost)} of it changed or went by hand; deploy its "
            "build"
        )
    why = (f"release {target.number} is brought back, over which a deploy did not end",) if ended else ()
    return replace(plan, of=content(target), notes=(*why, *plan.notes), again=lambda: plan_rollback(site, to))


def _ended_early(site: Site, found: Snapshot) -> bool:
    """Whether a deploy over the served release changed something and did not end, and it can be brought back."""
    if not found.releases or found.base is None:
        return False
    same, lost = roll_back(found.base, found, keep=site.settings.keep_releases, again=True)
    untold = bool(found.unsent) and found.releases[-1].of is not None  # a rollback that CloudFront was not told of
    return untold or site.parts.lock.current.claim is not None or bool(same.copies and not lost)


def _damaged(site: Site, plan: Plan) -> frozenset[str]:
    """What the plan copies and is not what was written: another ETag tells of that, or of an upload in parts."""
    copies = (*plan.archive, *plan.copies)
    return site.damaged({copy.source: copy.file for copy in copies if copy.etag != copy.file.etag})


def _rolled_back(site: Site, target: Record, found: Snapshot) -> tuple[Plan, tuple[str, ...]]:
    """The plan and what is lost for it, once what it copies, and what it overwrites, is known."""
    keep = site.settings.keep_releases
    plan, lost = roll_back(target, found, keep=keep)
    older = site.older([copy.target for copy in plan.copies if copy.target in found.past], found)
    damaged = _damaged(site, plan)
    if not older and not damaged:
        return plan, lost
    return roll_back(target, replace(found, older=older, lost=found.lost | damaged), keep=keep)


def content(release: Release) -> int:
    """The number of the release that was built: a rollback brings an older one back under a new number."""
    return release.number if release.of is None else release.of


def chosen(releases: Sequence[Release], to: str | None) -> Release:
    """The release to go back to: by number or id, or the one before what is served; raises PlatformError."""
    if not releases:
        raise PlatformError("no release is recorded in the bucket; deploy the website first")
    served = releases[-1]
    if to is None:
        older = [one for one in releases if content(one) < content(served)]
        if not older:
            raise PlatformError(f"release {content(served)} is the oldest that is kept; `releases website` shows them")
        before = [one for one in older if one.number < content(served)]
        # An older one may be kept under a later number alone, as a rollback brought it back.
        return before[-1] if before else max(older, key=content)
    for one in reversed(releases):
        if to in (str(one.number), one.id):
            return one
    raise PlatformError(f"there is no release {to!r}; kept are {', '.join(str(one.number) for one in releases)}")


def carry_out(site: Site, plan: Plan, progress: Progress) -> Done | None:
    """Applies the plan; None where the bucket is already as it should be (what CloudFront was not told, it is now)."""
    if plan.empty:
        served = site.parts.lock.current.served
        return send(plan, served, site.parts, again="-again") if served is not None and plan.untold else None
    return apply(plan, site.parts, by=who(), at=now(), progress=progress)


def new_id() -> str:
    """A release's id: the time, and a random part."""
    return f"{now().replace('-', '').replace(':', '').rstrip('Z').lower()}-{os.urandom(3).hex()}"


def who() -> str:
    """Who deploys, for others to read: the user of GitHub's job, or of this machine."""
    import getpass

    try:
        name = os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
    return name.encode(errors="replace").decode()  # one that is not UTF-8 could not be shown


def _site_config(site: Site, release: str) -> Wanted:
    """The runtime config.json, which names its release."""
    settings = {**runtime_settings(site.settings.variables, site.outputs), "release": release}
    text = json.dumps(settings, indent=2, ensure_ascii=False).encode() + b"\n"
    return Wanted(key=CONFIG_KEY, size=len(text), content=text, sha256=hashlib.sha256(text).hexdigest())


def _compared(site: Site, directory: Path) -> tuple[list[Wanted], Snapshot]:
    """The files of the build, with the digest of those that are served already, and the bucket."""
    beginning = InBackground(site.begin)
    files = scan(directory, backend_paths=site.settings.backend_paths)
    reading = beginning.result()
    # Where a release is served most files are as they were, so they are read while its record is on the way.
    digests = _digests(files) if reading.current.served else {}
    found = site.snapshot(reading)
    served = EMPTY if found.base is None else found.base.files
    digests = digests or (_digests(files) if served else {})  # the list was lost, and a record tells what is served
    clashes = _clashes([one for one in files if one.key in found.listed and one.key not in served], found)
    older = site.older([one.key for one in clashes], found)
    # A copy of an upload in parts has an ETag of its own.
    other = {one.key for one in clashes if one.key not in older or older[one.key].sha256 != _sha256(one, digests)}
    wanted = [
        _file(one, served.get(one.key), digests.get(one.key), one.key in other)
        for one in files
        if one.key != CONFIG_KEY
    ]
    return wanted, replace(found, older={key: file for key, file in older.items() if key in other})


def _file(file: BuildFile, before: Stored | None, digest: str | None, clashes: bool) -> Wanted:
    """The file to serve; a digest that is known already is one text, not two, for each of 100,000 files."""
    known = None if before is None else before.sha256 if before.sha256 == digest else digest
    return Wanted(key=file.key, size=file.size, root=file.root, sha256=known, clashes=clashes)


def _clashes(files: Sequence[BuildFile], found: Snapshot) -> list[BuildFile]:
    """Those whose names are of content that never changes, and under which the bucket has something else."""

    def clash(file: BuildFile) -> BuildFile | None:
        return None if etag_of(file.path, file.size) == found.listed[file.key] else file

    marked = [one for one in files if is_hashed(one.key)]
    return [one for one in each(clash, marked, at_once=HASHING) if one is not None]


def _sha256(file: BuildFile, digests: Mapping[str, str]) -> str:
    return digests.get(file.key) or sha256_of(file.path, file.size)


def _digests(files: Sequence[BuildFile]) -> dict[str, str]:
    """SHA-256 of each file by its key."""
    found: dict[str, str] = {}
    each(lambda file: found.__setitem__(file.key, sha256_of(file.path, file.size)), files, at_once=HASHING)
    return found
