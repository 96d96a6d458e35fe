"""`diceytech smoke` and `diceytech demo`: the product that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.options import Json

if TYPE_CHECKING:
    from scripts.smoke.smoke import Result


def smoke(
    url: Annotated[str, typer.Option("--url", help="Address of the site, such as https://www.example.com.")],
    version: Annotated[str | None, typer.Option("--version", help="Release that must answer.")] = None,
    gate: Annotated[
        str | None, typer.Option("--gate", help="User of the site's gate; its password is prompted for, or piped.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=300, help="Seconds to wait for each answer.")] = 15.0,
    json: Json = False,
) -> None:
    """Try a running environment as a user would. Makes an account, and removes it; exits 1 for a step that fails."""
    from scripts.secrets import secret_input
    from scripts.smoke.http import gate_cookie
    from scripts.smoke.smoke import account, as_json, base_url, run
    from scripts.smoke.steps import steps
    from scripts.terminal import err, print_json

    site = base_url(url)
    cookie = gate_cookie(site, gate, secret_input.read_known(f"password of {gate}"), timeout=timeout) if gate else None
    name, password = account()
    err.print(f"{site}, as {name}", markup=False)
    results = run(
        site,
        steps(name=name, password=password, version=version),
        timeout=timeout,
        cookie=cookie,
        on=lambda _: None if json else _show(_),
    )
    found = as_json(site, results)
    if json:
        print_json(found)
    elif found["ok"]:
        err.print(f"[green]{len(results)} steps passed[/]")
    if not found["ok"]:
        raise typer.Exit(1)


def _show(result: Result) -> None:
    from scripts.terminal import out

    mark = "[green]ok[/]    " if result.problem is None else "[red]failed[/]"
    out.print(f"{mark} ", end="")
    out.print(f"{result.step.name:<26} {result.status:>3} {result.seconds * 1000:>6.0f} ms", end="", markup=False)
    out.print(f"  {result.problem}" if result.problem else "", markup=False)


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the site; 0 takes any that is free.")] = 8000,
    data: Annotated[
        bool, typer.Option("--keep", help="Keep the database in .demo/ and find it again; files are not kept.")
    ] = False,
) -> None:
    """Run the product on this machine. PostgreSQL, an S3 emulator, the API, the worker and the site, until Ctrl-C."""
    from scripts.demo import run
    from scripts.terminal import root

    run(root(), port=port, keep=data)
