"""The fleet behind its load balancer: one machine after the other, and a new one takes what is good."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from rehearsal.machine.balancer import Balancer
from rehearsal.machine.bring_up import boot
from tests.machine import matrix
from tests.machine.artifacts import BROKEN_IMPORT
from tests.machine.stage import Stage
from tests.machine.traffic import going_on, lost_uploads

pytestmark = [pytest.mark.slow, pytest.mark.machine]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Stage]:
    with matrix.staged("prod") as stage:
        yield stage


def versions(stage: Stage) -> list[str | None]:
    """What each machine answers with, past the load balancer."""
    return [stage.on(machine).version() for machine in stage.world.machines]


def test_a_rolling_deploy_loses_no_request_and_ends_with_one_version(fleet: Stage) -> None:
    assert len(fleet.world.machines) == 2
    with going_on(fleet.member()) as traffic:
        version = fleet.good()
    assert traffic.failed == 0, (traffic.load.counted, traffic.slow.failures)
    assert traffic.requests > 100
    assert lost_uploads(fleet.world, traffic.slow) == []
    assert versions(fleet) == [version, version]


def test_the_first_machine_that_fails_stops_the_deploy(fleet: Stage) -> None:
    before = versions(fleet)
    _, artifact = fleet.release(BROKEN_IMPORT, "broken")
    with going_on(fleet.member()) as traffic:
        ended = fleet.deploy(artifact)
    assert ended.code == 1
    assert traffic.failed == 0, (traffic.load.counted, traffic.slow.failures)
    assert versions(fleet) == before


def test_a_machine_that_boots_during_a_deploy_takes_the_last_good_release(fleet: Stage) -> None:
    before = versions(fleet)[0]
    _, artifact = fleet.release(BROKEN_IMPORT, "broken")
    options = ("--env", "prod", "--artifact", str(artifact), "--no-smoke")
    deploying = fleet.begun("deploy", "backend", *options)
    while not fleet.lock_held() and deploying.poll() is None:
        time.sleep(0.05)
    group = fleet.grow()  # a machine that is there before a deploy begins, and does not answer, would stop it
    [new] = boot(fleet.world)
    ended = fleet.ended(deploying)
    assert (ended.code, "there_is_no_such_module" in ended.said) == (1, True), ended
    assert fleet.on(new).version() == before
    Balancer(place=fleet.world.place).serve(fleet.world.machines)
    assert fleet.good() == versions(fleet)[2]
    assert group["DesiredCapacity"] == 2
