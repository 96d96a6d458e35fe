"""`diceytech config …`, `init` and `env new`: the commands about what the YAML says."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.commands.options import Json, OneEnv, Out, complete_environment

config_app = typer.Typer(help="The environments' configuration.", no_args_is_help=True)
env_app = typer.Typer(help="Environments.", no_args_is_help=True)


@config_app.command("check")
def config_check(env: OneEnv = None, json: Json = False) -> None:
    """Check every environment. All errors at once, then lint; exits 1 on errors, 2 on lint alone."""
    from scripts.config.check import check, show
    from scripts.terminal import print_json, root

    verdicts = check(root(), env)
    print_json([verdict.as_json() for verdict in verdicts]) if json else show(verdicts)
    if any(verdict.errors for verdict in verdicts):
        raise typer.Exit(1)
    if any(verdict.findings for verdict in verdicts):
        raise typer.Exit(2)


@config_app.command("schema")
def config_schema(out: Out = None) -> None:
    """Print the JSON Schema of Pulumi.<env>.yaml, for editors."""
    from scripts.docs.config_docs import schema
    from scripts.terminal import write

    write(out, schema())


@config_app.command("docs")
def config_docs(out: Out = None) -> None:
    """Print docs/configuration.md, made from the schema."""
    from scripts.docs.config_docs import docs
    from scripts.terminal import write

    write(out, docs())


def init(
    product: Annotated[str, typer.Option(help="The product's short name; every physical name starts with it.")],
    backend: Annotated[str | None, typer.Option(help="Directory of the Django project.")] = None,
    wsgi: Annotated[str | None, typer.Option(help="WSGI module, such as acme.wsgi.")] = None,
    settings: Annotated[str | None, typer.Option(help="Django settings module.")] = None,
    website: Annotated[str | None, typer.Option(help="Directory of the React project.")] = None,
    build_output: Annotated[str | None, typer.Option(help="Directory that the website's build writes.")] = None,
    health_path: Annotated[str | None, typer.Option(help="Path that a release must answer with 200.")] = None,
) -> None:
    """Put your own product in place. Edits `product` in Pulumi.yaml and keeps its comments."""
    from scripts.config.init import NewProduct, left_over, plan
    from scripts.terminal import err, root, write

    wanted = NewProduct(
        name=product,
        backend_path=backend,
        wsgi=wsgi,
        settings=settings,
        website_path=website,
        build_output=build_output,
        health_path=health_path,
    )
    before = root()
    text = plan(before, wanted)
    remaining = left_over(before, text, name=product)
    write(before / "Pulumi.yaml", text)
    for line in remaining:
        err.print(f"still the old product's: {line}", markup=False)


@env_app.command("new")
def env_new(
    name: Annotated[str, typer.Argument(help="Name of the new environment, such as staging.")],
    source: Annotated[
        str,
        typer.Option("--from", help="Environment whose decisions it starts with.", autocompletion=complete_environment),
    ],
    domain: Annotated[str | None, typer.Option(help="Its own domain, or `none` for CloudFront's.")] = None,
    zone: Annotated[str | None, typer.Option(help="Route 53 zone that exists in its account and holds it.")] = None,
    account: Annotated[str | None, typer.Option(help="Its AWS account; without it, the other's.")] = None,
) -> None:
    """Write Pulumi.NAME.yaml for a new environment."""
    from scripts.config.env_new import Wanted, plan
    from scripts.terminal import err, root, write

    wanted = Wanted(name=name, source=source, domain=domain, zone=zone, account_id=account)
    write(root() / f"Pulumi.{name}.yaml", plan(root(), wanted), new=True)
    err.print(
        f"before its first `pulumi up` on AWS: name {name} under account:environments in account/Pulumi.<stack>.yaml "
        "and bring that stack up, for its deploy roles and the permissions boundary",
        markup=False,
    )
