"""`diceytech preview` and `up`: their options, and those that all commands about a change share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.errors import PlatformError
from reports.report import Format
from scripts.commands.options import AccountStack, Json, OneEnv, Out

if TYPE_CHECKING:
    from changes.change import Verdict
    from reports.cost import Costs
    from scripts.preview import Word

REFUSED = 2

Guard = Annotated[bool, typer.Option("--guard", help="Exit 2 for what must be acknowledged or mended.")]
Acknowledge = Annotated[
    list[str] | None, typer.Option("--acknowledge", help="RULE:RESOURCE=REASON; repeat it for several.")
]
Form = Annotated[Format, typer.Option("--format", help="How to tell it.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Held against what AWS holds now, not against the state.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Also what is grouped or folded.")]


def today() -> date:
    """The day by which acknowledgements expire."""
    return datetime.now(UTC).date()


def tell(
    verdicts: Sequence[Verdict],
    form: Format,
    out: Path | None,
    *,
    guard: bool,
    acknowledged: bool,
    verbose: bool,
    known: Collection[Word],
    costs: Costs | None = None,
) -> None:
    """Shows the verdicts, then ends as they say: 2 where the guard refuses, 1 for an unused acknowledgement.

    Those of `known` were there before the change, and are warned of.
    """
    from scripts.preview import refuse_unused
    from scripts.report_output import render

    render(verdicts, form, out, guard=guard, verbose=verbose, costs=costs)
    if guard and not all(one.allowed for one in verdicts):
        raise typer.Exit(REFUSED)
    if guard or acknowledged:
        for one in verdicts:
            refuse_unused(one, known)


def preview(
    env: OneEnv = None,
    account: AccountStack = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="A kept `pulumi preview --json --show-sames`, or a saved plan, instead of a run."),
    ] = None,
    guard: Guard = False,
    acknowledge: Acknowledge = None,
    refresh: Refresh = False,
    format: Form = Format.TEXT,
    out: Out = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Say what `pulumi up` would do, and what it risks. Changes nothing; with --guard exits 2 when refused."""
    from changes.preview_file import read
    from scripts import preview as previews
    from scripts.engine.stack import one_stack
    from scripts.terminal import root

    if refresh and file is not None:
        raise PlatformError("--refresh asks AWS, --file asks nobody; pass one of them")
    stack = one_stack(root(), env, account)
    words = previews.acknowledgements(root(), stack.title, acknowledge or ())
    change = previews.previewed(stack, refresh=refresh) if file is None else read(file, stack.title)
    found = previews.verdict(change, words, today=today())
    tell(
        [found],
        Format.JSON if json else format,
        out,
        guard=guard,
        acknowledged=bool(acknowledge),
        verbose=verbose,
        known=previews.known_by_commit(root()),
    )
    if guard:  # what is refused by half of the story is refused; what passes may not
        previews.require_whole(change)


def up(
    env: OneEnv = None,
    account: AccountStack = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; the guard still refuses.")] = False,
    acknowledge: Acknowledge = None,
    refresh: Refresh = False,
    verbose: Verbose = False,
) -> None:
    """Preview, ask, then apply exactly what was shown. Exits 2, with nothing applied, when the guard refuses."""
    from scripts.engine.stack import one_stack
    from scripts.terminal import root
    from scripts.up import up as apply

    apply(
        root(),
        one_stack(root(), env, account),
        yes=yes,
        acknowledged=acknowledge or (),
        refresh=refresh,
        verbose=verbose,
    )
