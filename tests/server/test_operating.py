"""`status`, `logs`, `maintenance`, `exec`, `connect db` and `db restore` against an emulated AWS."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from small_fleet import ONE, TWO, Fleet
from small_machine import backend_up

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError, asking
from scripts.backend import database_snapshot
from scripts.backend import logs as backend_logs
from scripts.backend import sessions as backend_sessions
from scripts.backend.audit import listed
from scripts.backend.hosts import Host
from scripts.backend.lock import KEY, BackendLock, Claim, HeldError
from scripts.backend.maintenance import turn
from scripts.backend.report import show_releases
from scripts.backend.status import look, show

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Fleets = Callable[[int], Fleet]


def test_status_shows_every_machine_the_lock_and_the_website(fleet: Fleets) -> None:
    two = fleet(2)
    release = two.deploy(ONE)
    BackendLock(two.store).lock(Claim(by="alex", what="the fair is on", at="t"))
    found = look(two.backend, (7, "r7", "t")).as_json()
    assert found["backend"]["release"] == release
    assert [one["release"] for one in found["backend"]["machines"]] == [release, release]
    assert (found["backend"]["lock"]["by"], found["website"]["number"], found["problems"]) == ("alex", 7, [])


def test_status_names_a_machine_with_another_release(fleet: Fleets) -> None:
    two = fleet(2)
    release = two.deploy(ONE)
    (two.hosts[0].directory / "live").write_text("other")
    assert look(two.backend, None).problems == (f"{two.hosts[0].id} has other, not {release}; deploy again",)


def test_status_names_a_unit_that_systemd_keeps_starting_again(
    fleet: Fleets, capsys: pytest.CaptureFixture[str]
) -> None:
    two = fleet(2)
    two.deploy(ONE)
    unsteady = {"acme-worker@blue.service": "is auto-restart, started again 7 times"}
    (two.hosts[1].directory / "unsteady").write_text(json.dumps(unsteady))
    found = look(two.backend, None)
    [problem] = found.problems
    assert problem.startswith(f"{two.hosts[1].id}: acme-worker@blue.service is auto-restart, started again 7 times; ")
    machines = found.as_json()["backend"]["machines"]
    assert {one["id"]: one["unsteady"] for one in machines} == {two.hosts[0].id: {}, two.hosts[1].id: unsteady}
    show(found)
    printed = " ".join(capsys.readouterr().out.split())
    assert "well steady" in printed
    assert "well acme-worker@blue.service" in printed


def test_what_machines_say_is_plain_text_to_status(fleet: Fleets, capsys: pytest.CaptureFixture[str]) -> None:
    one = fleet(1)
    one.deploy(ONE)
    said = "[/var/media is not writable] and [cache] \x1b[31m"
    (one.hosts[0].directory / "unsteady").write_text(json.dumps({"acme-web@blue.service": said}))
    found = look(one.backend, None)
    [machine] = found.machines
    ill = {**machine.end, "problem": said}
    show(replace(found, machines=(replace(machine, lines=(ill,)),)))
    printed = capsys.readouterr().out
    assert printed.count("[/var/media is not writable] and [cache] ?[31m") == 3
    one.store.record("2099-deploy-x", {"release": "x", "result": said, "message": ""})
    show_releases(listed(one.store.records(9), None, ()))
    assert "[/var/media is not writable] and [cache] ?[31m" in capsys.readouterr().out


def test_status_says_that_maintenance_is_on(fleet: Fleets, capsys: pytest.CaptureFixture[str]) -> None:
    one = fleet(1)
    show(look(one.backend, None))
    assert "maintenance" not in capsys.readouterr().out
    one.backend.set_parameter(one.backend.maintenance_parameter, "on")
    show(look(one.backend, None))
    assert "\nmaintenance is on: its page answers, not the product\n" in capsys.readouterr().out


def test_a_lock_of_another_version_holds(fleet: Fleets) -> None:
    one = fleet(1)
    written = {"by": "alex", "what": "the fair is on", "at": "t", "locked": True, "until": "2027"}
    one.store.put(KEY, json.dumps(written).encode(), etag=None)
    assert look(one.backend, None).claim == Claim(by="alex", what="the fair is on", at="t", locked=True)
    with pytest.raises(HeldError, match="alex has locked deploys since t: the fair is on"):
        one.deploy(ONE)
    assert BackendLock(one.store).unlock().by == "alex"


@pytest.mark.parametrize(
    "body", [b'{"by": "kim", "locked": tr', b"null", b"{}", b'{"by": 5}', b'{"by": "kim", "beat": "z"}', b"[" * 200_000]
)
def test_a_damaged_lock_holds_until_it_is_ended(fleet: Fleets, body: bytes) -> None:
    one = fleet(1)
    one.store.put(KEY, body, etag=None)
    told = "releases/lock.json is damaged, so that it is not known who holds the backend; `diceytech unlock` ends that"
    assert look(one.backend, None).problems == (told,)
    with pytest.raises(HeldError, match=told):
        one.deploy(ONE)
    BackendLock(one.store).unlock()
    assert one.deploy(ONE) == one.parameter


def test_status_of_an_environment_without_machines_says_so(fleet: Fleets) -> None:
    [problem] = look(fleet(0).backend, None).problems
    assert "has no running machine" in problem


def test_maintenance_reaches_every_machine_and_those_that_boot_later(fleet: Fleets) -> None:
    two = fleet(2)
    assert [one.exit for one in turn(two.backend, "on", lambda _host, _line: None)] == [0, 0]
    assert [line.split()[1] for line in two.asked()] == ["maintenance-on", "maintenance-on"]
    assert two.backend.parameter(two.backend.maintenance_parameter) == "on"
    two.hosts[1].fail(75)
    with pytest.raises(PlatformError, match=rf"maintenance is off but not on {two.hosts[1].id} \(it is not well\)"):
        turn(two.backend, "off", lambda _host, _line: None)


@pytest.mark.parametrize(
    ("text", "ago"), [("15m", timedelta(minutes=15)), ("2h", timedelta(hours=2)), ("2026-11-24T12:00", timedelta(1))]
)
def test_since_is_a_span_or_a_time(text: str, ago: timedelta) -> None:
    assert backend_logs.since(text, NOW) == NOW - ago


@pytest.mark.parametrize("text", ["1960-01-01", "30000d"])
def test_a_since_before_cloudwatch_is_from_the_beginning(text: str) -> None:
    assert backend_logs.since(text, NOW) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.usefixtures("aws")
def test_a_request_that_is_none_is_not_laid_to_the_network() -> None:
    client = backend_up().session.client("ssm")
    told = r"^read it: AWS takes no such request \(Parameter val"
    with pytest.raises(AwsRefusedError, match=told) as refused, asking("read it"):
        client.get_parameter(Name=5)
    assert not refused.value.passing


@pytest.mark.parametrize("text", ["", "m", "15", "yesterday", "-5m", "9999999m", "999999d"])
def test_a_since_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PlatformError, match="--since"):
        backend_logs.since(text, NOW)


@pytest.mark.usefixtures("aws")
def test_logs_of_all_parts_come_in_the_order_of_their_times_and_follow_shows_each_once() -> None:
    backend = backend_up()
    client, start = backend.session.client("logs"), datetime.now(UTC) - timedelta(minutes=1)
    wanted = backend_logs.groups(backend, None)

    def write(part: str, seconds: float, text: str) -> None:
        event = {"timestamp": int((start.timestamp() + seconds) * 1000), "message": text}
        client.put_log_events(logGroupName=wanted[part], logStreamName="i-1", logEvents=[event])

    for group in wanted.values():
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="i-1")
    write("nginx", 3, "third")
    write("backend", 1, "first")
    write("worker", 2, "second\n")
    write("backend", -9, "before")
    assert [one.text for one in backend_logs.events(backend, wanted, start, None)] == ["first", "second", "third"]
    following = backend_logs.following(backend, wanted, start, None)
    assert [one.text for one in next(following)] == ["first", "second", "third"]
    write("worker", 4, "fourth")
    assert [[one.text for one in fresh] for fresh in islice(following, 1)] == [["fourth"]]
    with pytest.raises(PlatformError, match="the parts are backend, worker, nginx"):
        backend_logs.groups(backend, "database")


@pytest.mark.usefixtures("aws")
def test_a_command_on_a_machine_is_one_word_for_its_shell_whatever_is_in_it() -> None:
    session = backend_sessions.on_machine(
        backend_up(), Host(id="i-1", launched=""), ["manage.py", "shell", "-c", "a; b"]
    )
    words = shlex.split(session.text)
    assert words[:7] == ["aws", "ssm", "start-session", "--region", "us-east-1", "--target", "i-1"]
    [inner] = json.loads(words[words.index("--parameters") + 1])["command"]
    assert shlex.split(inner) == ["sudo", "/srv/acme/bin/release", "run", "manage.py", "shell", "-c", "a; b"]


@pytest.mark.usefixtures("aws")
def test_the_database_is_reached_through_a_machine_and_no_password_is_shown() -> None:
    backend = backend_up()
    session = backend_sessions.to_database(backend, Host(id="i-1", launched=""), 15432)
    words = list(session.command)
    assert json.loads(words[words.index("--parameters") + 1]) == {
        "host": ["db.example.internal"],
        "portNumber": ["5433"],
        "localPortNumber": ["15432"],
    }
    assert backend.outputs.database_secret_arn in session.notes[1]


def test_without_the_plugin_the_command_is_named_as_what_to_run_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PlatformError, match="aws and session-manager-plugin not installed here"):
        backend_sessions.start(backend_sessions.Session(command=["aws"]))


def test_a_machine_that_is_none_is_refused_with_those_that_are() -> None:
    hosts = [Host(id="i-1", launched=""), Host(id="i-2", launched="")]
    assert backend_sessions.chosen(hosts, None).id == "i-1"
    with pytest.raises(PlatformError, match="--host i-3: the machines are i-1, i-2"):
        backend_sessions.chosen(hosts, "i-3")


@pytest.fixture
def database(aws: str) -> Any:
    """acme's dev with a database and a snapshot of it called `before`."""
    assert aws
    backend = backend_up()
    rds, ec2 = backend.session.client("rds"), backend.session.client("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    rds.create_db_subnet_group(DBSubnetGroupName="isolated", DBSubnetGroupDescription="x", SubnetIds=subnets)
    rds.create_db_instance(
        DBInstanceIdentifier=backend.outputs.database_instance,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword="not-a-real-one",
        DBSubnetGroupName="isolated",
        VpcSecurityGroupIds=["sg-1"],
        Tags=[{"Key": "Environment", "Value": "dev"}],
    )
    rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier=backend.outputs.database_instance)
    return backend


