"""Machines that boot, are ill or are out of reach while `deploy backend` and what else asks a fleet is at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from scripted_host import ScriptedHost
from small_fleet import ONE, TWO, Fleet

from infra.components.server_fleet import BOOT_SECONDS
from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError
from scripts.aws.signing import CredentialsError
from scripts.backend import plan, way_back
from scripts.backend.deploy import DeployFailedError
from scripts.backend.hosts import UNKNOWN, Commands, Outcome, find
from scripts.backend.maintenance import turn
from scripts.backend.status import look

pytestmark = pytest.mark.slow

Fleets = Callable[[int], Fleet]


def unregistered(fleet: Fleet, place: int) -> ScriptedHost:
    """Takes a machine's agent away."""
    host: ScriptedHost = fleet.known.pop(find(fleet.backend)[place].id)
    return host


def test_a_machine_that_systems_manager_does_not_know_hides_no_other(fleet: Fleets) -> None:
    three = fleet(3)
    release = three.deploy(ONE)
    three.asked()
    unknown = unregistered(three, 1)
    found = look(three.backend, None)
    assert [one.end.get("release") for one in found.machines] == [release, None, release]
    assert found.problems == (f"{unknown.id}: is not known to Systems Manager",)
    with pytest.raises(PlatformError, match=rf"on but not on {unknown.id} \(is not known to Systems Manager\); run"):
        turn(three.backend, "on", lambda _host, _line: None)
    assert [line.split()[1] for line in three.asked()] == ["maintenance-on"] * 2


