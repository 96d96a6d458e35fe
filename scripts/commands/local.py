"""`diceytech local`: a local AWS that stays between commands, and any command against it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scripts.commands.options import Json


class OrCommand(TyperGroup):
    """`local -- CMD …` is `local run CMD …`: what follows the two hyphens is another program's command line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Hands the words behind the first `--` on as they are."""
        if args[:1] == ["--"]:
            args = ["run", *args]
        return super().parse_args(ctx, args)


local_app = typer.Typer(
    cls=OrCommand,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep a local AWS, and run commands against it: local -- CMD.",
)


@local_app.command("up")
def up(json: Json = False) -> None:
    """Start the local AWS. It stays until `down`."""
    from scripts.local.local import up as start
    from scripts.terminal import root

    start(root(), json=json)


@local_app.command("down")
def down() -> None:
    """Stop the local AWS, with all that is in it."""
    from scripts.local.local import down as stop
    from scripts.terminal import root

    stop(root())


@local_app.command("status")
def status(json: Json = False) -> None:
    """Say whether it runs, which stacks it has, and which engine is used."""
    from scripts.local.local import status as show
    from scripts.terminal import root

    show(root(), json=json)


@local_app.command("run", hidden=True, context_settings={"ignore_unknown_options": True})
def run(command: Annotated[list[str], typer.Argument(help="The command and its own arguments.")]) -> None:
    """Run a command against the local AWS."""
    from scripts.local.local import run as become
    from scripts.terminal import root

    become(root(), command)
