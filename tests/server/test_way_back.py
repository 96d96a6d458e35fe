"""The way back of a go-live where AWS is silent, or another deploy takes over meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError
from scripts.backend import way_back
from scripts.backend.hosts import Outcome
from scripts.backend.lock import HeldError
from scripts.backend.way_back import BUSY_PAUSE, BUSY_SECONDS, WayBack

SILENCE = AwsRefusedError("order: AWS does not answer", "ReadTimeoutError")
CALL = 41.0  # seconds that botocore's own tries of one call take where nothing answers
Say = Callable[["Clock", str, str], Outcome]


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Waits."""
        self.now += seconds


class Orders:
    """Commands whose answers a test gives, each after the time that AWS takes."""

    def __init__(self, clock: Clock, say: Say) -> None:
        self.clock, self.say, self.given = clock, say, list[tuple[str, str]]()

    def run(self, host: str, action: str, _release: str = "none") -> Outcome:
        """Notes the order."""
        self.given.append((host, action))
        return self.say(self.clock, host, action)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(way_back, "time", found)
    return found


def back(orders: Orders, hosts: int, refuse_lost: Callable[[], None] = lambda: None) -> list[str]:
    """The way back of that many machines from `new` to `old`, of whose orders nothing was learnt."""
    ids = [f"i-{number + 1}" for number in range(hosts)]
    commands = cast(Any, orders)
    way = WayBack(commands=commands, to="new", before=dict.fromkeys(ids, "old"), refuse_lost=refuse_lost)
    return way.go(dict.fromkeys(ids))


def silent(clock: Clock, _host: str, _action: str) -> Outcome:
    clock.now += CALL
    raise SILENCE


def well(_clock: Clock, host: str, _action: str) -> Outcome:
    return Outcome(host=host, exit=0, message="", lines=[{"step": "end", "exit": 0, "live": "old"}])


def test_aws_silence_is_waited_out_once_for_all_machines(clock: Clock) -> None:
    orders, began = Orders(clock, silent), clock.now
    told = back(orders, 3)
    assert [line.partition(" (")[0] for line in told] == [
        f"it is not known whether i-{number} has new" for number in (1, 2, 3)
    ]
    assert clock.now - began < BUSY_SECONDS + BUSY_PAUSE + 3 * CALL
    assert orders.given[-2:] == [("i-2", "rollback"), ("i-3", "rollback")]


def test_after_a_silence_that_ended_the_next_one_is_waited_for_too(clock: Clock) -> None:
    def often(clock: Clock, host: str, action: str) -> Outcome:
        again = len([one for one in orders.given if one == (host, action)]) > 2
        return well(clock, host, action) if again else silent(clock, host, action)

    orders = Orders(clock, often)
    assert back(orders, 3) == []
    assert len(orders.given) == 9


def test_a_machine_that_stays_at_work_is_waited_for_as_long_and_no_longer(clock: Clock) -> None:
    def busy(_clock: Clock, host: str, _action: str) -> Outcome:
        return Outcome(host=host, exit=75, message="deploy is at work")

    began = clock.now
    assert back(Orders(clock, busy), 1) == ["i-1 is still at work, and may have new (deploy is at work)"]
    assert clock.now - began == BUSY_SECONDS


def test_an_order_is_not_given_again_where_another_deploy_took_over_meanwhile(clock: Clock) -> None:
    began = clock.now

    def taken_over() -> None:
        if clock.now - began > 90:
            raise HeldError("another deploy began")

    def first(clock: Clock, host: str, action: str) -> Outcome:
        return well(clock, host, action) if host == "i-1" or clock.now - began > 90 else silent(clock, host, action)

    orders = Orders(clock, first)
    with pytest.raises(
        HeldError, match=r"^another deploy began; i-2, i-3 had been told to take new; left to the other"
    ):
        back(orders, 3, taken_over)
    assert orders.given == [("i-1", "rollback"), ("i-2", "rollback"), ("i-2", "rollback")]


def test_a_claim_that_cannot_be_asked_for_keeps_no_machine_from_its_way_back(clock: Clock) -> None:
    def unknown() -> None:
        raise PlatformError("the bucket does not answer")

    orders = Orders(clock, well)
    assert (back(orders, 2, unknown), len(orders.given)) == ([], 2)
