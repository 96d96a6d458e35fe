"""`diceytech diff` and `promote`: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from infra.errors import PlatformError
from reports.report import Format
from scripts.commands.changes import REFUSED, Acknowledge, Form, Guard, Verbose, tell, today
from scripts.commands.options import AccountStack, Json, OneEnv, Out, complete_environment


def diff(
    environments: Annotated[
        list[str] | None,
        typer.Argument(help="Two environments, to see them side by side.", autocompletion=complete_environment),
    ] = None,
    base: Annotated[str | None, typer.Option("--base", help="Compare with this commit, such as origin/main.")] = None,
    head: Annotated[str | None, typer.Option("--head", help="This commit instead of the working tree.")] = None,
    env: OneEnv = None,
    account: AccountStack = None,
    guard: Guard = False,
    acknowledge: Acknowledge = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse uncommitted changes.")] = False,
    cost: Annotated[bool, typer.Option("--cost", help="Also what the change costs; with --base.")] = False,
    graph: Annotated[bool, typer.Option("--graph", help="Also the resources that one of the two lacks.")] = False,
    format: Form = Format.TEXT,
    json: Json = False,
    verbose: Verbose = False,
    out: Out = None,
) -> None:
    """Compare two commits, or two environments. By plans made here: no account, no credentials, no network."""
    form = Format.JSON if json else format
    if environments:
        if len(environments) != 2 or base or head or env or account or acknowledge or cost:
            raise PlatformError("name two environments, as in `diceytech diff dev prod`, or pass --base REF alone")
        _side_by_side(environments[0], environments[1], form, out, graph=graph, guard=guard)
        return
    if base is None:
        raise PlatformError("compare with what? pass --base REF, such as origin/main, or two environments: dev prod")
    if graph:
        raise PlatformError("--graph is for two environments; with --base every resource is compared anyway")
    if env and account:
        raise PlatformError("--env and --account name one each; pass one of them, or neither to compare all")
    from changes.stack_titles import account_title
    from scripts.cost_difference import of
    from scripts.diff import sides, verdicts
    from scripts.preview import known
    from scripts.terminal import err, root

    words, only = acknowledge or [], account_title(account) if account else env
    with err.status("planning both sides"), sides(root(), base, head, only=only, strict=strict, whole=cost) as found:
        told, before, unjudged = verdicts(found, words, only=only, today=today()), known(found.base), found.unjudged
    costs = of(found, base) if cost else None
    tell(told, form, out, guard=guard, acknowledged=bool(words), verbose=verbose, known=before, costs=costs)
    if guard and unjudged:
        raise PlatformError("\n".join(unjudged))


def _side_by_side(one: str, two: str, form: Format, out: Path | None, *, graph: bool, guard: bool) -> None:
    from json import dumps

    from reports import side_by_side as told
    from reports import side_by_side_html
    from scripts.side_by_side import side_by_side
    from scripts.terminal import out as terminal
    from scripts.terminal import root, write

    if out is not None and form is Format.TEXT:
        raise PlatformError("two environments are told as text on the terminal alone; pass --format")
    found = side_by_side(root(), one, two, graph=graph or form is Format.HTML)
    if form is Format.TEXT:
        told.show(found, terminal)
    elif form is Format.MARKDOWN:
        write(out, told.markdown(found))
    elif form is Format.HTML:
        write(out, side_by_side_html.page(found))
    else:
        write(out, dumps(told.as_json(found), indent=2, ensure_ascii=False) + "\n")
    if guard and found.mistakes:
        raise typer.Exit(REFUSED)


def promote(
    key: Annotated[str, typer.Argument(help="Dotted path, such as database.instance_class, or a whole section.")],
    source: Annotated[
        str, typer.Option("--from", help="Environment that has the value.", autocompletion=complete_environment)
    ],
    target: Annotated[str, typer.Option("--to", help="Environment that gets it.", autocompletion=complete_environment)],
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    only_plan: Annotated[bool, typer.Option("--plan", help="Show what would be written, and write nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also keys that say which environment it is, such as its domain.")
    ] = False,
) -> None:
    """Copy a decision into another environment's YAML. Checked before it is written; comments and order stay."""
    import sys

    from scripts.config.promote import plan
    from scripts.terminal import err, out, root, write

    found = plan(root(), key, source, target, force=force)
    if not found.changes:
        out.print(f"{found.key} is the same in both already", markup=False)
        return
    out.print(found.difference, markup=False)
    for finding in found.findings:
        err.print(f"unsafe: {finding}", markup=False)
    out.print(f"{found.file.name} is valid with it", markup=False)
    if only_plan:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise PlatformError("nobody is there to be asked; pass --yes to write, or --plan to look")
        if not typer.confirm(f"write {found.file.name}?"):
            return
    if found.file.read_bytes().decode() != found.before:
        raise PlatformError(f"{found.file.name} was changed meanwhile; run the command again")
    write(found.file, found.text)
