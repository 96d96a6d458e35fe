"""The media user's key is rotated on the real engine; a run that is killed at any step loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from infra.config_source import load
from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow
DEV, SECRET, USER = "dev", "/diceytech/dev/media-user", "diceytech-dev-media"
ROTATE = ("diceytech", "secrets", "rotate", "media-user", "--env", DEV)


@pytest.fixture(scope="module")
def up(rehearsed: Rehearsed) -> Rehearsed:
    done = rehearsed.up(DEV)
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return rehearsed


def keys(up: Rehearsed) -> dict[str, str]:
    """Access keys of the user in the local AWS: id to status."""
    found = up.account().client("iam").list_access_keys(UserName=USER)["AccessKeyMetadata"]
    return {one["AccessKeyId"]: one["Status"] for one in found}


def stored(up: Rehearsed) -> str:
    """Id of the key that uploaders find in Secrets Manager."""
    value: dict[str, Any] = json.loads(
        up.account().client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    )
    return str(value["AWS_ACCESS_KEY_ID"])


def killed(up: Rehearsed, when: Callable[[subprocess.Popen[str]], None]) -> None:
    """Starts a rotation, and kills it with all its processes as soon as `when` comes back."""
    up.run("true")  # brings the copy up to date
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "scripts.cli", *ROTATE[1:]],
        cwd=up.root,
        env=up.variables(PYTHONUNBUFFERED="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        when(process)
        os.killpg(process.pid, signal.SIGKILL)


def begins(mark: str) -> Callable[[subprocess.Popen[str]], None]:
    """Until the engine is called for a change of this resource: the YAML is edited, AWS is as before."""

    def wait(process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        assert any(line.startswith("  pulumi up:") and mark in line for line in process.stderr)

    return wait


def takes_effect(seen: Callable[[], bool]) -> Callable[[subprocess.Popen[str]], None]:
    """Until AWS holds what the step makes: the engine has not written its state yet, or just has."""

    def wait(process: subprocess.Popen[str]) -> None:
        while not seen():
            assert process.poll() is None

    return wait


def test_killed_at_each_step_it_loses_nothing_and_is_gone_on_with(up: Rehearsed) -> None:
    first = stored(up)
    assert keys(up) == {first: "Active"}
    steps: list[tuple[str, str, Callable[[], bool]]] = [
        ("make", "identity-media-key-2", lambda: len(keys(up)) == 2),
        ("store", "identity-media-secret-value", lambda: stored(up) != first),
        ("switch off", "identity-media-key-1", lambda: keys(up).get(first) == "Inactive"),
        ("delete", "identity-media-key-1", lambda: first not in keys(up)),
    ]
    for step, mark, seen in steps:
        for when in (begins(mark), takes_effect(seen)):
            killed(up, when)
            assert keys(up)[stored(up)] == "Active", step
            if step == "make":
                assert stored(up) == first
            if step in ("make", "store"):
                assert keys(up)[first] == "Active", "the old key works until the new one is stored"
            mended = up.run("diceytech", "recover", "--env", DEV, "--force")  # its process is dead, if not yet buried
            assert mended.returncode == 0, mended.stderr
            assert keys(up)[stored(up)] == "Active", step
    done = up.run(*ROTATE)
    assert done.returncode == 0, done.stderr
    assert stored(up) != first
    assert keys(up) == {stored(up): "Active"}
    user = load(up.root, DEV).identity.media_user
    assert user is not None
    assert (user.keys, user.current, user.off) == ((2,), 2, ())


def test_nothing_else_is_applied_with_it(up: Rehearsed) -> None:
    up.edit(DEV, "log_retention_days: 14", "log_retention_days: 30")
    done = up.run(*ROTATE)
    assert done.returncode == 2
    assert "has other changes waiting" in done.stderr
    up.edit(DEV, "log_retention_days: 30", "log_retention_days: 14")
    assert len(keys(up)) == 1


def test_a_whole_rotation_leaves_one_key_the_new_one(up: Rehearsed) -> None:
    before = stored(up)
    done = up.run(*ROTATE, "--json")
    assert done.returncode == 0, done.stderr
    assert stored(up) != before
    assert keys(up) == {stored(up): "Active"}
    assert "make key 3" in done.stdout
    assert "delete key 2" in done.stdout
