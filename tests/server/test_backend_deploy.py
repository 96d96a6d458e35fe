"""`deploy backend` and `rollback backend` over several machines: order, failures, locks, and what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from scripted_host import ScriptedHost
from small_fleet import FOUR, ONE, THREE, TWO, Fleet
from small_release import artifact

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError, asking
from scripts.backend import hosts as backend_hosts
from scripts.backend.audit import live_before
from scripts.backend.backend import Backend
from scripts.backend.deploy import DeployFailedError, carry_out
from scripts.backend.hosts import Commands, OnLine, Outcome, find
from scripts.backend.lock import KEY, BackendLock, Claim, HeldError
from scripts.backend.plan import plan_deploy, plan_rollback
from scripts.backend.release import described
from scripts.backend.store import ReleaseStore, Stored
from scripts.heartbeat import FRESH, LEASE, NOTICE, SIGNS

pytestmark = pytest.mark.slow

Fleets = Callable[[int], Fleet]


def test_the_first_machine_migrates_and_the_others_do_not(fleet: Fleets) -> None:
    three = fleet(3)
    release = three.deploy(ONE)
    asked = [line.split()[1] for line in three.asked()]
    assert asked == ["deploy", "deploy-without-migrating", "deploy-without-migrating"]
    assert {host.live for host in three.hosts} == {release}
    assert three.parameter == release


def test_a_deploy_stops_at_the_first_machine_that_fails_and_the_fleet_has_one_release(
    fleet: Fleets,
) -> None:
    three = fleet(3)
    before = three.deploy(ONE)
    three.asked()
    second = sorted(three.hosts, key=lambda host: host.id)
    plan = plan_deploy(three.backend, three.release(TWO))
    three.known[plan.hosts[1].id].fail(76)
    with pytest.raises(
        DeployFailedError, match=r"it is not well \(exit 76\); live is 2026.*, as before\. docs/runbook.md"
    ):
        three.deploy(TWO)
    actions = [line.split()[1] for line in three.asked()]
    assert actions == ["deploy", "deploy-without-migrating", "rollback"]
    assert {host.live for host in second} == {before}
    assert three.parameter == before


def _broken_off(_url: str) -> str | None:
    raise ValueError("what nobody thought of")


@pytest.mark.parametrize(
    ("smoke", "problem"), [(lambda _url: "no answer", "no answer"), (_broken_off, "the smoke test broke off")]
)
def test_a_site_that_fails_brings_the_release_before_back(
    fleet: Fleets, smoke: Callable[[str], str | None], problem: str
) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    with pytest.raises(DeployFailedError, match=rf"https://www\.example\.com: {problem}.*; live is"):
        two.deploy(TWO, smoke="https://www.example.com", means=two.means(smoke=smoke))
    assert {host.live for host in two.hosts} == {before}
    assert two.parameter == before


def test_a_machine_that_came_up_meanwhile_gets_the_release_too(fleet: Fleets) -> None:
    two = fleet(2)
    late: list[ScriptedHost] = []
    release = two.release(ONE)
    plan = plan_deploy(two.backend, release, snapshot=True)
    carry_out(two.backend, plan, two.means(take_snapshot=lambda _: late.append(two.launch()) or "snapshot-1"))
    assert late[0].live == release.id
    assert two.asked()[-1].split()[1:] == ["install", release.id]


def test_a_machine_that_came_up_meanwhile_is_waited_for_until_it_has_the_program(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    monkeypatch.setattr("scripts.backend.deploy.LATE_PAUSE", 0.01)
    late: list[ScriptedHost] = []

    def booting(_release: str) -> str:
        host = one.launch()
        late.append(host)
        host.fail(127, told=False)
        return "snapshot-1"

    release = one.deploy(ONE, snapshot=True, means=one.means(take_snapshot=booting))
    assert (late[0].live, one.store.records(1)[0]["message"]) == (release, "")


def test_a_machine_that_does_not_answer_is_named_and_nothing_is_changed(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = fleet(2)
    monkeypatch.setattr(backend_hosts, "GRACE", 1.0 - backend_hosts.DELIVERY_SECONDS)
    two.hosts[1].pid = None
    with pytest.raises(PlatformError, match=rf"{two.hosts[1].id} does not answer.*; nothing was changed"):
        two.deploy(ONE)
    assert (two.asked(), two.parameter) == ([], None)
    two.known.clear()
    with pytest.raises(PlatformError, match="is not known to Systems Manager; nothing was changed"):
        two.deploy(ONE)


def test_without_a_machine_there_is_nothing_to_deploy_to(fleet: Fleets) -> None:
    none = fleet(0)
    with pytest.raises(PlatformError, match=r"dev has no running machine with Role=acme-dev-server; .*nothing was"):
        none.deploy(ONE)
    assert none.store.get(KEY) is None


def test_machines_with_another_python_are_refused_before_anything_is_changed(fleet: Fleets) -> None:
    one = fleet(1)
    release = described(one.backend, artifact(one.directory, ONE, python="3.9"))
    with pytest.raises(PlatformError, match=r"has Python 3\.\d+ on .*, the artifact is for 3.9"):
        carry_out(one.backend, plan_deploy(one.backend, release), one.means())
    assert one.asked() == []


def test_a_plan_changes_nothing_and_says_what_would_be_done(fleet: Fleets) -> None:
    two = fleet(2)
    plan = plan_deploy(two.backend, two.release(ONE), snapshot=True, smoke="https://www.example.com")
    steps = plan.steps()
    assert [step.split()[0] for step in steps[:2]] == ["upload", "take"]
    assert (steps[2].split(": ")[1], steps[3].split(": ")[1]) == ("migrate, then go live", "go live")
    assert steps[-1] == f"machines that boot take {plan.to}, now none"
    s3 = two.backend.session.client("s3")
    assert s3.list_objects_v2(Bucket=two.store.bucket)["KeyCount"] == 0
    assert (two.asked(), json.dumps(plan.as_json()) != "") == ([], True)


def test_every_deploy_leaves_a_record_of_who_what_when_and_what_came_of_it(fleet: Fleets) -> None:
    one = fleet(1)
    first = one.deploy(ONE, snapshot=True)
    one.hosts[0].fail(73)
    with pytest.raises(DeployFailedError):
        one.deploy(TWO)
    failed, done = one.store.records(10)
    assert (done["by"], done["verb"], done["release"], done["result"]) == ("kim", "deploy", first, "done")
    assert (done["snapshot"], done["before"], done["began"] < done["ended"]) == ("snapshot-1", None, True)
    assert (failed["result"], failed["before"], failed["hosts"][0]["exit"]) == ("failed", first, 73)
    assert failed["hosts"][0]["steps"][0] == {"step": "probe", "state": "done", "seconds": 0.1}


def test_interrupted_the_lock_is_free_and_the_record_says_so(fleet: Fleets) -> None:
    one = fleet(1)

    def interrupt(_host: str, _line: object) -> None:
        raise KeyboardInterrupt

    plan = plan_deploy(one.backend, one.release(ONE))
    with pytest.raises(KeyboardInterrupt):
        carry_out(one.backend, plan, one.means(on_line=interrupt))
    assert (one.store.records(1)[0]["result"], one.parameter) == ("interrupted", None)
    assert BackendLock(one.store).read().by == ""
    assert one.deploy(ONE) == one.parameter


def test_rollback_goes_to_the_release_before_and_the_next_one_further_back(fleet: Fleets) -> None:
    two = fleet(2)
    ids = [two.deploy(version) for version in (ONE, TWO, THREE)]
    two.asked()
    for wanted in (ids[1], ids[0]):
        plan = plan_rollback(two.backend, None)
        assert plan.to == wanted
        carry_out(two.backend, plan, two.means())
        assert {host.live for host in two.hosts} == {wanted}
        assert two.parameter == wanted
    assert {line.split()[1] for line in two.asked()} == {"rollback"}
    with pytest.raises(PlatformError, match="no release was live before this one"):
        plan_rollback(two.backend, None)


def test_a_rollback_to_what_was_removed_since_it_was_planned_changes_nothing(fleet: Fleets) -> None:
    one = fleet(1)
    one.keep(2)
    first, _ = one.deploy(ONE), one.deploy(TWO)
    plan = plan_rollback(one.backend, first)
    live = [one.deploy(version) for version in (THREE, FOUR)][-1]
    one.asked()
    with pytest.raises(PlatformError, match=rf"there is no release '{first}', or no longer"):
        carry_out(one.backend, plan, one.means())
    assert (one.asked(), one.parameter, one.hosts[0].live) == ([], live, live)


def test_a_rollback_that_another_deploy_came_before_changes_nothing(fleet: Fleets) -> None:
    one = fleet(1)
    first, _ = one.deploy(ONE), one.deploy(TWO)
    plan = plan_rollback(one.backend, None)
    live = one.deploy(THREE)
    one.asked()
    with pytest.raises(PlatformError, match=rf"{live} went live after this rollback was planned; nothing was changed"):
        carry_out(one.backend, plan, one.means())
    assert (one.asked(), one.parameter, plan.to) == ([], live, first)


def test_a_deploy_records_what_was_live_when_it_began_not_when_it_was_planned(fleet: Fleets) -> None:
    one = fleet(1)
    one.deploy(ONE)
    plan = plan_deploy(one.backend, one.release(THREE))
    second = one.deploy(TWO)
    assert carry_out(one.backend, plan, one.means()).before == second


def test_a_release_that_one_late_machine_did_not_take_counts_as_live(fleet: Fleets) -> None:
    one = fleet(1)
    first = one.deploy(ONE)
    plan = plan_deploy(one.backend, one.release(TWO), snapshot=True)

    def late(_release: str) -> str:
        one.launch().fail(72)
        return "snapshot-1"

    with pytest.raises(DeployFailedError, match="which booted meanwhile, did not take"):
        carry_out(one.backend, plan, one.means(take_snapshot=late))
    record = one.store.records(1)[0]
    assert (record["result"], "booted meanwhile" in record["message"], one.parameter) == ("done", True, plan.to)
    assert plan_rollback(one.backend, None).to == first


@pytest.mark.parametrize("to", ["nowhere", "../x", "x;reboot"])
def test_a_rollback_to_what_is_none_is_refused(to: str, fleet: Fleets) -> None:
    one = fleet(1)
    one.deploy(ONE)
    with pytest.raises(PlatformError, match="there is no release"):
        plan_rollback(one.backend, to)
    with pytest.raises(PlatformError, match="is what is live"):
        plan_rollback(one.backend, one.parameter)


def test_what_was_rolled_back_is_not_what_was_live_before() -> None:
    def done(*releases: str) -> list[dict[str, str]]:
        return [{"release": one, "result": "done"} for one in reversed(releases)]

    assert live_before(done("a", "b", "a", "c"), "c") == "a"
    assert live_before(done("a", "b"), "b") == "a"
    assert live_before(done("a"), "a") is None
    assert live_before([{"release": "b", "result": "failed"}, *done("a")], "b") == "a"


def went(verb: str, release: str, before: str | None) -> dict[str, str | None]:
    return {"verb": verb, "release": release, "before": before, "result": "done"}


A, B, C = went("deploy", "a", None), went("deploy", "b", "a"), went("deploy", "c", "b")


@pytest.mark.parametrize(
    ("newest_first", "live", "target"),
    [
        ([B, C, A], "c", "b"),  # whoever deployed b has a clock that is ahead
        ([C, A], "c", "b"),  # the record of b was not kept
        ([went("deploy", "c", "c"), C, B, A], "c", "b"),
        ([went("rollback", "b", "c"), C, B, A], "b", "a"),
        ([went("rollback", "b", "c"), C, A], "b", "a"),
        ([went("rollback", "a", "b"), B, A], "a", None),
        ([B, A], "c", "b"),  # the record of c was not kept
    ],
)
def test_what_was_live_before_is_what_the_release_went_live_over(
    newest_first: list[dict[str, str | None]], live: str, target: str | None
) -> None:
    assert live_before(newest_first, live, "abc") == target


def test_a_rollback_does_not_follow_the_clocks_of_who_deployed(fleet: Fleets, monkeypatch: pytest.MonkeyPatch) -> None:
    one = fleet(1)
    one.deploy(ONE)
    monkeypatch.setattr("scripts.backend.deploy.now", lambda: "2030-01-01T00:10:00.000000+00:00")
    second = one.deploy(TWO)
    monkeypatch.setattr("scripts.backend.deploy.now", lambda: "2030-01-01T00:05:00.000000+00:00")
    one.deploy(THREE)
    assert plan_rollback(one.backend, None).to == second


def test_two_deploys_at_once_are_one_and_the_other_is_told_who(fleet: Fleets) -> None:
    one = fleet(1)
    with BackendLock(one.store).held(Claim(by="alex", what="deploy of x", at="2026-11-25T12:00:00Z")):
        with pytest.raises(HeldError, match=r"alex is at work since 2026-11-25T12:00:00Z: deploy of x, last sign"):
            one.deploy(ONE)
        with pytest.raises(HeldError, match="alex"):
            BackendLock(one.store).unlock()
    assert one.asked() == []
    assert one.deploy(ONE) == one.parameter


class LostAnswers(ReleaseStore):
    """A store whose every write is made twice, as by a client that lost the first answer."""

    def put(self, key: str, body: bytes, *, etag: str | None) -> str:
        super().put(key, body, etag=etag)
        return super().put(key, body, etag=etag)


def test_a_write_whose_answer_got_lost_is_no_other_deploy(fleet: Fleets) -> None:
    store = fleet(1).store
    lossy = LostAnswers(session=store.session, bucket=store.bucket)
    claim = Claim(by="alex", what="deploy of x", at="t")
    with BackendLock(lossy).held(claim), pytest.raises(HeldError, match="alex is at work"):
        BackendLock(store).lock(claim)
    assert BackendLock(store).read().by == ""


def test_two_claims_alike_of_one_moment_are_not_taken_for_each_other(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fleet(1).store
    claim = Claim(by="alex", what="deploy of x", at="t")
    one, other = BackendLock(store), BackendLock(store)
    monkeypatch.setattr(other, "read", Claim)  # it looked before the first one wrote
    with one.held(claim), pytest.raises(HeldError, match="another deploy began"), other.held(claim):
        pass


def test_a_lock_by_hand_holds_until_it_is_ended(fleet: Fleets) -> None:
    one = fleet(1)
    BackendLock(one.store).lock(Claim(by="alex", what="the fair is on", at="2026-11-25T12:00:00Z"))
    with pytest.raises(HeldError, match=r"alex has locked deploys since .*: the fair is on; `diceytech unlock`"):
        one.deploy(ONE)
    assert BackendLock(one.store).unlock().by == "alex"
    assert one.deploy(ONE) == one.parameter


def test_a_deploy_that_was_killed_holds_the_lock_for_its_lease_only(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    one.store.put(KEY, json.dumps(vars(Claim(by="alex", what="deploy of x", at="t"))).encode(), etag=None)
    with pytest.raises(HeldError, match="alex is at work"):
        one.deploy(ONE)
    get = ReleaseStore.get

    def aged(store: ReleaseStore, key: str) -> Stored | None:
        found = get(store, key)
        return replace(found, age=LEASE) if found and key == KEY else found

    monkeypatch.setattr(ReleaseStore, "get", aged)
    assert one.deploy(ONE) == one.parameter


def test_a_deploy_that_slept_through_its_lease_asks_before_it_changes_a_machine(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fleet(1).store
    lock = BackendLock(store)
    with lock.held(Claim(by="kim", what="x", at="t")):
        found = store.get(KEY)
        assert found is not None
        store.put(KEY, json.dumps(vars(Claim(by="alex", what="y", at="t"))).encode(), etag=found.etag)
        lock.refuse_lost()  # the last sign of life is fresh: nothing is asked
        monkeypatch.setattr("scripts.heartbeat.time", SimpleNamespace(time=lambda: time.time() + LEASE))
        with pytest.raises(HeldError, match="another deploy began"):
            lock.refuse_lost()
    assert BackendLock(store).read().by == "alex"


@pytest.mark.parametrize("late", [1, SIGNS])
def test_a_sign_of_life_counts_from_when_it_was_asked_for(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    store, now, answers = fleet(1).store, [0.0], list[float]()
    put = ReleaseStore.put

    def slow(one: ReleaseStore, key: str, body: bytes, *, etag: str | None) -> str:
        written = put(one, key, body, etag=etag)
        now[0] += answers.pop() if answers else 0.0
        return written

    monkeypatch.setattr(ReleaseStore, "put", slow)
    monkeypatch.setattr("scripts.heartbeat.time", SimpleNamespace(time=lambda: now[0]))
    lock = BackendLock(store)
    with lock.held(Claim(by="kim", what="x", at="t")):
        before = lock.claim.beat
        now[0] += FRESH
        answers[:] = [NOTICE] * late
        if late < SIGNS:
            lock.refuse_lost()
            assert lock.claim.beat == before + late + 1
        else:
            with pytest.raises(PlatformError, match="took more than 25 s for each of 3 signs of life"):
                lock.refuse_lost()


def test_an_artifact_in_the_bucket_is_never_overwritten_by_other_bytes(fleet: Fleets) -> None:
    one = fleet(1)
    release = one.release(ONE)
    s3 = one.backend.session.client("s3")
    s3.put_object(Bucket=one.store.bucket, Key=release.artifact.key, Body=b"other bytes")
    with pytest.raises(PlatformError, match=r"was altered; remove it"):
        one.deploy(ONE)
    assert s3.get_object(Bucket=one.store.bucket, Key=release.artifact.key)["Body"].read() == b"other bytes"
    assert one.asked() == []


def test_the_same_release_is_uploaded_once(fleet: Fleets) -> None:
    one = fleet(1)
    release = one.release(ONE)
    assert [one.store.publish(release), one.store.publish(release)] == [True, False]
    assert [one.store.put_program(text) for text in (b"1", b"1", b"2")] == [True, False, True]


def lives(some: Fleet) -> list[str | None]:
    """What each machine has, in the order of a deploy."""
    return [some.known[host.id].live for host in find(some.backend)]


def refuse(
    monkeypatch: pytest.MonkeyPatch, *, host: str | None = None, action: str, error: BaseException, times: int = 1
) -> None:
    """Has the next orders of this action (on this machine) fail on the operator's side."""
    run, left = Commands.run, [error] * times

    def refused(self: Commands, to: str, what: str, release: str = "none", *, delivery: int | None = None) -> Outcome:
        if what == action and host in (None, to) and left:
            raise left.pop()
        return run(self, to, what, release, delivery=delivery)

    monkeypatch.setattr(Commands, "run", refused)


