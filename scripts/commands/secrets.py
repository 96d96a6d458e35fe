"""`diceytech secrets …`: values come from a prompt or standard input, and go to standard output only when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infra.errors import PlatformError
from scripts.commands.options import Env, Json

if TYPE_CHECKING:
    from scripts.secrets.secrets import Store

secrets_app = typer.Typer(
    help="Secrets that the YAML names. Values come from a prompt or standard input only.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Name, as the YAML has it.")]


@secrets_app.command("set")
def secrets_set(
    name: Name,
    env: Env,
    value: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    generate: Annotated[bool, typer.Option("--generate", help="Make a random value; it is not shown.")] = False,
) -> None:
    """Set a value. From a prompt without echo, or from standard input when it is not a terminal."""
    from scripts.secrets import secret_input
    from scripts.secrets.secrets import generate as random_value
    from scripts.terminal import err

    if value:
        raise PlatformError(
            "a value is never an argument: others can see it there; choose another, and type or pipe it"
        )
    store = _store(env, name)
    store.set(name, random_value() if generate else secret_input.read(name))
    err.print(f"{name} is set for {env}", markup=False)


@secrets_app.command("get")
def secrets_get(name: Name, env: Env) -> None:
    """Print a value to standard output."""
    from scripts.terminal import emit

    emit(_store(env, name).get(name) + "\n")


@secrets_app.command("list")
def secrets_list(env: Env, json: Json = False) -> None:
    """List the secrets that the YAML names. Without values; exits 2 when one is missing."""
    from scripts.secrets.secrets import as_json, show
    from scripts.terminal import print_json

    listed = list(_store(env).list())
    print_json(as_json(listed)) if json else show(listed)
    if any(item.changed is None for item in listed):
        raise typer.Exit(2)


@secrets_app.command("rotate")
def secrets_rotate(
    name: Annotated[str, typer.Argument(help="media-user: the access key of the IAM user for uploads.")],
    env: Env,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what the next step would be.")] = False,
    even_if_used: Annotated[
        bool, typer.Option("--even-if-used", help="Switch the old key off though it was used after the new one.")
    ] = False,
    json: Json = False,
) -> None:
    """Rotate an access key. New key, stored, old off, old deleted; run again after any interruption."""
    from scripts.secrets.media_key_rotation import rotate
    from scripts.terminal import print_json, root

    if name != "media-user":
        raise PlatformError(f"{name}: only media-user is rotated; a secret that you chose is set by `secrets set`")
    done = rotate(root(), env, only_plan=plan, even_if_used=even_if_used)
    if json:
        print_json({"environment": env, "steps": done})


def _store(env: str, name: str | None = None) -> Store:
    """The environment's store; a name that the YAML lacks is refused before AWS is asked anything."""
    from infra.config_across import environment
    from infra.names import Names
    from scripts.aws.session import session
    from scripts.secrets.secrets import Store, refuse_unknown
    from scripts.terminal import root

    config = environment(root(), env)
    if name is not None:
        refuse_unknown(config, name)
    names = Names(product=config.product.name, environment=env, account_id=config.aws.account_id)
    return Store(session(config, env), config, names)
