"""`diceytech cost`: its options."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.errors import PlatformError
from scripts.cli_options import Json, OneEnv


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
    json: Json = False,
) -> None:
    """Say what an environment costs in a month. From a dated price sheet; needs no account."""
    from scripts.terminal import print_json, root

    if refresh:
        from scripts import cost_refresh

        cost_refresh.show(cost_refresh.refresh(region), region)
        return
    if env is None:
        raise PlatformError("which environment? pass --env ENV, or --refresh to renew the price sheet")
    from scripts.cost import as_json, estimated, show

    found = estimated(root(), env, usage=usage or (), allowances=allowances)
    print_json(as_json(found)) if json else show(found, env)
