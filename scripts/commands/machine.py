"""`diceytech machine`: an environment's servers, booted on this computer."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.commands.local import OrCommand
from scripts.commands.options import Env, Json

machine_app = typer.Typer(
    cls=OrCommand,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Boot an environment's servers here. With systemd, their user data and an AWS of their own; needs root.",
)


@machine_app.command("up")
def up(env: Env = "dev", json: Json = False) -> None:
    """Bring the environment up and boot its machines. They stay until `down`."""
    from scripts.machine import up as start
    from scripts.terminal import root

    start(root(), env, json=json)


@machine_app.command("down")
def down(
    env: Annotated[str | None, typer.Option("--env", help="Only this environment's.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those of other checkouts on this computer.")] = False,
) -> None:
    """Remove the machines and all that belongs to them, also after a crash."""
    from scripts.machine import down as stop
    from scripts.terminal import root

    stop(root(), env, everything=all_)


@machine_app.command("status")
def status(env: Env = "dev", json: Json = False) -> None:
    """Say which machines there are, and which of them are on."""
    from scripts.machine import status as show
    from scripts.terminal import root

    show(root(), env, json=json)


@machine_app.command("shell")
def shell(
    env: Env = "dev",
    instance: Annotated[str | None, typer.Option("--instance", help="Its id; the first machine's where none.")] = None,
) -> None:
    """Open a root shell on a machine."""
    from scripts.machine import shell as become
    from scripts.terminal import root

    become(root(), env, instance)


@machine_app.command("run", hidden=True, context_settings={"ignore_unknown_options": True})
def run(
    command: Annotated[list[str], typer.Argument(help="The command and its own arguments.")], env: Env = "dev"
) -> None:
    """Run a command of this computer against the machines' AWS."""
    from scripts.machine import run as become
    from scripts.terminal import root

    become(root(), env, command)
