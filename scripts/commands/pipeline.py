"""`diceytech pipeline …`: what the workflows in .github/workflows/ ask."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scripts.commands.options import Env, Json

pipeline_app = typer.Typer(help="What a CI pipeline asks.", no_args_is_help=True)


class Role(StrEnum):
    """The deploy roles of an environment."""

    INFRASTRUCTURE = "infrastructure"
    APP = "app"
    PLAN = "plan"


@pipeline_app.command("settings")
def settings(
    env: Env,
    role: Annotated[Role, typer.Option("--role", help="Which of the environment's deploy roles the job takes.")],
    json: Json = False,
) -> None:
    """Print role, region and state backend of an environment. As name=value lines, from the YAML; no account needed."""
    from scripts.pipeline_settings import settings as read
    from scripts.terminal import emit, print_json, root

    found = read(root(), env, role.value)
    print_json(vars(found)) if json else emit(found.lines)
