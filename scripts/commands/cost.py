"""`diceytech cost`: its options."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.errors import PlatformError
from reports.report import Format
from scripts.commands.options import Json, OneEnv


def cost(
    env: OneEnv = None,
    usage: Annotated[
        list[str] | None, typer.Option("--usage", help="A month's use, as NAME=NUMBER; repeat it for several.")
    ] = None,
    allowances: Annotated[
        bool, typer.Option("--allowances/--no-allowances", help="With what CloudWatch gives each account for nothing.")
    ] = True,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask AWS's price list for the sheet's prices; needs credentials.")
    ] = False,
    region: Annotated[str, typer.Option("--region", help="Region of --refresh.")] = "us-east-1",
    base: Annotated[
        str | None, typer.Option("--base", help="What the working tree costs more than this commit.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to tell a difference.")] = Format.TEXT,
    json: Json = False,
) -> None:
    """Say what an environment, or a change, costs in a month. From a dated price sheet; needs no account."""
    from scripts.terminal import print_json, root

    if base is not None:
        if refresh or usage or not allowances:
            raise PlatformError("--base compares fixed costs; leave --refresh, --usage and --no-allowances away")
        _difference(base, env, Format.JSON if json else format)
        return
    if format is not Format.TEXT:
        raise PlatformError("--format is for a difference: pass --base REF; one environment's cost has --json")

    if refresh:
        from scripts import cost_refresh

        cost_refresh.show(cost_refresh.refresh(region), region)
        return
    if env is None:
        raise PlatformError("which environment? pass --env ENV, or --refresh to renew the price sheet")
    from scripts.cost import as_json, estimated, show

    found = estimated(root(), env, usage=usage or (), allowances=allowances)
    print_json(as_json(found)) if json else show(found, env)


def _difference(base: str, env: str | None, format: Format) -> None:
    from reports.as_markdown import LIMIT
    from reports.cost import as_json, lines, markdown
    from scripts.cost_difference import differences
    from scripts.terminal import emit, err, out, print_json, root

    if format is Format.HTML:
        raise PlatformError("the cost of a change is told as text, json or markdown; pass --format")
    with err.status("planning both sides"):
        found = differences(root(), base, env=env)
    if format is Format.JSON:
        print_json(as_json(found))
    elif format is Format.MARKDOWN:
        emit(markdown(found, LIMIT))
    else:
        for line in lines(found):
            out.print(line, markup=False)