THROTTLED = AwsRefusedError("order: AWS refuses SendCommand (ThrottlingException)", "ThrottlingException")


@pytest.mark.parametrize("error", [THROTTLED, ValueError("what nobody thought of"), KeyboardInterrupt()])
def test_an_order_that_cannot_be_given_brings_the_machines_before_it_back(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    refuse(monkeypatch, action="deploy-without-migrating", error=error)
    with pytest.raises(DeployFailedError if isinstance(error, PlatformError) else type(error)):
        two.deploy(TWO)
    assert (lives(two), two.parameter) == ([before, before], before)
    record = two.store.records(1)[0]
    assert record["result"] == ("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")


def test_a_parameter_that_cannot_be_written_brings_all_machines_back(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = fleet(2)
    before = two.deploy(ONE)

    def refused(_backend: Backend, _name: str, _value: str) -> None:
        raise AwsRefusedError("write: AWS refuses PutParameter", "AccessDeniedException")

    monkeypatch.setattr(Backend, "set_parameter", refused)
    with pytest.raises(DeployFailedError, match=rf"PutParameter; live is {before}, as before"):
        two.deploy(TWO)
    assert (lives(two), two.parameter) == ([before, before], before)


def test_a_parameter_that_was_written_without_an_answer_is_written(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    put = Backend.set_parameter

    def lossy(backend: Backend, name: str, value: str) -> None:
        put(backend, name, value)
        raise AwsRefusedError("write: AWS does not answer", "ReadTimeoutError")

    monkeypatch.setattr(Backend, "set_parameter", lossy)
    release = one.deploy(ONE)
    assert (lives(one), one.parameter, one.store.records(1)[0]["result"]) == ([release], release, "done")


def test_a_machine_that_cannot_be_brought_back_keeps_no_other_from_it(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = fleet(3)
    before = three.deploy(ONE)
    first, _, third = find(three.backend)
    three.known[third.id].fail(76)
    refuse(monkeypatch, host=first.id, action="rollback", error=AwsRefusedError("order: denied", "AccessDenied"))
    with pytest.raises(DeployFailedError, match=rf"it is not well \(exit 76\); {first.id} stayed on .*denied"):
        three.deploy(TWO)
    assert lives(three)[1:] == [before, before]


def test_what_aws_does_not_answer_while_a_machine_is_at_work_is_asked_again(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    monkeypatch.setattr(backend_hosts, "POLL", 0.05)
    codes = ["EndpointConnectionError", "ThrottlingException", "RequestLimitExceeded"]

    @contextmanager
    def silent(what: str) -> Iterator[None]:
        if what.startswith("follow") and codes:
            raise AwsRefusedError(f"{what}: AWS does not answer", codes.pop())
        with asking(what):
            yield

    monkeypatch.setattr(backend_hosts, "asking", silent)
    assert (one.deploy(ONE), codes) == (one.parameter, [])


def test_interrupted_at_the_second_machine_both_have_the_release_before(fleet: Fleets) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    second = find(two.backend)[1].id

    def interrupt(host: str, line: Mapping[str, object]) -> None:
        if host == second and line["step"] == "probe":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=f"live is {before}, as before"):
        two.deploy(TWO, means=two.means(on_line=interrupted_once(interrupt)))
    assert (lives(two), two.parameter) == ([before, before], before)


def interrupted_once(on_line: Callable[[str, Mapping[str, object]], None]) -> OnLine:
    """What is interrupted by the first Ctrl-C only."""
    done: list[str] = []

    def once(host: str, line: Mapping[str, object]) -> None:
        try:
            if not done:
                on_line(host, line)
        except KeyboardInterrupt:
            done.append(host)
            raise

    return once


def _interrupted(_url: str) -> str | None:
    raise KeyboardInterrupt


def test_interrupted_while_the_site_is_tried_all_machines_have_the_release_before(fleet: Fleets) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    with pytest.raises(KeyboardInterrupt):
        two.deploy(TWO, smoke="https://www.example.com", means=two.means(smoke=_interrupted))
    assert (lives(two), two.parameter) == ([before, before], before)
    assert f"live is {before}, as before" in two.store.records(1)[0]["message"]


@pytest.mark.parametrize("told", [True, False], ids=["told", "cut off"])
def test_a_machine_that_fails_after_its_switch_goes_back_too(fleet: Fleets, told: bool) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    two.known[find(two.backend)[1].id].fail(74, switched=True, told=told)
    with pytest.raises(DeployFailedError, match=rf"\(exit 74\); live is {before}, as before"):
        two.deploy(TWO)
    assert (lives(two), two.parameter) == ([before, before], before)


def test_a_machine_that_fails_after_its_switch_and_stays_there_is_named(fleet: Fleets) -> None:
    one = fleet(1)
    one.hosts[0].fail(74, switched=True)
    with pytest.raises(DeployFailedError, match=rf"{one.hosts[0].id} had no release before, and has 2026"):
        one.deploy(ONE)


def test_a_machine_that_stayed_on_another_release_goes_back_to_what_is_live(fleet: Fleets) -> None:
    two = fleet(2)
    before = two.deploy(ONE)
    stayed = two.known[find(two.backend)[1].id]
    (stayed.directory / "live").write_text("stayed")
    two.asked()
    plan = plan_rollback(two.backend, before)
    assert [step.split(": ")[1] for step in plan.steps()[:2]] == ["has it already", "go back"]
    assert len(carry_out(two.backend, plan, two.means()).hosts) == 2
    assert [line.split()[1] for line in two.asked()] == ["rollback"]
    assert (lives(two), two.parameter) == ([before, before], before)
    with pytest.raises(PlatformError, match="is what is live, on every machine"):
        plan_rollback(two.backend, before)


def test_a_rollback_leaves_out_machines_that_have_the_release_already(fleet: Fleets) -> None:
    two = fleet(2)
    first, _ = two.deploy(ONE), two.deploy(TWO)
    (two.known[find(two.backend)[0].id].directory / "live").write_text(first)
    two.asked()
    carry_out(two.backend, plan_rollback(two.backend, None), two.means())
    assert [line.split()[1] for line in two.asked()] == ["rollback"]
    assert (lives(two), two.parameter) == ([first, first], first)


@pytest.mark.parametrize("planned_before", [False, True])
def test_during_maintenance_the_site_is_not_tried_and_that_is_said(fleet: Fleets, planned_before: bool) -> None:
    one = fleet(1)
    backend, url = one.backend, "https://www.example.com"
    plan = plan_deploy(backend, one.release(ONE), smoke=url)
    assert plan.smoke == url
    backend.set_parameter(backend.maintenance_parameter, "on")
    if not planned_before:
        plan = plan_deploy(backend, one.release(ONE), smoke=url)
        assert (plan.smoke, f"maintenance is on, so {url} is not tried" in plan.steps()[0]) == (None, True)
    carry_out(backend, plan, one.means(smoke=lambda _url: "API: 503"))
    assert (one.parameter, f"maintenance is on, so {url} is not tried" in "\n".join(one.said)) == (plan.to, True)


def test_a_deploy_whose_claim_was_taken_over_leaves_the_way_back_to_the_other_one(
    fleet: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fleet(1)
    one.deploy(ONE)
    one.asked()

    def taken_over(_lock: BackendLock) -> None:
        raise HeldError("another deploy began")

    def slow(_url: str) -> str:
        monkeypatch.setattr(BackendLock, "refuse_lost", taken_over)
        return "no answer"

    with pytest.raises(HeldError, match=rf"began; {one.hosts[0].id} had been told to take 2026.*; left to the other$"):
        one.deploy(TWO, smoke="https://www.example.com", means=one.means(smoke=slow))
    assert [line.split()[1] for line in one.asked()] == ["deploy"]
