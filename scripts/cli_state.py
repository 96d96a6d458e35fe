"""`diceytech bootstrap`, `drift` and `recover`: Pulumi's state, and what AWS holds beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.cli_options import Env, Json

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


def drift(env: Env, json: Json = False) -> None:
    """Compare what AWS holds with Pulumi's state. Exits 2 when they differ; changes nothing."""
    from scripts.drift import as_json, find, show
    from scripts.terminal import print_json, root

    found = find(root(), env)
    print_json(as_json(found)) if json else show(found, env)
    if found:
        raise typer.Exit(DIFFERENT)


def recover(
    env: Env,
    force: Annotated[
        bool, typer.Option("--force", help="Break the lock of a run that is not known to be dead.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back the last good version of a damaged state first.")
    ] = False,
    json: Json = False,
) -> None:
    """Mend the state after an interrupted run. Finds what it had begun to create, and takes it in or clears it."""
    from scripts.recover import as_json, show
    from scripts.recover import recover as mend
    from scripts.terminal import print_json, root

    found = mend(root(), env, force=force, restore=restore)
    print_json(as_json(found)) if json else show(found, env)