def test_a_snapshot_is_restored_beside_the_running_database(database: Any) -> None:
    wanted = database_snapshot.plan(database, snapshot="before", name="acme-restored")
    database_snapshot.restore(database, wanted)
    rds = database.session.client("rds")
    found = {one["DBInstanceIdentifier"]: one for one in rds.describe_db_instances()["DBInstances"]}
    assert set(found) == {database.outputs.database_instance, "acme-restored"}
    assert found["acme-restored"]["DBSubnetGroup"]["DBSubnetGroupName"] == "isolated"
    assert wanted.request["ManageMasterUserPassword"] is True
    assert wanted.next_steps("dev")[0] == "diceytech maintenance on --env dev"


@pytest.mark.parametrize(
    ("snapshot", "name", "message"),
    [
        ("missing", "acme-2", "there is no snapshot missing"),
        ("before", "acme-dev", "there is a database of that name"),
        ("before", "x;y", "a database's name has small letters"),
        ("before", "a--b", "a database's name has small letters"),
    ],
)
def test_a_restore_that_cannot_be_is_refused(snapshot: str, name: str, message: str, database: Any) -> None:
    with pytest.raises(PlatformError, match=message):
        database_snapshot.plan(database, snapshot=snapshot, name=name)


def test_a_deploys_snapshot_is_waited_for_and_carries_the_environments_tags(database: Any) -> None:
    states: list[str] = []
    name = database_snapshot.take(database, f"{TWO}-0123456789ab", lambda state, _seconds: states.append(state))
    assert name.startswith("acme-dev-deploy-20")
    assert name.endswith("-0123456789ab")
    assert states[-1] == "available"
    [found] = database.session.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    tags = {tag["Key"]: tag["Value"] for tag in found["TagList"]}
    assert (tags["Product"], tags["Environment"]) == ("acme", "dev")
