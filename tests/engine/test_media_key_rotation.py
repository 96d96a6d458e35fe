"""The media user's key is rotated on the real engine; a run that is killed at any step loses nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.config_source import load
from tests.engine.kills import killing
from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow
DEV, SECRET, USER = "dev", "/diceytech/dev/media-user", "diceytech-dev-media"
# Where the engine and the provider are killed, step by step.
KILLS = {
    "after:create": "identity-media-key-2",
    "before:create": "identity-media-secret-value",
    "after:update": "identity-media-key-1",
    "before:delete": "identity-media-key-1",
}
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


def urn(up: Rehearsed, name: str) -> str:
    """The resource's, whose type another one of the stack has."""
    alike = "identity-media-key-1" if name.startswith("identity-media-key") else name
    found = next(one["urn"] for one in up.state(DEV)["resources"] if one["urn"].endswith(f"::{alike}"))
    return str(found).replace(alike, name)


def test_killed_at_each_step_it_loses_nothing_and_is_gone_on_with(up: Rehearsed) -> None:
    first, known = stored(up), {name: urn(up, name) for name in KILLS.values()}
    assert keys(up) == {first: "Active"}
    for moment, name in KILLS.items():
        with killing(up, f"{moment}:{known[name]}") as variables:
            ended = up.run(*ROTATE, **variables)
        assert ended.returncode == 1, moment
        assert keys(up)[stored(up)] == "Active", moment
        if "create" in moment:
            assert keys(up)[first] == "Active", "the old key works while the new one is made and stored"
        mended = up.recover(DEV)
        assert mended.returncode == 0, mended.stderr
        assert keys(up)[stored(up)] == "Active", moment
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
    assert json.loads(done.stdout)["steps"] == ["make key 3", "store key 3", "switch key 2 off", "delete key 2"]
