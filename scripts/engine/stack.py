"""The Pulumi stack that a command is for: that of an environment, or that of the account project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from changes import stack_titles
from infra.account_config import load_account
from infra.config_across import environment
from infra.errors import PlatformError


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`directory` is that of the Pulumi project `project`; resources are in `account_id`, most of them in `region`."""

    directory: Path
    project: str
    name: str
    account_id: str
    region: str

    @property
    def title(self) -> str:
        """How reports and acknowledgements call it."""
        return stack_titles.account_title(self.name) if self.project == stack_titles.ACCOUNT else self.name

    @property
    def option(self) -> str:
        """How our own commands name it."""
        return stack_titles.option(self.title)

    @property
    def words(self) -> str:
        """How Pulumi's commands name it, from the repository's root."""
        return stack_titles.words(self.title)

    @property
    def up(self) -> str:
        """The guarded command that applies its program."""
        return f"diceytech up {self.option}"

    @property
    def file(self) -> str:
        """Its YAML, from the repository's root."""
        return stack_titles.file(self.title)


def environment_stack(root: Path, name: str) -> Stack:
    """An environment's; raises ConfigError."""
    aws = environment(root, name).aws
    return Stack(directory=root, project="platform", name=name, account_id=aws.account_id, region=aws.region)


def account_stack(root: Path, name: str) -> Stack:
    """The account project's; raises ConfigError."""
    aws = load_account(root, name).aws
    return Stack(directory=root / "account", project="account", name=name, account_id=aws.account_id, region=aws.region)


def one_stack(root: Path, env: str | None, account: str | None) -> Stack:
    """The one that was named; raises PlatformError unless it was exactly one, and ConfigError."""
    if env is not None and account is None:
        return environment_stack(root, env)
    if account is not None and env is None:
        return account_stack(root, account)
    raise PlatformError("say which stack: `--env dev`, or `--account main` for one of the account project")
