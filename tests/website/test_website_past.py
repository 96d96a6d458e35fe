"""What older releases need of the bucket is what they wrote, and the one before is found."""

from __future__ import annotations

import hashlib

import pytest
from fault_proxy import fault_proxy
from website_world import FIRST, SECOND, Build, World, quiet

from infra.errors import PlatformError
from scripts.website.deploy import carry_out
from scripts.website.headers import Headers, headers

CHUNK = "assets/main.1a2b3c4d.js"  # which SECOND lacks


def test_a_chunk_that_a_dead_deploy_wrote_over_is_put_back_for_who_still_loads_it(world: World) -> None:
    world.deploy(FIRST)
    dead: Build = {**FIRST, "index.html": "dead", CHUNK: "of the deploy that died"}
    with (
        fault_proxy(world.server, lambda asked: "dead" if asked.path.endswith("/index.html") else "none") as proxy,
        pytest.raises(PlatformError),
    ):
        world.deploy(dead, through=proxy.address)
    assert world.served()[CHUNK] == dead[CHUNK]
    site = world.site(take_over=True)
    plan = world.plan(SECOND, site)
    assert (CHUNK in plan.invalidate, plan.notes) == (True, ())
    carry_out(site, plan, quiet)
    assert world.served()[CHUNK] == FIRST[CHUNK]
    assert world.plan(SECOND, world.site(verify=True)).empty
    world.roll_back()
    assert FIRST.items() <= world.served().items()


FILM = "film.mp4"


def film_of_parts(world: World) -> bytes:
    """Deploys a film of two parts, whose archived copy has an ETag of its own, writes over it; gives its content."""
    content = bytes(range(256)) * 4 * 1024 * 9
    first, second = world.build(FIRST), world.build({**FIRST, "index.html": "second", FILM: "other"})
    (first / FILM).write_bytes(content)
    for build in (first, second, first):
        world.deploy(build)
    world.s3.put(FILM, b"defaced", headers(FILM))
    return content


def test_a_film_whose_archived_copy_has_an_etag_of_its_own_is_put_back(world: World) -> None:
    content = film_of_parts(world)
    done = world.deploy(SECOND)
    found = world.s3.get(FILM)
    assert done is not None
    assert found is not None
    assert (found.body, done.plan.notes) == (content, ())
    assert world.plan(SECOND, world.site(verify=True)).empty
    world.roll_back("3")
    again = world.s3.get(FILM)
    assert again is not None
    assert again.body == content


def test_a_film_whose_archived_copy_is_damaged_is_told_and_deleted(world: World) -> None:
    content = film_of_parts(world)
    digest = hashlib.sha256(content).hexdigest()
    (copy,) = [key for key in world.private() if digest in key]
    world.s3.put(copy, b"defaced too", headers(FILM))
    done = world.deploy(SECOND)
    assert done is not None
    assert [note for note in done.plan.notes if note.startswith(f"{copy}, {FILM}: of an older release, and changed")]
    assert {copy, FILM}.isdisjoint(world.s3.list())
    assert world.plan(SECOND).empty


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_chunk_that_is_nowhere_as_it_was_written_is_told_and_not_kept(world: World, how: str) -> None:
    world.deploy(FIRST)
    if how == "changed":
        world.s3.put(CHUNK, b"defaced", headers(CHUNK))
    else:
        world.s3.delete([CHUNK])
    done = world.deploy(SECOND)
    assert done is not None
    assert [
        note for note in done.plan.notes if note.startswith(f"{CHUNK}: of an older release, and changed or deleted")
    ]
    assert world.served() == SECOND
    assert world.plan(SECOND).empty
    with pytest.raises(PlatformError, match=r"release 1 cannot be brought back"):
        world.roll_back()


def test_with_one_release_kept_nothing_is_put_back(world: World) -> None:
    world.keep = 1
    world.deploy(FIRST)
    world.s3.put(CHUNK, b"defaced", headers(CHUNK))
    done = world.deploy(SECOND)
    assert done is not None
    assert done.plan.notes == ()
    assert world.served() == SECOND


def test_verify_puts_back_the_headers_of_what_the_new_build_lacks(world: World) -> None:
    world.deploy(FIRST)
    world.s3.put(CHUNK, FIRST[CHUNK].encode(), Headers(content_type="text/plain", cache_control="no-store"))
    world.deploy(SECOND, verify=True)
    found = world.s3.get(CHUNK)
    assert found is not None
    assert (found.body.decode(), found.headers) == (FIRST[CHUNK], headers(CHUNK))
    assert world.plan(SECOND, world.site(verify=True)).empty


def test_a_rollback_finds_the_release_before_under_the_number_of_a_rollback(world: World) -> None:
    for text in ("one", "two", "three"):
        world.deploy({"index.html": text})
    for to, text in ((None, "two"), ("3", "three"), (None, "two"), ("5", "three")):
        world.roll_back(to)
        assert world.served()["index.html"] == text


def test_a_rollback_does_not_go_to_what_was_rolled_back_before(world: World) -> None:
    world.keep = 5
    world.deploy({"index.html": "good"})
    world.deploy({"index.html": "bad"})
    world.roll_back()
    world.deploy({"index.html": "bad again"})
    world.roll_back()
    assert world.served()["index.html"] == "good"
