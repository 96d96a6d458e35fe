"""What a plan uploads, keeps, archives, deletes and invalidates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from infra.website_paths import RELEASES_PREFIX
from scripts.website.headers import IMMUTABLE, Headers, headers, is_loaded
from scripts.website.plan import INDEX, Plan, Snapshot, Wanted, deploy, roll_back
from scripts.website.release import CURRENT_KEY, Record, Release, Stored
from scripts.website.report import plan_as_json, summary

KEEP = 3


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def wanted(build: Mapping[str, str]) -> list[Wanted]:
    return [Wanted(key=key, size=len(text), root="build", sha256=digest(text)) for key, text in build.items()]


class Bucket:
    """A bucket to which plans are applied by thought alone."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self.releases: tuple[Release, ...] = ()
        self.records: dict[int, Record] = {}

    @property
    def snapshot(self) -> Snapshot:
        base = self.records[self.releases[-1].number] if self.releases else None
        return Snapshot(listed={key: one.etag for key, one in self.objects.items()}, base=base, releases=self.releases)

    def apply(self, plan: Plan) -> None:
        for copy in plan.archive:
            self.objects[copy.target] = self.objects[copy.source]
        files = dict(plan.unchanged)
        for upload in plan.uploads:
            assert upload.file.sha256
            one = Stored(
                sha256=upload.file.sha256, etag=upload.file.sha256[:32], size=upload.file.size, headers=upload.headers
            )
            files[upload.file.key] = self.objects[upload.file.key] = one
        for copy in plan.copies:
            files[copy.target] = self.objects[copy.target] = self.objects[copy.source]
        for key in plan.delete:
            del self.objects[key]
        record = Record(number=plan.number, id=plan.id, files=files, past=plan.past)
        release = Release(number=plan.number, id=plan.id, at="", by="", files=len(files), size=0, of=plan.of)
        self.releases = (*plan.releases, release)
        self.records[plan.number] = record
        for key in (record.key, CURRENT_KEY):
            self.objects[key] = Stored(sha256="", etag="", size=0, headers=headers(key))

    def deploy(self, build: Mapping[str, str]) -> Plan:
        again = self.releases and deploy(wanted(build), self.snapshot, release="same", keep=KEEP, again=True)
        plan = again if again and again.empty else deploy(wanted(build), self.snapshot, release="new", keep=KEEP)
        if not plan.empty:
            self.apply(plan)
        return plan

    @property
    def public(self) -> set[str]:
        return {key for key in self.objects if not key.startswith(RELEASES_PREFIX)}


ONE = {"index.html": "1", "a.1a2b3c4d.js": "a", "logo.png": "logo", "old.html": "old"}
TWO = {"index.html": "2", "a.5e6f7a8b.js": "b", "logo.png": "logo"}


def test_the_entry_page_comes_last_and_assets_first() -> None:
    plan = deploy(wanted(ONE), Snapshot(listed={}, base=None), release="x", keep=KEEP)
    assert [one.file.key for one in plan.uploads] == ["a.1a2b3c4d.js", "logo.png", "old.html", "index.html"]
    assert plan.uploads[-1].phase == INDEX


def test_an_unchanged_build_is_an_empty_plan_however_often() -> None:
    bucket = Bucket()
    for build in (ONE, TWO, ONE, TWO, ONE):
        bucket.deploy(build)
        assert bucket.deploy(build).empty


def test_chunks_of_the_last_releases_stay_and_pages_go_at_once() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    plan = bucket.deploy(TWO)
    assert plan.delete == ("old.html",)
    assert bucket.public == {*TWO, "a.1a2b3c4d.js"}
    for number in range(KEEP - 2):
        bucket.deploy({**TWO, "index.html": f"more {number}"})
        assert "a.1a2b3c4d.js" in bucket.public
    bucket.deploy({**TWO, "index.html": "last"})
    assert bucket.public == set(TWO)


def test_a_change_of_headers_alone_is_uploaded() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    number = bucket.releases[-1].number
    files = dict(bucket.records[number].files)
    old = Headers(content_type="text/html", cache_control="max-age=1")
    files["index.html"] = Stored(sha256=digest("1"), etag=files["index.html"].etag, size=1, headers=old)
    bucket.records[number] = Record(number=number, id="x", files=files, past={})
    plan = deploy(wanted(ONE), bucket.snapshot, release="x", keep=KEEP)
    assert [(one.file.key, one.why) for one in plan.uploads] == [("index.html", "headers")]


