"""One deploy at a time: what it goes by is of the time of its claim, and the claim ends when nothing is under way."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from fault_proxy import Asked, Fault, fault_proxy
from website_world import FIRST, QUICK, SECOND, Build, World, quiet

from infra.errors import PlatformError
from scripts.heartbeat import NOTICE
from scripts.website.bucket import Bucket
from scripts.website.deploy import carry_out
from scripts.website.headers import Headers
from scripts.website.lock import HeldError
from scripts.website.release import CURRENT_KEY

THIRD: Build = {**FIRST, "index.html": "third"}


@pytest.mark.parametrize("before", [(), (FIRST,)])
def test_a_listing_from_before_another_deploy_ended_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch, before: tuple[Build, ...]
) -> None:
    for build in before:
        world.deploy(build)
    make, listed, overtaken = Bucket.list, threading.Event(), list[str]()

    def told(bucket: Bucket, prefix: str = "") -> dict[str, str]:
        found = make(bucket, prefix)
        listed.set()
        return found

    def slow(asked: Asked) -> Fault:
        if asked.method == "GET" and asked.path.endswith(CURRENT_KEY) and not overtaken:
            overtaken.append(asked.path)
            listed.wait(30)
            world.deploy(SECOND)
        return "none"

    monkeypatch.setattr(Bucket, "list", told)
    with fault_proxy(world.server, slow) as proxy:
        world.deploy(THIRD, through=proxy.address)
    assert listed.is_set()
    assert [one.number for one in world.site().parts.lock.read().releases] == [*range(1, len(before) + 3)]
    assert THIRD.items() <= world.served().items()
    world.roll_back()
    assert SECOND.items() <= world.served().items()


def test_a_server_that_lists_other_etags_is_asked_twice_and_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy(FIRST)
    make, asked = Bucket.list, list[str]()

    def other(bucket: Bucket, prefix: str = "") -> dict[str, str]:
        asked.append(prefix)
        return {**make(bucket, prefix), CURRENT_KEY: "another"}

    monkeypatch.setattr(Bucket, "list", other)
    assert world.plan(FIRST).empty
    assert len(asked) == 2


def test_a_plan_from_before_a_deploy_that_failed_is_not_carried_out(world: World) -> None:
    world.deploy(FIRST)
    slow = world.site()
    planned = world.plan(THIRD, slow)
    with (
        fault_proxy(world.server, lambda asked: "dead" if asked.path.endswith("/jobs.html") else "none") as proxy,
        pytest.raises(PlatformError, match="was not written"),
    ):
        world.deploy(SECOND, through=proxy.address)
    assert world.site().parts.lock.read().claim is None
    with pytest.raises(HeldError, match="another deploy changed the site meanwhile"):
        carry_out(slow, planned, quiet)
    world.deploy(THIRD)
    assert THIRD.items() <= world.served().items()


def claiming(asked: Asked) -> bool:
    """Whether this writes the list of releases."""
    return asked.method == "PUT" and asked.path.endswith(CURRENT_KEY)


@pytest.mark.parametrize("there", [b"{damaged", b""])
def test_a_deploy_that_never_got_its_claim_writes_nothing(world: World, there: bytes) -> None:
    """Neither over a damaged list, nor over the claim of a deploy that died."""
    world.deploy(FIRST)
    if there:
        world.s3.put(CURRENT_KEY, there, Headers(content_type="application/json", cache_control="no-store"))
    else:
        with (
            fault_proxy(world.server, lambda asked: "dead" if asked.number >= 12 else "none") as proxy,
            pytest.raises(PlatformError),
        ):
            world.deploy(SECOND, through=proxy.address)
        world.monkeypatch.setattr("scripts.website.lock.LEASE", -60.0)  # whatever the clocks say
    before = world.s3.get(CURRENT_KEY)
    with (
        fault_proxy(
            world.server, lambda asked: "dead" if claiming(asked) and sum(map(claiming, proxy.asked)) <= 3 else "none"
        ) as proxy,
        pytest.raises(PlatformError, match="does not answer"),
    ):
        world.deploy(SECOND, through=proxy.address)
    after = world.s3.get(CURRENT_KEY)
    assert before is not None
    assert after is not None
    assert (after.body, after.etag) == (before.body, before.etag)
    assert sum(map(claiming, proxy.asked)) == QUICK.attempts


def test_a_deploy_that_another_one_was_faster_than_asks_once(world: World) -> None:
    world.deploy(FIRST)
    with fault_proxy(world.server) as proxy:
        site = world.site(through=proxy.address)
        planned = world.plan(THIRD, site)
        world.deploy(SECOND)
        before = len(proxy.asked)
        with pytest.raises(HeldError, match="another deploy changed the site meanwhile"):
            carry_out(site, planned, quiet)
        asked = [one.method for one in proxy.asked[before:]]
    assert asked == ["PUT", "GET"]  # the claim, and whether the one there is its own


@pytest.mark.parametrize("write", [1, 2])  # the claim, and the sign of life before the first page
@pytest.mark.parametrize("before", [(), (FIRST,)])
def test_an_interrupt_before_the_answer_to_a_claim_lets_go_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch, write: int, before: tuple[Build, ...]
) -> None:
    for build in before:
        world.deploy(build)
    put, written, main = Bucket.put, list[str](), threading.main_thread()

    def interrupted(bucket: Bucket, key: str, body: bytes, kept: Headers, **how: Any) -> str:
        etag = put(bucket, key, body, kept, **how)
        if key == CURRENT_KEY and threading.current_thread() is main:
            written.append(key)
            if len(written) == write:
                raise KeyboardInterrupt
        return etag

    monkeypatch.setattr(Bucket, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.deploy(SECOND)
    assert world.site().parts.lock.read().claim is None
    world.deploy(SECOND)
    assert SECOND.items() <= world.served().items()


def test_an_interrupt_before_the_owner_that_is_taken_over_has_noticed_lets_nobody_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy(FIRST)
    with (
        fault_proxy(world.server, lambda asked: "dead" if asked.number >= 12 else "none") as proxy,
        pytest.raises(PlatformError),
    ):
        world.deploy(SECOND, through=proxy.address)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.website.lock.time", SimpleNamespace(time=time.time, sleep=interrupted))
    with pytest.raises(KeyboardInterrupt):
        world.deploy(SECOND, take_over=True, notice=NOTICE)
    with pytest.raises(HeldError, match="is deploying"):
        world.deploy(THIRD)
    world.deploy(THIRD, take_over=True)
    assert THIRD.items() <= world.served().items()
