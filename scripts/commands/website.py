"""`diceytech deploy|rollback|releases website`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.options import Env, Json
from scripts.commands.telling import telling

if TYPE_CHECKING:
    from scripts.website.apply import Progress
    from scripts.website.deploy import Site
    from scripts.website.plan import Plan

HELD = 75  # EX_TEMPFAIL: a lock is held

Dir = Annotated[Path | None, typer.Option("--dir", help="Deploy this build instead of building.")]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Print what would be done; exits 2 where that is anything.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until every edge location has forgotten what changed.")]
Verify = Annotated[bool, typer.Option("--verify", help="Read every object's headers back, and repair them too.")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="Go on though another deploy holds the lock: it died.")]
OutputsFile = Annotated[
    Path | None, typer.Option("--outputs", help="The platform's outputs, from this file instead of AWS.")
]


def deploy_website(
    env: Env,
    dir_: Dir = None,
    plan: PlanOnly = False,
    json: Json = False,
    wait: Wait = False,
    verify: Verify = False,
    take_over: TakeOver = False,
    outputs: OutputsFile = None,
) -> None:
    """Deploy the website. Assets first, pages last; what an open tab still needs stays."""
    with _refusals():
        site = _site(env, outputs, verify=verify, take_over=take_over)
        from scripts.website.deploy import plan_deploy

        _finish(site, plan_deploy(site, dir_ or _built(env, site)), only_plan=plan, json=json, wait=wait)


def rollback_website(
    env: Env,
    to: Annotated[
        str | None, typer.Option("--to", help="Number or id of a release; the one before, if not set.")
    ] = None,
    plan: PlanOnly = False,
    json: Json = False,
    wait: Wait = False,
    take_over: TakeOver = False,
    outputs: OutputsFile = None,
) -> None:
    """Serve an older release again. Needs no build."""
    with _refusals():
        site = _site(env, outputs, take_over=take_over)
        from scripts.website.deploy import plan_rollback

        _finish(site, plan_rollback(site, to), only_plan=plan, json=json, wait=wait)


def releases_website(env: Env, json: Json = False, outputs: OutputsFile = None) -> None:
    """List the releases that a rollback can bring back, newest first."""
    from scripts.terminal import err, print_json
    from scripts.website.report import releases_as_json, show_releases

    releases, problem = _site(env, outputs).releases()
    print_json(releases_as_json(releases)) if json else show_releases(releases)
    if problem:
        err.print(problem, markup=False)


def served(env: str) -> tuple[tuple[int, str, str] | None, str]:
    """Number, id and time of the release that the site serves, None where none is recorded, and what is wrong."""
    releases, problem = _site(env, None).releases()
    return ((releases[-1].number, releases[-1].id, releases[-1].at) if releases else None), problem


def _site(env: str, outputs: Path | None, *, verify: bool = False, take_over: bool = False) -> Site:
    from infra.names import Names
    from scripts.aws.credentials import provider
    from scripts.repository import root
    from scripts.website import outputs as deploy_outputs
    from scripts.website import settings as website_settings
    from scripts.website.deploy import Options, Site

    settings = website_settings.read(root(), env)
    credentials = provider(settings.region)
    if outputs is not None:
        found = deploy_outputs.from_file(outputs, environment=env, account_id=settings.account_id)
    else:
        names = Names(product=settings.product, environment=env, account_id=settings.account_id)
        found = deploy_outputs.from_aws(credentials, names=names, region=settings.region)
    return Site(found, settings, credentials, Options(verify=verify, take_over=take_over))


def _built(env: str, site: Site) -> Path:
    """The website, built as `package website` does it: from the lock, and without its source maps."""
    from infra.config_across import environment
    from infra.environment_variables import react
    from scripts.package import node
    from scripts.package import website as package_website
    from scripts.repository import root
    from scripts.terminal import err

    config = environment(root(), env)
    wanted = package_website.plan(root(), config.product.website, react(config, site.outputs))
    return package_website.build(wanted, node.find(), lambda step: err.print(step, markup=False)).directory


def _finish(site: Site, plan: Plan, *, only_plan: bool, json: bool, wait: bool) -> None:
    from scripts.ends import interrupt_at_the_end
    from scripts.shown import shown
    from scripts.website.deploy import carry_out
    from scripts.website.report import done_as_json, plan_as_json, show_plan, summary

    if only_plan:
        from scripts.terminal import print_json

        print_json(plan_as_json(plan)) if json else show_plan(plan)
        raise typer.Exit(2 if plan.changes else 0)
    interrupt_at_the_end()
    with _progress() as progress:
        done = carry_out(site, plan, progress)
        cdn = site.parts.cdn
        if wait and done is not None and done.invalidation is not None and cdn is not None:
            cdn.wait(done.invalidation, lambda status: progress(f"invalidation: {status}", 0, 0))
    made = plan if done is None else done.plan
    told = summary(made)
    lines = [told, *(f"note: {note}" for note in made.notes)]
    if done is not None and done.overtaken:
        told = f"release {done.release.number} ({done.release.id}) is done; another deploy has begun since"
    elif done is not None:
        told = f"{site.outputs.site_url} serves release {done.release.number} ({done.release.id})"
    lines += [] if done is None else [told]
    with telling(told):
        if json:
            from scripts.terminal import print_json

            print_json(done_as_json(plan, done, site.outputs.site_url))
        else:
            typer.echo(shown("\n".join(lines)))  # the console takes longer to import than an unchanged deploy may


@contextmanager
def _refusals() -> Iterator[None]:
    """A lock that is held has an exit code of its own."""
    from scripts.website.lock import HeldError

    try:
        yield
    except HeldError as error:
        from scripts.terminal import err

        err.print("[red]error[/] ", end="")
        err.print(str(error), markup=False)
        raise typer.Exit(HELD) from None


@contextmanager
def _progress() -> Iterator[Progress]:
    """A line on a terminal that says how far it is; elsewhere nothing."""
    import sys

    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from scripts.terminal import err

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)


def _group(help_text: str, command: Callable[..., None]) -> typer.Typer:
    group = typer.Typer(help=help_text, no_args_is_help=True)
    group.command("website")(command)
    group.callback()(lambda: None)  # without one, typer would make the only command the group itself
    return group


deploy_app = _group("Deploy a part of the product.", deploy_website)
rollback_app = _group("Go back to an older release.", rollback_website)
releases_app = _group("List the releases that are kept.", releases_website)
