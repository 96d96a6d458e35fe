"""What surrounds the machines: the database at RDS's address, logs in their groups, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.machine import clearing, network
from rehearsal.machine.control_group import left
from rehearsal.machine.places import NAMESPACES, PREFIX, Place
from rehearsal.machine.processes import words_of
from rehearsal.machine.world import World
from tests.machine.conftest import ROOT, place_for

pytestmark = [pytest.mark.slow, pytest.mark.machine]


def connect(world: World, password: str, mode: str) -> subprocess.CompletedProcess[str]:
    outputs, database = world.outputs, world.config.database
    server = f"host={outputs.database_address} port={database.port} dbname={outputs.database_name}"
    account = f"user={database.username} password={password} sslmode={mode}"
    words = ["psql", "-X", "-A", "-t", "-c", "SELECT 1", f"{server} {account}"]
    return world.machines[0].run(words, check=False)


def password_of(world: World) -> str:
    held = world.aws.client("secretsmanager").get_secret_value(SecretId=world.outputs.database_secret_arn)
    return str(json.loads(held["SecretString"])["password"])


def test_the_managed_password_opens_the_database_and_only_over_tls(single: World) -> None:
    password = password_of(single)
    assert connect(single, password, "require").stdout == "1\n"
    assert "no encryption" in connect(single, password, "disable").stderr
    assert "authentication failed" in connect(single, "wrong", "require").stderr


def test_a_rotated_password_takes_the_place_of_the_old_one(single: World) -> None:
    before = password_of(single)
    single.rotate_password()
    assert password_of(single) != before
    assert connect(single, password_of(single), "require").stdout == "1\n"
    assert "authentication failed" in connect(single, before, "require").stderr


def test_the_master_user_is_no_superuser(single: World) -> None:
    superusers = single.database.owner("SELECT rolname FROM pg_roles WHERE rolsuper").splitlines()
    assert single.config.database.username not in superusers


def test_what_the_first_boot_said_is_in_its_log_group(single: World) -> None:
    group, stream = single.outputs.backend_log_group, f"{single.machines[0].id}-boot"
    logs, deadline = single.aws.client("logs"), time.monotonic() + 30
    while not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        assert time.monotonic() < deadline, "the log shipper sent nothing"
        time.sleep(0.2)
    found = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    assert "no release yet" in [event["message"] for event in found]


def test_status_finds_that_no_website_is_released_and_is_not_refused(single: World) -> None:
    """S3 answers an account 404 for what its own bucket lacks, whatever the bucket's policy grants CloudFront."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "status", "--env", "dev"],
        cwd=ROOT,
        env={**{name: os.environ[name] for name in ("PATH", "HOME")}, **single.variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "website  no release" in done.stdout
    assert "the website:" not in done.stdout


def test_what_a_crash_has_left_is_cleared_and_clearing_again_does_nothing() -> None:
    place: Place = place_for("left")
    place.machines.mkdir(parents=True)
    network.make_aws(place.aws, "10.99.0.0/16")
    held = subprocess.Popen([*network.entering(place.aws), "sleep", "600"])
    assert clearing.clear(place)
    held.wait(timeout=10)
    assert words_of(held.pid) == []
    assert not clearing.clear(place)
    assert not place.directory.exists()
    prefix = f"{PREFIX}{place.name}-"
    assert ([*NAMESPACES.glob(f"{prefix}*")], left(prefix)) == ([], [])
    assert str(place.directory) not in Path("/proc/self/mounts").read_text(encoding="utf-8")