def test_a_machine_at_the_start_of_its_boot_gets_the_release_after_the_others(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = fleet(2)
    two.deploy(ONE)
    booting = two.launch()
    unregistered(two, 2)
    monkeypatch.setattr("scripts.backend.deploy.LATE_PAUSE", 0.01)
    run, seen = Commands.run, list[Outcome]()

    def registers(self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None) -> Outcome:
        if seen:
            two.known[booting.id] = booting
        outcome = run(self, to, what, release, delivery=delivery)
        seen.extend([outcome] if to == booting.id else [])
        return outcome

    monkeypatch.setattr(Commands, "run", registers)
    two.asked()
    release = two.deploy(TWO)
    assert f"{booting.id} boots, and gets {release} at the end" in two.said
    assert ({host.live for host in two.hosts}, booting.live, two.parameter) == ({release}, release, release)
    assert [line.split()[1] for line in two.asked()] == ["deploy", "deploy-without-migrating", "install"]
    assert [one.ok for one in seen] == [False, True]


def test_a_machine_whose_boot_is_at_its_first_release_is_no_target_yet(fleet: Fleets) -> None:
    one = fleet(1)
    one.deploy(ONE)
    one.asked()
    booting = one.launch()
    release = one.deploy(TWO)
    assert [line.split()[1] for line in one.asked()] == ["deploy", "install"]
    assert booting.live == release


def test_a_machine_boots_for_as_long_as_its_group_says() -> None:
    assert timedelta(seconds=BOOT_SECONDS) == plan.BOOT


@pytest.mark.parametrize("registered", [False, True])
def test_a_machine_that_ended_while_it_boots_fails_no_deploy(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch, registered: bool
) -> None:
    one = fleet(1)
    one.deploy(ONE)
    booting = one.launch()
    monkeypatch.setattr("scripts.backend.deploy.LATE_PAUSE", 0.0)
    run = Commands.run

    def ends(self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None) -> Outcome:
        if to != booting.id:
            return run(self, to, what, release, delivery=delivery)
        one.backend.session.client("ec2").terminate_instances(InstanceIds=[to])
        return Outcome(host=to, exit=None, message="does not answer" if registered else UNKNOWN)

    monkeypatch.setattr(Commands, "run", ends)
    release = one.deploy(TWO)
    assert f"{booting.id} ended while it booted, and is left out" in one.said
    record = one.store.records(1)[0]
    assert (one.parameter, record["result"], record["message"]) == (release, "done", "")
    installs = [(host["host"], host["exit"]) for host in record["hosts"] if host["action"] == "install"]
    assert installs == [(booting.id, None)]


def test_an_older_machine_without_an_agent_stops_a_deploy(fleet: Fleets, monkeypatch: pytest.MonkeyPatch) -> None:
    two = fleet(2)
    release = two.deploy(ONE)
    two.asked()
    unknown = unregistered(two, 1)
    monkeypatch.setattr("scripts.backend.plan.BOOT", timedelta(0))
    with pytest.raises(PlatformError, match=rf"{unknown.id} is not known to Systems Manager; nothing was changed"):
        two.deploy(TWO)
    assert (two.asked(), two.parameter) == ([], release)


@pytest.mark.parametrize(("code", "told"), [(76, "has"), (None, "may have")])
def test_a_failed_deploy_of_what_is_live_names_machines_with_the_secrets_of_now(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch, code: int | None, told: str
) -> None:
    three = fleet(3)
    release = three.deploy(ONE)
    first, second, _ = find(three.backend)
    if code:
        three.known[second.id].fail(code)
    else:
        refuse(monkeypatch, host=first.id, action="deploy", code="AccessDenied")
    with pytest.raises(DeployFailedError, match=rf"{first.id} {told} {release} with secrets as they are now\. docs/"):
        three.deploy(ONE)


def test_a_machine_that_failed_after_its_switch_to_what_is_live_has_the_secrets_of_now(fleet: Fleets) -> None:
    one = fleet(1)
    release = one.deploy(ONE)
    one.hosts[0].fail(74, switched=True)
    told = f"{one.hosts[0].id} has {release} with secrets as they are now"
    with pytest.raises(DeployFailedError, match=rf"\(exit 74\); {told}\. docs/"):
        one.deploy(ONE)


def refuse(monkeypatch: pytest.MonkeyPatch, *, host: str, action: str, code: str, times: int = 1) -> None:
    """Has AWS refuse the next orders of this action on this machine."""
    run, left = Commands.run, [AwsRefusedError(f"order: AWS refuses SendCommand ({code})", code)] * times

    def refused(self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None) -> Outcome:
        if (to, what) == (host, action) and left:
            raise left.pop()
        return run(self, to, what, release, delivery=delivery)

    monkeypatch.setattr(Commands, "run", refused)


def test_interrupted_with_credentials_that_expired_the_machines_go_back_all_the_same(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    before, run, interrupts = one.deploy(ONE), Commands.run, [KeyboardInterrupt()]

    def interrupted(
        self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None
    ) -> Outcome:
        outcome = run(self, to, what, release, delivery=delivery)
        if interrupts:
            raise interrupts.pop()
        return outcome

    def expired(_commands: Commands) -> None:
        raise CredentialsError("no credentials: they expired")

    monkeypatch.setattr(Commands, "run", interrupted)
    monkeypatch.setattr(Commands, "cancel", expired)
    with pytest.raises(KeyboardInterrupt, match=f"live is {before}, as before"):
        one.deploy(TWO)
    assert (one.hosts[0].live, "no credentials: they expired" in one.said) == (before, True)


@pytest.mark.parametrize("code", ["ThrottlingException", "EndpointConnectionError"])
def test_the_way_back_waits_for_aws_where_it_is_busy(fleet: Fleets, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    first, second = find(two.backend)
    two.known[second.id].fail(76)
    refuse(monkeypatch, host=first.id, action="rollback", code=code, times=2)
    monkeypatch.setattr(way_back, "BUSY_PAUSE", 0.01)
    with pytest.raises(DeployFailedError, match=f"live is {before}, as before"):
        two.deploy(TWO)
    assert {host.live for host in two.hosts} == {before}


def test_a_way_back_whose_answer_was_lost_is_done(fleet: Fleets, monkeypatch: pytest.MonkeyPatch) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    first, second = find(two.backend)
    two.known[second.id].fail(76)
    run = Commands.run

    def lossy(self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None) -> Outcome:
        outcome = run(self, to, what, release, delivery=delivery)
        if what == "rollback":  # it was done, and the same order again is refused by the release program
            return Outcome(host=to, exit=66, message=f"{release} is live already; name another one")
        return outcome

    monkeypatch.setattr(Commands, "run", lossy)
    with pytest.raises(DeployFailedError, match=f"live is {before}, as before"):
        two.deploy(TWO)
    assert two.known[first.id].live == before


@pytest.mark.parametrize(
    "error",
    [
        AwsRefusedError("look for the machines: AWS refuses DescribeInstances", "UnauthorizedOperation"),
        CredentialsError("no credentials: they expired, before DescribeInstances"),
    ],
    ids=["refused", "expired"],
)
def test_a_late_look_that_fails_takes_nothing_back(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch, error: PlatformError
) -> None:
    one = fleet(1)

    def refused(_backend: object) -> list[object]:
        raise error

    def looked(_url: str) -> str | None:
        monkeypatch.setattr("scripts.backend.deploy.running", refused)
        return None

    with pytest.raises(DeployFailedError, match=r"DescribeInstances; 2026\S+ is live, and recorded as done; a machine"):
        one.deploy(ONE, smoke="https://www.example.com", means=one.means(smoke=looked))
    assert (one.hosts[0].live, one.store.records(1)[0]["result"]) == (one.parameter, "done")


def test_a_go_live_whose_machines_were_stopped_meanwhile_says_that_it_is_recorded(fleet: Fleets) -> None:
    two = fleet(2)
    ids = [host.id for host in two.hosts]

    def stopped(_url: str) -> str | None:
        two.backend.session.client("ec2").stop_instances(InstanceIds=ids)
        return None

    with pytest.raises(DeployFailedError, match=r"no machine runs any more; those that boot take 2026.*, recorded as"):
        two.deploy(ONE, smoke="https://www.example.com", means=two.means(smoke=stopped))
    assert two.store.records(1)[0]["result"] == "done"
