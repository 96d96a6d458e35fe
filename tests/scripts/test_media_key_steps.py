"""The steps of a rotation as states of the YAML, without AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.config import AccessKeys
from infra.config_source import ConfigError, load
from scripts.secrets.media_key_steps import edited, next_step
from tests.scripts.commands import diceytech, repository


def states(start: AccessKeys) -> list[tuple[str, tuple[int, ...], int, tuple[int, ...]]]:
    found = []
    now = start
    while not found or len(now.keys) > 1:
        step = next_step(now)
        found.append((step.words, step.keys.keys, step.keys.current, step.keys.off))
        now = step.keys
    return found


def test_a_rotation_has_four_steps_and_always_a_current_key_that_is_on() -> None:
    found = states(AccessKeys())
    assert found == [
        ("make key 2", (1, 2), 1, ()),
        ("store key 2", (1, 2), 2, ()),
        ("switch key 1 off", (1, 2), 2, (1,)),
        ("delete key 1", (2,), 2, ()),
    ]
    assert all(current in keys and current not in off for _, keys, current, off in found)


def test_the_next_rotation_makes_a_number_that_was_never_used() -> None:
    assert next_step(AccessKeys(keys=(7,), current=7)).keys.keys == (7, 8)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def test_every_state_is_written_into_the_yaml_and_read_back_with_its_comments_kept(copy: Path) -> None:
    file, now = copy / "Pulumi.dev.yaml", AccessKeys()
    before = [line for line in file.read_text(encoding="utf-8").splitlines() if "#" in line]
    for _ in range(4):
        now = next_step(now).keys
        file.write_text(edited(file, now), encoding="utf-8")
        assert load(copy, "dev").identity.media_user == now
        line = f"media_user: {{keys: {list(now.keys)}, current: {now.current}"
        assert line in file.read_text(encoding="utf-8")
    assert [line for line in file.read_text(encoding="utf-8").splitlines() if "#" in line] == before


def test_the_current_key_cannot_be_switched_off_nor_one_that_does_not_exist(copy: Path) -> None:
    file = copy / "Pulumi.dev.yaml"
    for off in ((2,), (9,)):
        file.write_text(edited(file, AccessKeys(keys=(1, 2), current=2, off=off)), encoding="utf-8")
        with pytest.raises(ConfigError, match=r"identity\.media_user\.off"):
            load(copy, "dev")


@pytest.mark.slow
def test_an_environment_without_a_media_user_is_told_so(copy: Path) -> None:
    done = diceytech("secrets", "rotate", "media-user", "--env", "prod", "--plan", cwd=copy)
    assert done.returncode == 1
    assert "prod has no media user" in done.stderr


@pytest.mark.slow
def test_only_the_media_user_is_rotated(copy: Path) -> None:
    done = diceytech("secrets", "rotate", "SECRET_KEY", "--env", "dev", cwd=copy)
    assert done.returncode == 1
    assert "secrets set" in done.stderr


@pytest.mark.slow
def test_the_next_step_can_be_asked_for_without_an_account(copy: Path) -> None:
    done = diceytech("secrets", "rotate", "media-user", "--env", "dev", "--plan", cwd=copy)
    assert (done.returncode, done.stdout.strip()) == (0, "next: make key 2")
