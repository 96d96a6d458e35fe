"""Options that several commands share, and the completion of environments' names."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from infra.errors import PlatformError


def complete_environment(incomplete: str) -> list[str]:
    """Names of environments that start so; none outside a repository."""
    from infra.config_source import environments
    from scripts.terminal import root

    try:
        return [name for name in environments(root()) if name.startswith(incomplete)]
    except PlatformError:
        return []


def complete_account(incomplete: str) -> list[str]:
    """Names of the account project's stacks that start so; none outside a repository."""
    from infra.account_config import account_stacks
    from scripts.terminal import root

    try:
        return [name for name in account_stacks(root()) if name.startswith(incomplete)]
    except PlatformError:
        return []


class Shell(StrEnum):
    """Shells that can complete commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def show_completion(shell: Shell | None) -> None:
    """Prints the shell's completion script and ends the command."""
    if shell is None:
        return
    from typer._completion_shared import get_completion_script

    typer.echo(get_completion_script(prog_name="diceytech", complete_var=COMPLETE_VARIABLE, shell=shell.value))
    raise typer.Exit


COMPLETE_VARIABLE = "_DICEYTECH_COMPLETE"  # set by the completion script when it asks

Env = Annotated[
    str,
    typer.Option(
        "--env", "-e", help="Environment: the <env> of Pulumi.<env>.yaml.", autocompletion=complete_environment
    ),
]
OneEnv = Annotated[
    str | None, typer.Option("--env", "-e", help="Only this environment.", autocompletion=complete_environment)
]
AccountStack = Annotated[
    str | None,
    typer.Option(
        "--account",
        help="Instead of an environment: a stack of the account project, as `main`.",
        autocompletion=complete_account,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file instead of standard output.")]
ShowCompletion = Annotated[
    Shell | None,
    typer.Option(
        "--show-completion",
        callback=show_completion,
        is_eager=True,
        help="Print the completion script of a shell, for its start-up file.",
    ),
]