def test_a_file_that_the_edge_takes_for_a_route_is_told() -> None:
    noted = Bucket().deploy({**ONE, "LICENSE": "mine", ".well-known/security": "x", "docs/a.txt": "y"}).notes
    assert [note.partition(":")[0] for note in noted] == ["LICENSE"]


def test_a_name_that_lies_about_its_content_is_not_kept_for_ever_again() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    plan = bucket.deploy({**ONE, "a.1a2b3c4d.js": "changed"})
    assert plan.notes
    assert plan.invalidate == ("a.1a2b3c4d.js",)
    assert bucket.objects["a.1a2b3c4d.js"].headers.cache_control != IMMUTABLE
    assert bucket.deploy({**ONE, "a.1a2b3c4d.js": "changed"}).empty


def test_only_what_was_there_and_can_change_is_invalidated() -> None:
    bucket = Bucket()
    assert bucket.deploy(ONE).invalidate == ()
    assert bucket.deploy({**TWO, "new.html": "new"}).invalidate == ("index.html", "old.html")


def test_what_cloudfront_was_not_told_is_something_to_do() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    told = deploy(wanted(ONE), bucket.snapshot, release="same", keep=KEEP, again=True)
    left = replace(bucket.snapshot, unsent=("/", "/index.html"))
    untold = deploy(wanted(ONE), left, release="same", keep=KEEP, again=True)
    assert (told.empty, told.changes, summary(told)) == (True, False, "nothing to do: 4 files are as they should be")
    assert (untold.empty, untold.changes, plan_as_json(untold)["untold"]) == (True, True, ["/", "/index.html"])
    assert "2 paths to tell CloudFront" in summary(untold)


def test_odd_keys_in_the_bucket_are_removed() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    for key in ("a//b.html", "folder/", "x y.html", "ü.html"):
        bucket.objects[key] = Stored(sha256="", etag="x", size=0, headers=headers(key))
    bucket.deploy(ONE)
    assert bucket.public == set(ONE)


def test_a_rollback_brings_every_file_back_without_a_build() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    first = dict(bucket.objects)
    bucket.deploy({**TWO, "logo.png": "another"})
    plan, lost = roll_back(bucket.records[1], bucket.snapshot, keep=KEEP)
    assert lost == ()
    assert [copy.target for copy in plan.copies] == ["logo.png", "old.html", "index.html"]
    bucket.apply(plan)
    assert {key: bucket.objects[key] for key in ONE} == {key: first[key] for key in ONE}


def test_a_rollback_names_what_is_lost() -> None:
    bucket = Bucket()
    bucket.deploy(ONE)
    bucket.deploy(TWO)
    del bucket.objects["a.1a2b3c4d.js"]
    _, lost = roll_back(bucket.records[1], bucket.snapshot, keep=KEEP)
    assert lost == ("a.1a2b3c4d.js",)


PLAIN = ["a.html", "b.html", "logo.png", "x.pdf", "app.js"]
HASHED = ["m.1a2b3c4d.js", "n.5e6f7a8b.js", "o.9c0d1e2f.css"]  # their content is the same wherever they are
BUILDS = st.fixed_dictionaries(
    {"index.html": st.sampled_from("12")},
    optional={name: st.sampled_from("123") for name in PLAIN} | {name: st.just(name) for name in HASHED},
)


@given(builds=st.lists(BUILDS, min_size=1, max_size=8), stray=st.sets(st.sampled_from(["s.png", "t.html", "u//v.js"])))
def test_after_any_deploys_the_site_is_whole_and_every_kept_release_can_come_back(
    builds: list[dict[str, str]], stray: set[str]
) -> None:
    bucket = Bucket()
    for key in stray:
        bucket.objects[key] = Stored(sha256="", etag="x", size=0, headers=headers(key))
    made: list[dict[str, str]] = []
    for build in builds:
        if not bucket.deploy(build).empty:
            made.append(build)
        assert {key: bucket.objects[key].sha256 for key in build} == {key: digest(text) for key, text in build.items()}
        assert all(is_loaded(key) for key in bucket.public - build.keys())
        for release, old in zip(reversed(bucket.releases), reversed(made), strict=False):
            if release is not bucket.releases[-1]:
                plan, lost = roll_back(bucket.records[release.number], bucket.snapshot, keep=KEEP)
                assert lost == ()
                assert plan.unchanged.keys() | {copy.target for copy in plan.copies} == old.keys()
    for number in range(KEEP):
        bucket.deploy({"index.html": f"end {number}"})
    assert bucket.public == {"index.html"}
