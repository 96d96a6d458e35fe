"""Whatever happens to a deploy, the site is the old one or the new one, and the next deploy puts all in order.

Against versitygw, a real S3 server, behind a proxy that fails at one request or from one request on.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from fault_proxy import Asked, Fault, fault_proxy
from website_world import FIRST, SECOND, World, broken, quiet

from infra.errors import PlatformError
from scripts.heartbeat import BEAT, FRESH, NOTICE
from scripts.website.apply import Done
from scripts.website.bucket import Bucket
from scripts.website.deploy import carry_out, plan_rollback
from scripts.website.headers import Headers, headers
from scripts.website.invalidation import Cdn
from scripts.website.lock import HeldError
from scripts.website.plan import Plan
from scripts.website.release import CURRENT_KEY, OBJECTS, RECORDS
from scripts.website.report import done_as_json

REQUESTS = 20  # of the deploy of SECOND over FIRST


def at(number: int, fault: Fault) -> Callable[[Asked], Fault]:
    return lambda asked: fault if asked.number == number else "none"


def since(number: int) -> Callable[[Asked], Fault]:
    return lambda asked: "dead" if asked.number >= number else "none"


def kept_of_the_first() -> dict[str, str]:
    """What stays of the first release while it is kept: all but its pages and documents."""
    return {key: FIRST[key] for key in ("assets/main.1a2b3c4d.js",)}


def requests_of_a_deploy(world: World) -> int:
    world.deploy(FIRST)
    with fault_proxy(world.server) as proxy:
        world.deploy(SECOND, through=proxy.address)
    return len(proxy.asked)


def test_the_number_of_requests_is_as_planned(world: World) -> None:
    # list, current, record, claim; 5 archived; 1 asset, fence, 3 others, 1 page, entry page; record, fence, delete,
    # current
    assert requests_of_a_deploy(world) == REQUESTS


@pytest.mark.slow
@pytest.mark.parametrize("number", range(REQUESTS + 1))
def test_a_deploy_that_dies_leaves_a_whole_site_and_the_next_one_repairs(world: World, number: int) -> None:
    world.deploy(FIRST)
    with fault_proxy(world.server, since(number)) as proxy:
        if number < REQUESTS:
            with pytest.raises(PlatformError):
                world.deploy(SECOND, through=proxy.address)
        else:
            world.deploy(SECOND, through=proxy.address)
    assert broken(world.served(), FIRST, SECOND) == []
    world.deploy(SECOND, take_over=True)
    assert world.served() == {**SECOND, **kept_of_the_first()}
    assert world.plan(SECOND).empty


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["lost", "busy", "truncated"])
def test_one_failed_request_is_repeated(world: World, fault: Fault) -> None:
    world.deploy(FIRST)
    releases = [FIRST, SECOND]
    for number in range(REQUESTS):
        with fault_proxy(world.server, at(number, fault)) as proxy:
            world.deploy(releases[(number + 1) % 2], through=proxy.address)
        assert broken(world.served(), FIRST, SECOND) == [], number
    assert world.plan(releases[REQUESTS % 2]).empty


def test_a_busy_server_is_asked_again_until_it_is_not(world: World) -> None:
    seen: dict[str, int] = {}

    def twice(asked: Asked) -> Fault:
        seen[asked.method + asked.target] = seen.get(asked.method + asked.target, 0) + 1
        return "busy" if seen[asked.method + asked.target] <= 2 else "none"

    with fault_proxy(world.server, twice) as proxy:
        world.deploy(FIRST, through=proxy.address)
    assert world.served() == FIRST


def test_a_wrong_etag_is_settled_by_reading_back(world: World) -> None:
    def files(asked: Asked) -> Fault:
        return "etag" if asked.method == "PUT" and "/.releases/" not in asked.target else "none"

    with fault_proxy(world.server, files) as proxy:
        world.deploy(FIRST, through=proxy.address)
    assert [asked.method for asked in proxy.asked].count("GET") > len(FIRST)
    assert world.served() == FIRST
    assert world.plan(FIRST).empty


def test_content_that_arrives_damaged_is_refused_and_the_old_release_stays(world: World) -> None:
    world.deploy(FIRST)

    def pages(asked: Asked) -> Fault:
        return "damaged" if asked.method == "PUT" and asked.path.endswith("main.5e6f7a8b.js") else "none"

    with (
        fault_proxy(world.server, pages) as proxy,
        pytest.raises(PlatformError, match=r"main\.5e6f7a8b\.js: arrived damaged"),
    ):
        world.deploy(SECOND, through=proxy.address)
    assert {key: text for key, text in world.served().items() if key in FIRST} == FIRST
    world.deploy(SECOND)
    assert world.served() == {**SECOND, **kept_of_the_first()}


def test_what_a_dead_deploy_left_does_not_stay_for_ever(world: World) -> None:
    world.deploy(FIRST)
    with fault_proxy(world.server, since(12)) as proxy, pytest.raises(PlatformError):
        world.deploy(SECOND, through=proxy.address)
    assert "assets/main.5e6f7a8b.js" in world.served()
    for number in range(world.keep + 1):
        world.deploy({**FIRST, "news.html": f"{number}"}, take_over=True)
    assert world.served() == {**FIRST, "news.html": f"{world.keep}"}


def test_of_two_deploys_at_once_the_second_is_told(world: World) -> None:
    world.deploy(FIRST)
    told: list[str] = []

    def meanwhile(asked: Asked) -> Fault:
        if asked.method == "PUT" and asked.path.endswith("main.5e6f7a8b.js") and not told:
            with pytest.raises(HeldError, match=r"is deploying .* last sign of life"):
                world.deploy({**FIRST, "index.html": "third"})
            told.append("told")
        return "none"

    with fault_proxy(world.server, meanwhile) as proxy:
        world.deploy(SECOND, through=proxy.address)
    assert told
    assert world.served() == {**SECOND, **kept_of_the_first()}


def test_a_plan_that_another_deploy_overtook_is_not_carried_out(world: World) -> None:
    world.deploy(FIRST)
    slow = world.site()
    planned = world.plan({**FIRST, "index.html": "third"}, slow)
    world.deploy(SECOND)
    with pytest.raises(HeldError, match="another deploy changed the site meanwhile"):
        carry_out(slow, planned, quiet)
    assert world.served() == {**SECOND, **kept_of_the_first()}


def test_a_deploy_that_is_done_is_not_told_to_run_again_where_another_one_came_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.distribution = "EDFDVBD6EXAMPLE"
    world.deploy(FIRST)
    sent: list[Sequence[str]] = []

    def invalidate(_: Cdn, changed: Sequence[str], *, reference: str) -> str:
        assert reference
        sent.append(changed)
        if len(sent) == 1:
            world.deploy({**SECOND, "jobs.html": "third"})
        return f"I{len(sent)}"

    monkeypatch.setattr(Cdn, "invalidate", invalidate)
    done = world.deploy(SECOND)
    assert done is not None
    assert (done.release.number, done.overtaken, done.invalidation) == (2, True, "I2")
    assert done_as_json(done.plan, done, "")["overtaken"]
    assert set(sent[0]) < set(sent[1])
    assert (world.site().parts.lock.read().unsent, world.served()["jobs.html"]) == ((), "third")


def test_a_deploy_that_was_taken_over_writes_no_page(world: World) -> None:
    world.deploy(FIRST)
    taken: list[str] = []

    def meanwhile(asked: Asked) -> Fault:
        if asked.method == "PUT" and asked.path.endswith("main.5e6f7a8b.js") and not taken:
            taken.append("over")
            world.deploy({**FIRST, "index.html": "third"}, take_over=True)
        return "none"

    with fault_proxy(world.server, meanwhile) as proxy, pytest.raises(HeldError):
        world.deploy(SECOND, through=proxy.address)
    assert taken
    assert world.served()["index.html"] == "third"
    assert "jobs.html" not in world.served()


@pytest.mark.parametrize("moment", ["p1.html", "/.releases/records/"])
def test_a_deploy_that_slept_while_it_was_taken_over_writes_and_deletes_nothing_more(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    pages = {f"p{number}.html": "first" for number in range(1, 6)}
    world.deploy({**FIRST, **pages})
    monkeypatch.setattr("scripts.website.apply.FRESH", 0.0)  # every sign of life is an old one, as after a sleep
    monkeypatch.setattr("scripts.website.apply.AT_ONCE", 1)
    taken: list[str] = []

    def meanwhile(asked: Asked) -> Fault:
        if asked.method == "PUT" and moment in asked.target and not taken:
            taken.append("over")
            world.deploy({**FIRST, **dict.fromkeys(pages, "third")}, take_over=True)
        return "none"

    changed = {"index.html": "second", "p1.html": "second", "p2.html": "second"}
    without = {key: text for key, text in FIRST.items() if key != "about.html"}
    with fault_proxy(world.server, meanwhile) as proxy, pytest.raises(HeldError, match="nothing more is written"):
        world.deploy({**without, **changed}, through=proxy.address)
    served = world.served()
    assert taken
    assert served["about.html"] == FIRST["about.html"]
    assert served["p5.html"] == "third"
    if moment == "p1.html":
        assert (served["p2.html"], served["index.html"]) == ("third", FIRST["index.html"])


@pytest.mark.parametrize("sign", [2, 3])  # before the first page, and before what is deleted
def test_a_sign_of_life_whose_answer_is_long_on_its_way_is_none(
    world: World, monkeypatch: pytest.MonkeyPatch, sign: int
) -> None:
    world.deploy(FIRST)
    put, signs, now = Bucket.put, list[str](), [1000.0]
    third = {**FIRST, "index.html": "third", "other.html": "third"}
    slow = world.site()

    def late(bucket: Bucket, key: str, body: bytes, kept: Headers, **how: Any) -> str:
        etag = put(bucket, key, body, kept, **how)
        if bucket is slow.bucket and key == CURRENT_KEY:
            signs.append(key)
            if len(signs) == sign:  # the bucket has it; meanwhile somebody takes over and is done
                now[0] += NOTICE
                world.deploy(third, take_over=True)
        return etag

    monkeypatch.setattr(Bucket, "put", late)
    monkeypatch.setattr("scripts.heartbeat.time", SimpleNamespace(time=lambda: now[0]))
    with pytest.raises(HeldError, match="nothing more is written"):
        carry_out(slow, world.plan(SECOND, slow), quiet)
    assert len(signs) == sign
    served = world.served()
    assert (served["other.html"], served["about.html"]) == ("third", FIRST["about.html"])
    if sign == 2:
        assert third.items() <= served.items()


def test_a_deploy_that_slept_between_two_lists_of_deletions_sends_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {f"p{number}.html": "page" for number in range(6)}
    world.deploy({**FIRST, **pages})
    monkeypatch.setattr("scripts.website.bucket.DELETE_AT_ONCE", 2)
    now = [1000.0]
    monkeypatch.setattr("scripts.heartbeat.time", SimpleNamespace(time=lambda: now[0]))
    lists: list[str] = []

    def meanwhile(asked: Asked) -> Fault:
        if asked.method == "POST":
            lists.append(asked.target)
            if len(lists) == 1:
                now[0] += NOTICE
                world.deploy({**FIRST, **pages, "index.html": "third"}, take_over=True)
        return "none"

    with fault_proxy(world.server, meanwhile) as proxy, pytest.raises(HeldError, match="nothing more is written"):
        world.deploy(FIRST, through=proxy.address)
    assert len(lists) == 1
    assert len(world.served().keys() & pages.keys()) == 4


def test_whoever_takes_over_a_living_deploy_mends_what_it_wrote_after_the_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.website.apply.AT_ONCE", 1)
    pages = {f"p{number}.html": "first" for number in range(8)}
    first = {**FIRST, **pages}
    world.deploy(first)
    taker = world.site(take_over=True)
    planned: list[Plan] = []
    done: list[Done | None] = []

    def meanwhile(asked: Asked) -> Fault:
        if asked.method == "PUT" and asked.path.endswith("/p0.html") and not planned:
            planned.append(world.plan(first, taker))
        if asked.method == "PUT" and asked.path.endswith(f"{world.bucket}/index.html") and not done:
            done.append(carry_out(taker, planned[0], quiet))
        return "none"

    with fault_proxy(world.server, meanwhile) as proxy, pytest.raises(HeldError):
        world.deploy({**SECOND, **dict.fromkeys(pages, "second")}, through=proxy.address)
    assert done[0] is not None
    assert not {upload.file.key for upload in planned[0].uploads} & pages.keys()
    assert done[0].plan.id == planned[0].id
    assert done[0].plan.notes == ("planned again when the deploy that was taken over had stopped",)
    served = world.served()
    assert {key: served[key] for key in pages} == pages


def test_whoever_takes_over_a_living_claim_waits_until_its_owner_has_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy(FIRST)
    waited: list[float] = []
    monkeypatch.setattr("scripts.website.lock.time", SimpleNamespace(time=time.time, sleep=waited.append))
    with fault_proxy(world.server, since(12)) as proxy, pytest.raises(PlatformError):
        world.deploy(SECOND, through=proxy.address)
    world.deploy(SECOND, take_over=True, notice=NOTICE)
    assert NOTICE > FRESH > BEAT
    assert waited == [1] * int(NOTICE)
    waited.clear()
    world.deploy(FIRST, take_over=True, notice=NOTICE)
    assert waited == []


def test_a_deploy_that_fails_lets_the_next_one_in_at_once(world: World) -> None:
    world.deploy(FIRST)

    def one(asked: Asked) -> Fault:
        return "dead" if asked.path.endswith("main.5e6f7a8b.js") else "none"

    with fault_proxy(world.server, one) as proxy, pytest.raises(PlatformError, match="was not written"):
        world.deploy(SECOND, through=proxy.address)
    world.deploy(SECOND)
    assert world.served() == {**SECOND, **kept_of_the_first()}


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"{}",
        lambda _: b"not json",
        lambda _: b"[" * 100_000,
        lambda _: b'{"schema": 99, "releases": []}',
        lambda whole: whole.replace(b'"number":1', b'"number":"1"'),
        lambda whole: re.sub(rb'"at":"[^"]*"', b'"at":1', whole),
        lambda whole: re.sub(rb'"id":"[^"]*"', b'"id":"' + b"a" * 1100 + b'"', whole),
        lambda whole: re.sub(rb'"id":"[^"]*"', rb'"id":"\\ud800"', whole),
        lambda whole: whole.replace(b'"number":1', b'"number":1' + b"0" * 4299),
        None,
    ],
)
def test_a_damaged_list_of_releases_is_written_anew_from_the_records(
    world: World, damage: Callable[[bytes], bytes] | None
) -> None:
    world.deploy(FIRST)
    whole = world.s3.get(CURRENT_KEY)
    assert whole is not None
    if damage is None:
        world.s3.delete([CURRENT_KEY])
    else:
        world.s3.put(CURRENT_KEY, damage(whole.body), headers("x.json"))
    world.deploy(SECOND)
    assert broken(world.served(), FIRST, SECOND) == []
    assert SECOND.items() <= world.served().items()
    assert world.plan(SECOND).empty
    before, served = world.site().parts.lock.read().releases
    assert (before.number, before.by, served.number) == (1, "unknown", 2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", before.at)
    world.roll_back("1")
    assert FIRST.items() <= world.served().items()


@pytest.mark.parametrize("damage", [b"garbage", None])
def test_where_the_served_releases_record_is_lost_older_ones_can_still_be_brought_back(
    world: World, damage: bytes | None
) -> None:
    world.keep = 5
    third = {**FIRST, "index.html": "third, loads assets/main.9c8d7e6f.js", "assets/main.9c8d7e6f.js": "third main"}
    for build in (FIRST, SECOND, third):
        world.deploy(build)
    (record,) = [key for key in world.private() if "records/000003" in key]
    world.s3.delete([record]) if damage is None else world.s3.put(record, damage, headers("x.gz"))
    world.deploy(third)
    for to, build in (("1", FIRST), ("2", SECOND)):
        world.roll_back(to)
        assert build.items() <= world.served().items()


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_verify_finds_what_an_older_release_needs_and_somebody_changed(world: World, how: str) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    chunk = "assets/main.1a2b3c4d.js"
    if how == "changed":
        world.s3.put(chunk, b"defaced", headers(chunk))
    else:
        world.s3.delete([chunk])
    site = world.site(verify=True)
    plan = world.plan(SECOND, site)
    assert [note for note in plan.notes if note.startswith(f"{chunk}: of an older release, and changed or deleted")]
    assert plan.delete == ((chunk,) if how == "changed" else ())
    carry_out(site, plan, quiet)
    assert chunk not in world.served()
    assert SECOND.items() <= world.served().items()


def archived(world: World, key: str) -> str:
    """Where the first release's file is kept."""
    digest = hashlib.sha256(FIRST[key].encode()).hexdigest()
    (found,) = [one for one in world.private() if digest in one]
    return found


