"""`diceytech up` on the real engine: exactly what was shown is applied, or nothing is.

The tests go on where the one before stopped; dev comes up by the command itself.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.engine.rehearsed import ACCOUNT, BACKEND_LOG_GROUP, Rehearsed

pytestmark = pytest.mark.slow
DEV = "dev"
GROUP = "diceytech-dev-backend"


@pytest.fixture(scope="module")
def dev(rehearsed: Rehearsed) -> Rehearsed:
    """dev, brought up by `diceytech up` from nothing."""
    rehearsed.run("pulumi", "stack", "ls", "--stack", DEV)  # makes the stack, as `diceytech local` does
    done = up(rehearsed)
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return rehearsed


def up(rehearsed: Rehearsed, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return rehearsed.run("diceytech", "up", "--env", DEV, "--yes", *words, **more)


def held(rehearsed: Rehearsed) -> tuple[str, dict[str, set[str]], str]:
    """The state's bytes, what is in the local AWS, and one setting of it."""
    state = rehearsed.home.state / ".pulumi" / "stacks" / "platform" / f"{DEV}.json"
    return hashlib.sha256(state.read_bytes()).hexdigest(), rehearsed.inventory(), str(retention(rehearsed))


def retention(rehearsed: Rehearsed) -> int:
    [group] = rehearsed.account().client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return int(group["retentionInDays"])


def between(rehearsed: Rehearsed, directory: Path, command: str) -> dict[str, str]:
    """Variables with which the engine runs a command of the shell right after it has previewed for `up`."""
    engine, shim = shlex.quote(str(rehearsed.home.bin / "pulumi")), directory / "pulumi"
    cases = f'preview) {engine} "$@" || exit; ( {command} ) >&2 ;;\n*) exec {engine} "$@" ;;'
    shim.write_text(f'#!/bin/sh\ncase "$1" in\n{cases}\nesac\n', encoding="utf-8")
    shim.chmod(0o755)
    return {"PATH": os.pathsep.join([str(directory), rehearsed.variables()["PATH"]])}


def test_a_second_up_has_nothing_to_do(dev: Rehearsed) -> None:
    before = held(dev)
    done = up(dev)
    assert (done.returncode, done.stdout) == (0, "dev: nothing to do\n")
    assert held(dev) == before


def test_what_was_shown_is_what_is_done(dev: Rehearsed) -> None:
    dev.edit(DEV, "log_retention_days: 14", "log_retention_days: 30")
    done = up(dev)
    assert done.returncode == 0, done.stderr
    assert "retentionInDays: 14 -> 30" in done.stdout
    assert retention(dev) == 30
    assert dev.preview(DEV) == []


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("log_retention_days: 30", "log_retention_days: 3", "log-retention-shortened:log-groups-backend"),
        ("    # bucket: diceytech-storage", "    bucket: diceytech-storage", "bucket-replaced:media"),
        ("    storage_gb: 20", "    name: other\n    storage_gb: 20", "database-replaced:database-instance"),
        ("noncurrent_days: 7", "noncurrent_days: 1", "expiry-shortened:media-lifecycle"),
        ("keep_days: 30", "keep_days: 10", "expiry-shortened:artifacts-lifecycle"),
        ("username: dev", "username: dev\n    # changed", ""),
    ],
)  # fmt: skip
def test_a_refusal_leaves_state_and_aws_as_they_are(dev: Rehearsed, old: str, new: str, refused: str) -> None:
    before = held(dev)
    dev.edit(DEV, old, new)
    done = up(dev)
    dev.edit(DEV, new, old)
    assert done.returncode == (2 if refused else 0), done.stdout + done.stderr
    assert f"--acknowledge '{refused}=" in done.stdout if refused else "nothing to do" in done.stdout
    assert held(dev) == before


def test_a_state_that_changed_after_the_preview_is_refused(dev: Rehearsed, tmp_path: Path) -> None:
    dev.edit(DEV, "log_retention_days: 30", "log_retention_days: 60")
    engine = shlex.quote(str(dev.home.bin / "pulumi"))
    command = f"{engine} state protect --stack {DEV} --yes {shlex.quote(BACKEND_LOG_GROUP)}"
    done = up(dev, **between(dev, tmp_path, command))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "the state of dev changed since the preview" in done.stderr
    assert "preview again" in done.stderr
    assert retention(dev) == 30
    unprotected = dev.run("pulumi", "state", "unprotect", "--stack", DEV, "--yes", BACKEND_LOG_GROUP)
    assert unprotected.returncode == 0, unprotected.stderr


def test_a_yaml_that_changed_after_the_preview_is_refused_by_the_plan(dev: Rehearsed, tmp_path: Path) -> None:
    copy = shlex.quote(str(dev.home.project / f"Pulumi.{DEV}.yaml"))
    before = held(dev)
    command = f"sed -i 's/log_retention_days: 60/log_retention_days: 1/' {copy}"
    done = up(dev, **between(dev, tmp_path, command))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "what would be done now is not what was shown" in done.stderr
    assert "nothing was applied" in done.stderr
    assert held(dev) == before


def test_what_is_acknowledged_passes_and_the_report_says_by_whose_reason(dev: Rehearsed) -> None:
    dev.edit(DEV, "log_retention_days: 60", "log_retention_days: 7")
    groups = ("log-groups-backend", "log-groups-nginx", "log-groups-worker")
    words = [f"--acknowledge=log-retention-shortened:{name}=exported to S3" for name in groups]
    assert up(dev, *words[:2]).returncode == 2
    done = up(dev, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("exported to S3") >= 3
    assert retention(dev) == 7


def test_no_secret_is_in_any_output(dev: Rehearsed) -> None:
    ssm = dev.account().client("ssm")
    secrets = [
        one["Value"]
        for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/", Recursive=True, WithDecryption=True)
        for one in page["Parameters"]
        if one["Type"] == "SecureString"
    ]
    dev.edit(DEV, "log_retention_days: 7", "log_retention_days: 14")
    shown = [
        dev.run("diceytech", "preview", "--env", DEV, "--format", one) for one in ("text", "json", "markdown", "html")
    ]
    done = up(dev)
    assert [one.returncode for one in (*shown, done)] == [0] * 5
    assert secrets, ACCOUNT
    assert [one for one in secrets for each in (*shown, done) if one in each.stdout + each.stderr] == []
