"""The Pulumi stack that a command is for: that of an environment, or that of the account project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.account_config import load_account
from infra.config_across import environment


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`directory` is that of the Pulumi project `project`; resources are in `account_id`, most of them in `region`."""

    directory: Path
    project: str
    name: str
    account_id: str
    region: str

    @property
    def option(self) -> str:
        """How our own commands name it."""
        return f"--account {self.name}" if self.project == "account" else f"--env {self.name}"

    @property
    def words(self) -> str:
        """How Pulumi's commands name it, from the repository's root."""
        return f"--stack {self.name} --cwd account" if self.project == "account" else f"--stack {self.name}"

    @property
    def up(self) -> str:
        """The command that applies its program: the guarded one, which the account project has none of."""
        return f"pulumi up {self.words}" if self.project == "account" else f"diceytech up {self.option}"

    @property
    def file(self) -> str:
        """Its YAML, from the repository's root."""
        return f"account/Pulumi.{self.name}.yaml" if self.project == "account" else f"Pulumi.{self.name}.yaml"


def environment_stack(root: Path, name: str) -> Stack:
    """An environment's; raises ConfigError."""
    aws = environment(root, name).aws
    return Stack(directory=root, project="platform", name=name, account_id=aws.account_id, region=aws.region)


def account_stack(root: Path, name: str) -> Stack:
    """The account project's; raises ConfigError."""
    aws = load_account(root, name).aws
    return Stack(directory=root / "account", project="account", name=name, account_id=aws.account_id, region=aws.region)