def test_a_damaged_archived_file_is_not_brought_back(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    world.s3.put(archived(world, "index.html"), b"defaced", headers("index.html"))
    with pytest.raises(PlatformError, match=r"release 1 cannot be brought back: index\.html of it changed"):
        world.roll_back("1")
    assert SECOND.items() <= world.served().items()


def test_an_archived_file_that_is_damaged_after_the_plan_is_found(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    site = world.site()
    plan = plan_rollback(site, "1")
    world.s3.put(archived(world, "index.html"), b"defaced", headers("index.html"))
    with pytest.raises(PlatformError, match=r"index\.html: arrived damaged"):
        carry_out(site, plan, quiet)
    world.deploy(SECOND)
    assert SECOND.items() <= world.served().items()


def test_verify_finds_a_damaged_archived_file_and_the_next_deploy_archives_it_anew(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    page = archived(world, "index.html")
    world.s3.put(page, b"defaced", headers("index.html"))
    plan = world.plan(SECOND, world.site(verify=True))
    assert plan.delete == (page,)
    assert [note for note in plan.notes if note.startswith(f"{page}: of an older release, and changed or deleted")]
    world.deploy(FIRST)
    world.s3.put(page, b"defaced", headers("index.html"))
    world.deploy(SECOND)
    world.roll_back("3")
    assert FIRST.items() <= world.served().items()


def test_headers_changed_by_hand_do_not_come_back(world: World) -> None:
    world.deploy(FIRST)
    other = Headers(content_type="text/plain", cache_control="no-store")
    world.s3.put("index.html", FIRST["index.html"].encode(), other)
    world.deploy(SECOND)
    world.s3.put(archived(world, "logo.png"), FIRST["logo.png"].encode(), other)
    world.roll_back("1")
    for key in FIRST:
        found = world.s3.head(key)
        assert found is not None
        assert found.headers == headers(key)


def test_verify_puts_back_the_headers_of_what_older_releases_need(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    chunk = "assets/main.1a2b3c4d.js"
    world.s3.put(chunk, FIRST[chunk].encode(), Headers(content_type="text/plain", cache_control="no-store"))
    site = world.site(verify=True)
    plan = world.plan(SECOND, site)
    assert plan.notes == (f"{chunk}: of an older release, and served with other headers; they are put back",)
    assert (chunk in plan.invalidate, plan.delete) == (True, ())
    carry_out(site, plan, quiet)
    found = world.s3.get(chunk)
    assert found is not None
    assert (found.body.decode(), found.headers) == (FIRST[chunk], headers(chunk))
    assert world.plan(SECOND, world.site(verify=True)).empty
    world.roll_back("1")
    assert FIRST.items() <= world.served().items()


def test_a_file_of_several_parts_is_archived_brought_back_and_verified(world: World) -> None:
    first, second = world.build(FIRST), world.build(SECOND)
    content = bytes(range(256)) * 4 * 1024 * 9  # of two parts
    (first / "film.mp4").write_bytes(content)
    (second / "film.mp4").write_bytes(b"short")
    world.deploy(first)
    world.deploy(second)
    assert world.plan(second, world.site(verify=True)).empty
    world.roll_back("1")
    found = world.s3.get("film.mp4")
    assert found is not None
    assert found.body == content
    assert world.plan(first).empty


@pytest.mark.parametrize("to", ["2", None])
def test_a_rollback_to_the_served_release_clears_up_after_a_deploy_that_died(world: World, to: str | None) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    third = {**SECOND, "index.html": "third", "jobs.html": "third", "assets/main.9c8d7e6f.js": "third main"}
    with fault_proxy(world.server, since_the_entry_page()) as proxy, pytest.raises(PlatformError):
        world.deploy(third, through=proxy.address)
    assert world.served()["jobs.html"] == "third"
    done = world.roll_back(to, take_over=True)
    assert SECOND.items() <= world.served().items()
    assert done is not None
    assert (done.release.number, done.release.of) == (3, 2)
    with pytest.raises(PlatformError, match="release 2 is what is served, and whole"):
        world.roll_back("2")
    world.roll_back()
    assert FIRST.items() <= world.served().items()


def since_the_entry_page() -> Callable[[Asked], Fault]:
    seen: list[int] = []

    def fault(asked: Asked) -> Fault:
        if asked.method == "PUT" and asked.path.endswith("/index.html") and "/.releases/" not in asked.path:
            seen.append(asked.number)
        return "dead" if seen else "none"

    return fault


def test_a_rollback_brings_back_what_a_deploy_that_failed_had_overwritten(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)

    def entry(asked: Asked) -> Fault:
        page = asked.method == "PUT" and asked.path.endswith("/index.html") and "/.releases/" not in asked.path
        return "dead" if page else "none"

    with fault_proxy(world.server, entry) as proxy, pytest.raises(PlatformError, match="was not written"):
        world.deploy({**SECOND, "index.html": "third", "jobs.html": "third"}, through=proxy.address)
    assert world.site().parts.lock.read().claim is None
    plan = plan_rollback(world.site(), None)
    assert (plan.of, plan.notes) == (2, ("release 2 is brought back, over which a deploy did not end",))
    world.roll_back()
    assert SECOND.items() <= world.served().items()


def test_a_rollback_to_the_served_release_undoes_what_somebody_did_by_hand(world: World) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    world.deploy(FIRST)
    world.s3.put("about.html", b"defaced", headers("about.html"))  # an older release has it in the archive
    world.roll_back("3")
    assert FIRST.items() <= world.served().items()
    world.s3.put("spam.html", b"spam", headers("spam.html"))
    world.roll_back("4")
    assert "spam.html" not in world.served()


def test_with_one_release_kept_the_same_build_is_nothing_to_do(world: World) -> None:
    world.keep = 1
    world.deploy(FIRST)
    world.deploy(SECOND)
    assert world.plan(SECOND).empty
    assert world.served() == SECOND
    assert len(world.private()) == 2


def test_a_hashed_name_that_comes_back_with_other_content_is_not_kept_for_ever(world: World) -> None:
    world.keep = 6
    chunk, page = "assets/app.1a2b3c4d.js", {"index.html": "without"}
    first, third = {"index.html": "first", chunk: "v1"}, {"index.html": "third", chunk: "v3"}
    for build in (first, page):
        world.deploy(build)
    same = world.plan(first)
    assert [(one.headers, one.why) for one in same.uploads if one.file.key == chunk] == [(headers(chunk), "new")]
    assert chunk not in same.invalidate
    plan = world.plan(third)
    (upload,) = [one for one in plan.uploads if one.file.key == chunk]
    assert (upload.headers, upload.why) == (headers(chunk, demoted=True), "content")
    assert chunk in plan.invalidate
    assert plan.notes == (f"{chunk}: its name looks like that of content that never changes, but it changed",)
    world.deploy(third)
    assert world.plan(third).empty
    for build in (page, {**page, chunk: "v5"}):
        world.deploy(build)
    for to, build in (("3", third), ("1", first)):
        done = world.roll_back(to)
        assert build.items() <= world.served().items()
        assert done is not None
        assert chunk in done.plan.invalidate


def test_a_rollback_keeps_what_it_overwrites_of_other_releases(world: World) -> None:
    world.keep = 4
    chunk, page = "assets/app.1a2b3c4d.js", {"index.html": "without"}
    first, third = {"index.html": "first", chunk: "v1"}, {"index.html": "third", chunk: "v3"}
    for build in (first, page, third):
        world.deploy(build)
    world.roll_back("1")
    for build in ({**page, "more.html": "x"}, {**page, "more.html": "y"}):
        world.deploy(build)
    world.roll_back("3")  # of v3, over the v1 of release 4
    world.roll_back("4")
    assert first.items() <= world.served().items()


def test_two_rollbacks_that_one_person_begins_in_one_second_are_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.keep = 5
    world.deploy(FIRST)
    world.deploy(SECOND)
    monkeypatch.setattr("scripts.website.deploy.now", lambda: "2026-11-26T12:00:00Z")
    other = world.site()
    told: list[str] = []
    theirs = plan_rollback(other, "1")

    def begun(asked: Asked) -> Fault:
        if asked.method == "PUT" and OBJECTS in asked.path and not told:
            told.append(asked.path)
            with pytest.raises(HeldError):
                carry_out(other, theirs, quiet)
        return "none"

    with fault_proxy(world.server, begun) as proxy:
        world.roll_back("1", through=proxy.address)
    assert told


def test_a_rollback_after_one_that_did_not_end_keeps_its_own_record(world: World) -> None:
    world.keep = 5
    world.deploy(FIRST)
    world.deploy(SECOND)
    with (
        fault_proxy(world.server, lambda asked: "dead" if asked.method == "POST" else "none") as proxy,
        pytest.raises(PlatformError),
    ):
        world.roll_back("1", through=proxy.address)
    assert world.roll_back("1", take_over=True).release.number == 3
    assert len([key for key in world.private() if key.startswith(RECORDS)]) == 3
    assert world.plan(FIRST).empty


def cloudfront(world: World, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The switch of a CloudFront that does not answer."""
    world.distribution, world.keep = "EDFDVBD6EXAMPLE", 5
    away = [False]

    def invalidate(_cdn: Cdn, _paths: Sequence[str], *, reference: str) -> str:
        if away[0]:
            raise PlatformError(f"CloudFront does not answer for {reference}")
        return "I1"

    monkeypatch.setattr(Cdn, "invalidate", invalidate)
    return away


@pytest.mark.parametrize("again", ["2", None])
def test_a_rollback_that_cloudfront_was_not_told_of_is_ended_by_the_same_command(
    world: World, monkeypatch: pytest.MonkeyPatch, again: str | None
) -> None:
    away = cloudfront(world, monkeypatch)
    for text in ("one", "two", "three"):
        world.deploy({"index.html": text})
    away[0] = True
    with pytest.raises(PlatformError, match="does not answer"):
        world.roll_back(again)
    away[0] = False
    assert world.roll_back(again).invalidation == "I1"
    assert world.served()["index.html"] == "two"
    assert world.site().parts.lock.read().unsent == ()


def test_a_release_whose_chunk_a_dead_deploy_wrote_over_can_be_brought_back(world: World) -> None:
    world.keep = 5
    one = {"index.html": "a", "assets/main.1a2b3c4d.js": "var a"}
    world.deploy(one)
    pages = {"index.html": "b", "x.html": "b"}
    with (
        fault_proxy(world.server, lambda asked: "dead" if asked.path.endswith("/x.html") else "none") as proxy,
        pytest.raises(PlatformError),
    ):
        world.deploy({**pages, "assets/main.1a2b3c4d.js": "var b"}, through=proxy.address)
    world.deploy({"index.html": "c"}, take_over=True)
    world.roll_back("1")
    assert one.items() <= world.served().items()


def test_a_rollback_to_what_is_served_already_is_refused(world: World) -> None:
    for build in (FIRST, SECOND):
        world.deploy(build)
    world.roll_back("1")
    with pytest.raises(PlatformError, match="release 1 is what is served"):
        world.roll_back("1")
    assert len(world.site().parts.lock.read().releases) == 3


@pytest.mark.parametrize("what", ["current.json", "records/", ""])
def test_lost_records_are_made_anew(world: World, what: str) -> None:
    world.deploy(FIRST)
    world.deploy(SECOND)
    world.s3.delete([key for key in world.private() if what in key])
    assert {one.why for one in world.plan(SECOND).uploads if one.file.key in SECOND} <= {"new"}
    world.deploy(SECOND)
    chunk = world.s3.head("assets/main.5e6f7a8b.js")
    assert chunk is not None
    assert chunk.headers.immutable
    assert SECOND.items() <= world.served().items()
    assert "about.html" not in world.served()
    assert world.plan(SECOND).empty


def test_a_damaged_record_is_made_anew(world: World) -> None:
    world.deploy(FIRST)
    (record,) = [key for key in world.private() if "records/" in key]
    whole = world.s3.get(record)
    assert whole is not None
    flipped = whole.body[:-30] + bytes([whole.body[-30] ^ 0xFF]) + whole.body[-29:]
    for damage in (b"", b"garbage", whole.body[:-20], flipped):
        world.s3.put(record, damage, headers("x.gz"))
        assert not world.plan(FIRST).empty
    world.deploy(FIRST)
    assert world.served() == FIRST
    assert world.plan(FIRST).empty


def test_a_stale_list_is_found_by_what_is_in_the_bucket(world: World) -> None:
    world.deploy(FIRST)
    old = world.s3.get(CURRENT_KEY)
    assert old is not None
    world.deploy(SECOND)
    world.s3.put(CURRENT_KEY, old.body, headers("x.json"))
    world.deploy(SECOND)
    assert SECOND.items() <= world.served().items()
    assert "about.html" not in world.served()
    assert world.plan(SECOND).empty


def test_a_bucket_edited_by_hand_is_repaired(world: World) -> None:
    world.deploy(FIRST)
    world.s3.put("index.html", b"defaced", headers("index.html"))
    world.s3.put("assets/main.1a2b3c4d.js", b"defaced", headers("x.js"))
    world.s3.delete(["robots.txt"])
    world.s3.put("spam.html", b"spam", headers("spam.html"))
    why = {one.file.key: one.why for one in world.plan(FIRST).uploads}
    assert {key: why[key] for key in ("index.html", "assets/main.1a2b3c4d.js", "robots.txt")} == {
        "index.html": "repair",
        "assets/main.1a2b3c4d.js": "repair",
        "robots.txt": "repair",
    }
    world.deploy(FIRST)
    assert world.served() == FIRST


def test_headers_edited_by_hand_are_found_by_verify(world: World) -> None:
    world.deploy(FIRST)
    world.s3.put("index.html", FIRST["index.html"].encode(), Headers(content_type="text/plain", cache_control="x"))
    assert world.plan(FIRST).empty
    found = world.plan(FIRST, world.site(verify=True))
    assert {one.file.key for one in found.uploads} == {"index.html", "config.json"}
    world.deploy(FIRST, verify=True)
    read = world.s3.head("index.html")
    assert read is not None
    assert read.headers == headers("index.html")
