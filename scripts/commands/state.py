"""`diceytech bootstrap`, `drift` and `recover`: Pulumi's state, and what AWS holds beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from reports.report import Format
from scripts.commands.changes import Form, Verbose
from scripts.commands.options import AccountStack, Env, Json, OneEnv, Out

DIFFERENT = 2


def bootstrap(env: Env, json: Json = False) -> None:
    """Make the bucket and the KMS key of Pulumi's state. A second run changes nothing."""
    from scripts.bootstrap import Done
    from scripts.bootstrap import bootstrap as make
    from scripts.terminal import err, out, print_json, root

    def told(done: Done) -> None:
        err.print(f"  {'made' if done.changed else 'is there':<9} {done.what}", markup=False)

    state = make(root(), env, told)
    if json:
        print_json({"bucket": state.bucket, "key_arn": state.key_arn, "login": state.login,
                    "secrets_provider": state.secrets_provider})  # fmt: skip
        return
    out.print("\nNext:", markup=False)
    out.print(f"  {state.login}", markup=False)
    out.print(f"  pulumi stack init {env} --secrets-provider '{state.secrets_provider}'", markup=False)
    out.print("and in account/Pulumi.<stack>.yaml, so that the deploy roles reach the state:", markup=False)
    out.print(f"  account:state:\n    bucket: {state.bucket}\n    key_arn: {state.key_arn}", markup=False)


def drift(
    env: OneEnv = None,
    account: AccountStack = None,
    format: Form = Format.TEXT,
    out: Out = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Compare AWS with Pulumi's state. Exits 2 when they differ in what means something; changes nothing."""
    from scripts.drift import find, show_ways, verdict
    from scripts.engine.stack import one_stack
    from scripts.report_output import render
    from scripts.terminal import err, root

    stack, form = one_stack(root(), env, account), Format.JSON if json else format
    with err.status(f"asking AWS what {stack.title} holds"):
        found = verdict(find(stack))
    report = found.report
    if report.judgements or report.folded or form is not Format.TEXT or out is not None:
        render([found], form, out, guard=False, verbose=verbose)
    if form is Format.TEXT:
        show_ways(found, stack)
    if report.judgements:
        raise typer.Exit(DIFFERENT)


def recover(
    env: OneEnv = None,
    account: AccountStack = None,
    force: Annotated[
        bool, typer.Option("--force", help="Break the lock of a run that is not known to be dead.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back the last good version of a damaged state first.")
    ] = False,
    json: Json = False,
) -> None:
    """Mend the state after an interrupted run. Finds what it had begun to create, and takes it in or clears it."""
    from scripts.engine.stack import one_stack
    from scripts.recover import as_json, show
    from scripts.recover import recover as mend
    from scripts.terminal import print_json, root

    stack = one_stack(root(), env, account)
    found = mend(stack, force=force, restore=restore)
    print_json(as_json(found)) if json else show(found, stack)
