"""The account project on the real engine: each test goes on where the one before it stopped."""

from __future__ import annotations

import pytest

from tests.engine.rehearsed import ACCOUNT_STACK, Rehearsed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def account(rehearsed: Rehearsed, before: dict[str, set[str]]) -> Rehearsed:
    """The account project after its first `up`."""
    assert before
    done = rehearsed.up(ACCOUNT_STACK)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return rehearsed


def test_a_preview_right_after_an_up_is_empty(account: Rehearsed) -> None:
    assert account.preview(ACCOUNT_STACK) == []


def test_a_guard_that_was_lowered_by_hand_is_found_by_drift_and_put_back(account: Rehearsed) -> None:
    iam = account.account().client("iam")
    iam.update_account_password_policy(MinimumPasswordLength=6)
    done = account.run("diceytech", "drift", "--account", ACCOUNT_STACK)
    assert done.returncode == 2, done.stderr
    assert "minimumPasswordLength: 14 -> 6" in done.stdout
    assert f"diceytech up --account {ACCOUNT_STACK} --refresh" in done.stdout
    put_back = account.run("diceytech", "up", "--account", ACCOUNT_STACK, "--yes", "--refresh")
    assert put_back.returncode == 0, put_back.stdout[-3000:] + put_back.stderr
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14
    assert account.run("diceytech", "drift", "--account", ACCOUNT_STACK).returncode == 0


def test_in_the_project_s_own_directory_pulumi_is_that_project_s(account: Rehearsed) -> None:
    done = account.run("sh", "-c", "cd account && pulumi stack ls --json")
    assert done.returncode == 0, done.stderr
    assert ACCOUNT_STACK in done.stdout


def test_without_a_stack_or_with_two_a_command_says_how_to_name_one(account: Rehearsed) -> None:
    for words in ((), ("--env", "dev", "--account", ACCOUNT_STACK)):
        done = account.run("diceytech", "recover", *words)
        assert done.returncode == 1
        assert "`--env dev`, or `--account main`" in done.stderr


def test_destroyed_it_leaves_what_was_there_but_for_the_placeholders_of_the_boundaries(
    account: Rehearsed, before: dict[str, set[str]]
) -> None:
    done = account.destroy(ACCOUNT_STACK)
    assert done.returncode == 0, done.stdout[-3000:]
    assert account.inventory() == {**before, "aws:iam/policy:Policy": set()}
