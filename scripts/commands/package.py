"""`diceytech package …`: what a deploy takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.options import Env, Json, complete_environment

package_app = typer.Typer(help="What a deploy takes.", no_args_is_help=True)


@package_app.command("backend")
def package_backend(
    env: Env,
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory to write the artifact to.")] = Path("build"),
    python: Annotated[str | None, typer.Option(help="Python of the servers, if not their image's.")] = None,
    machine: Annotated[str | None, typer.Option(help="x86_64 or aarch64, if not the instance type's.")] = None,
    json: Json = False,
) -> None:
    """Build the backend's artifact for an environment's servers. The same commit gives the same bytes."""
    from infra.config_across import environment
    from scripts.package.backend import build, plan
    from scripts.package.target import chosen, target_of
    from scripts.terminal import err, print_json, root
    from scripts.terminal import out as terminal

    config = environment(root(), env)
    target = chosen(target_of(config.server), python=python, machine=machine)
    wanted = plan(root(), config.product, target)
    with err.status(f"fetching wheels for Python {target.python} on {target.machine}"):
        done = build(wanted, out)
    if json:
        print_json(done.as_json())
        return
    wheels = sum(name.startswith("wheelhouse/") for name in done.manifest["files"])
    terminal.print(f"{done.path}: {done.size / 1e6:.1f} MB, {wheels} wheels", markup=False)
    terminal.print(f"version {wanted.version.text}, Python {target.python} on {target.machine}", markup=False)
    terminal.print(f"sha256 {done.sha256}", markup=False)


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
    from scripts.package import node
    from scripts.package import website as package_website
    from scripts.package.variables import website
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
