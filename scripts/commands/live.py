"""`diceytech live`: an environment's site in a browser, with no AWS account."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.options import Env, Json


def live(
    env: Env = "dev",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the site; 0 takes any that is free.")] = 8080,
    dir_: Annotated[
        Path | None, typer.Option("--dir", help="The website's build, if not what `package website` wrote.")
    ] = None,
    json: Json = False,
) -> None:
    """Serve an environment's site to a browser. From a local AWS, until Ctrl-C; no account is needed."""
    from scripts.live.run import run
    from scripts.terminal import root

    run(root(), env, port=port, build=dir_, json=json)
