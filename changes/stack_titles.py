"""Titles of stacks, for reports and acknowledgements: `prod` of an environment, `account main` of the account project.

An environment and a stack of the account project may have one name. A title tells them apart: no environment's name has
a space in it.
"""

from __future__ import annotations

from typing import Final, Literal

ACCOUNT: Final = "account"  # also the Pulumi project's name; that of the environments may be any other

Kind = Literal["environment", "account"]


def account_title(stack: str) -> str:
    """The title of a stack of the account project."""
    return f"{ACCOUNT} {stack}"


def kind_and_name(title: str) -> tuple[Kind, str]:
    """What a title is of: an environment, or the account project; and the name of its stack."""
    before, space, after = title.partition(" ")
    return ("account", after) if space and before == ACCOUNT else ("environment", title)


def called(title: str) -> str:
    """For a sentence: `environment prod`, `account main`."""
    return " ".join(kind_and_name(title))


def option(title: str) -> str:
    """How our own commands name the stack: `--env prod`, `--account main`."""
    kind, name = kind_and_name(title)
    return f"--account {name}" if kind == "account" else f"--env {name}"


def words(title: str) -> str:
    """How Pulumi's commands name it, from the repository's root."""
    kind, name = kind_and_name(title)
    return f"--stack {name} --cwd {ACCOUNT}" if kind == "account" else f"--stack {name}"


def file(title: str) -> str:
    """Its YAML, from the repository's root."""
    kind, name = kind_and_name(title)
    return f"{ACCOUNT}/Pulumi.{name}.yaml" if kind == "account" else f"Pulumi.{name}.yaml"


def title_of(urn: str) -> str:
    """The title of the stack that a resource's URN names."""
    name = urn.partition("::")[0].rpartition(":")[2]
    return account_title(name) if is_of_account(urn) else name


def is_of_account(urn: str) -> bool:
    """Whether a resource's URN is of the account project."""
    return urn.partition("::")[2].partition("::")[0] == ACCOUNT
