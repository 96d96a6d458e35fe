"""An environment and a stack of the account project of one name are never taken for one another."""

from __future__ import annotations

import pytest

from changes import stack_titles as titles
from infra.config_source import ENVIRONMENT_NAME


@pytest.mark.parametrize(
    ("title", "kind", "option", "words", "file"),
    [
        ("main", "environment", "--env main", "--stack main", "Pulumi.main.yaml"),
        (titles.account_title("main"), "account", "--account main", "--stack main --cwd account",
         "account/Pulumi.main.yaml"),
        ("account", "environment", "--env account", "--stack account", "Pulumi.account.yaml"),
    ],
)  # fmt: skip
def test_a_title_says_which_stack_it_is_and_how_it_is_named(
    title: str, kind: str, option: str, words: str, file: str
) -> None:
    assert titles.kind_and_name(title) == (kind, title.rpartition(" ")[2])
    assert (titles.option(title), titles.words(title), titles.file(title)) == (option, words, file)


def test_the_title_of_a_resource_s_stack_is_in_its_urn() -> None:
    assert titles.title_of("urn:pulumi:main::account::aws:iam/role:Role::one") == "account main"
    assert titles.title_of("urn:pulumi:main::platform::aws:iam/role:Role::one") == "main"
    assert titles.title_of("urn:pulumi:account::platform::aws:iam/role:Role::account") == "account"


def test_no_environment_can_have_the_title_of_an_account() -> None:
    assert ENVIRONMENT_NAME.fullmatch("main")
    assert not ENVIRONMENT_NAME.fullmatch(titles.account_title("main"))
