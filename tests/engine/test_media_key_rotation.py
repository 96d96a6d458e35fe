"""The media user's key is rotated on the real engine; a run that is killed at any step loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from infra.config_source import load
from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow
DEV, SECRET, USER = "dev", "/diceytech/dev/media-user", "diceytech-dev-media"
ROTATE = ("diceytech", "secrets", "rotate", "media-user", "--env", DEV)
WORDS = ("make key 2", "store key 2", "switch key 1 off", "delete key 1")


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


def killed_when(up: Rehearsed, words: str) -> None:
    """Starts a rotation, and kills it with all its processes while it takes this step."""
    up.run("true")  # brings the copy up to date
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "scripts.cli", *ROTATE[1:]],
        cwd=up.root,
        env=up.variables(PYTHONUNBUFFERED="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("  pulumi up:") and MARKS[words] in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# What `pulumi up` says that it changes, by step.
MARKS = {
    "make key 2": "identity-media-key-2",
    "store key 2": "identity-media-secret-value",
    "switch key 1 off": "identity-media-key-1",
    "delete key 1": "identity-media-key-1",
}


def test_killed_at_each_step_it_loses_nothing_and_is_gone_on_with(up: Rehearsed) -> None:
    first = stored(up)
    assert keys(up) == {first: "Active"}
    for words in WORDS:
        killed_when(up, words)
        assert keys(up)[stored(up)] == "Active", words
        mended = up.run("diceytech", "recover", "--env", DEV)
        assert mended.returncode == 0, mended.stderr
        assert keys(up)[stored(up)] == "Active", words
        if words in ("make key 2", "store key 2"):
            assert keys(up)[first] == "Active", "the old key works until the new one is stored"
    done = up.run(*ROTATE)
    assert done.returncode == 0, done.stderr
    second = stored(up)
    assert second != first
    assert keys(up) == {second: "Active"}
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
