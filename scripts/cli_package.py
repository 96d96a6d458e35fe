"""`diceytech package …`: what a deploy takes."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.cli_options import Json, complete_environment

package_app = typer.Typer(help="What a deploy takes: the website, built.", no_args_is_help=True)


@package_app.command("website")
def package_website(
    env: Annotated[
        str | None,
        typer.Option(
            "--env",
            "-e",
            help="Environment whose variables are built in; without it only config.json says where the API is.",
            autocompletion=complete_environment,
        ),
    ] = None,
    rehearsed: Annotated[bool, typer.Option("--rehearsed", help="With the outputs of an emulated AWS.")] = False,
    json: Json = False,
) -> None:
    """Build the website from its lock. Source maps are kept out of the directory that is uploaded."""
    from scripts import node, package_website
    from scripts.package_variables import website
    from scripts.terminal import err, out, print_json, root

    here = root()
    found = node.find()
    wanted = package_website.plan(here, *website(here, env, rehearsed=rehearsed))
    with err.status("") as status:
        done = package_website.build(wanted, found, lambda step: status.update(f"{step} (Node.js {found.version})"))
    if json:
        print_json(done.as_json())
        return
    directory, maps = done.directory.relative_to(here), done.maps.relative_to(here)
    out.print(f"{directory}: {done.files} files, {done.size / 1000:.0f} kB, to upload", markup=False)
    out.print(f"{maps}: {done.map_files} source maps, to keep", markup=False)
