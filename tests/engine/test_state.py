"""State: where it is kept, who may write it, and the way back when it is damaged."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from rehearsal.platform import planned
from tests.engine.kills import closure
from tests.engine.rehearsed import ACCOUNT, BACKEND_LOG_GROUP, Rehearsed
from tests.scripts.commands import ROOT

pytestmark = pytest.mark.slow
DEV = "dev"


@pytest.fixture(scope="module")
def targets() -> list[str]:
    """A stack of one log group: quick, and with everything that a state has."""
    return [word for urn in closure(planned(ROOT, DEV), BACKEND_LOG_GROUP) for word in ("--target", urn)]


def bucket_url(rehearsed: Rehearsed, bucket: str) -> str:
    return f"s3://{bucket}?endpoint={rehearsed.running.endpoint}&s3ForcePathStyle=true&region=us-east-1"


def test_the_bootstrapped_bucket_and_key_hold_a_stack(rehearsed: Rehearsed, targets: list[str]) -> None:
    made = rehearsed.run("diceytech", "bootstrap", "--env", DEV, "--json")
    assert made.returncode == 0, made.stderr
    state = json.loads(made.stdout)
    url = bucket_url(rehearsed, state["bucket"])
    words = (
        "--cwd",
        str(rehearsed.home.project),
        "stack",
        "init",
        DEV,
        "--secrets-provider",
        state["secrets_provider"],
    )
    done = rehearsed.run("pulumi", *words, PULUMI_BACKEND_URL=url)
    assert done.returncode == 0, done.stderr
    done = rehearsed.up(DEV, *targets, PULUMI_BACKEND_URL=url)
    assert done.returncode == 0, done.stdout + done.stderr
    s3 = rehearsed.account().client("s3")
    stored = s3.get_object(Bucket=state["bucket"], Key=".pulumi/stacks/platform/dev.json")["Body"].read()
    assert b"log-groups-backend" in stored
    assert json.loads(stored)["checkpoint"]["latest"]["secrets_providers"]["type"] == "cloud"
    done = rehearsed.run(
        "pulumi", "destroy", "--stack", DEV, "--yes", "--skip-preview", "--non-interactive", PULUMI_BACKEND_URL=url
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_state_in_a_bucket_that_was_cut_in_half_comes_back(rehearsed: Rehearsed) -> None:
    bucket = f"pulumi-state-diceytech-{ACCOUNT}"
    url, key = bucket_url(rehearsed, bucket), ".pulumi/stacks/platform/dev.json"
    s3 = rehearsed.account().client("s3")
    whole = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=whole[: len(whole) // 2])
    told = rehearsed.run("diceytech", "drift", "--env", DEV, PULUMI_BACKEND_URL=url)
    assert told.returncode == 1
    assert "the state of dev is damaged" in told.stderr
    assert "diceytech recover --env dev --restore" in told.stderr
    mended = rehearsed.run("diceytech", "recover", "--env", DEV, "--restore", PULUMI_BACKEND_URL=url)
    assert mended.returncode == 0, mended.stderr
    assert "broke the lock" not in mended.stderr  # the bucket keeps versions of those that were released
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == whole


def test_a_state_in_a_file_that_was_cut_in_half_comes_back(rehearsed: Rehearsed, targets: list[str]) -> None:
    assert rehearsed.up(DEV, *targets).returncode == 0
    file = rehearsed.home.state / ".pulumi" / "stacks" / "platform" / "dev.json"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    told = rehearsed.run("diceytech", "drift", "--env", DEV)
    assert (told.returncode, "is damaged" in told.stderr) == (1, True)
    assert rehearsed.run("diceytech", "recover", "--env", DEV, "--restore").returncode == 0
    assert file.read_bytes() == whole
    file.write_bytes(b"{}")
    told = rehearsed.run("diceytech", "recover", "--env", DEV)
    assert (told.returncode, "is damaged (it is JSON, and no deployment is in it)" in told.stderr) == (1, True)
    assert rehearsed.run("diceytech", "recover", "--env", DEV, "--restore").returncode == 0
    assert file.read_bytes() == whole
    assert rehearsed.preview(DEV, *targets) == []


def test_a_lock_that_was_cut_off_is_broken_by_force(rehearsed: Rehearsed, targets: list[str]) -> None:
    assert rehearsed.up(DEV, *targets).returncode == 0
    file = rehearsed.home.state / ".pulumi/locks/organization/platform/dev/1.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"pid":47')
    told = rehearsed.run("diceytech", "recover", "--env", DEV)
    assert (told.returncode, "1.json is damaged" in told.stderr) == (75, True), told.stderr
    assert rehearsed.run("diceytech", "recover", "--env", DEV, "--force").returncode == 0
    assert not file.exists()
    assert rehearsed.preview(DEV, *targets) == []


def test_the_second_of_two_ups_at_once_is_refused_by_the_lock(rehearsed: Rehearsed, targets: list[str]) -> None:
    first = subprocess.Popen(
        ["pulumi", "up", "--stack", DEV, "--yes", "--skip-preview", "--non-interactive"],
        executable=str(rehearsed.home.bin / "pulumi"),
        cwd=rehearsed.root,
        env=rehearsed.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_lock(rehearsed.home.state, first)
        second = rehearsed.up(DEV, *targets)
        told = rehearsed.run("diceytech", "recover", "--env", DEV)
    finally:
        first.wait(timeout=300)
    assert first.returncode == 0
    assert second.returncode != 0
    assert "is currently locked" in second.stdout + second.stderr
    assert told.returncode == 75
    assert f"process {first.pid}" in told.stderr
    assert rehearsed.preview(DEV) == []


def _wait_for_lock(state: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not list((state / ".pulumi" / "locks").rglob("*.json")):
        assert process.poll() is None, "it ended before it held a lock"
        assert time.monotonic() < deadline, "no lock"
        time.sleep(0.01)
