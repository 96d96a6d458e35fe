"""`diceytech preview`: what `pulumi up` would do, by the engine's own preview, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from changes.acknowledgements import FILE, load, typed
from changes.change import Acknowledgement, Change, Verdict
from changes.guard import decide
from changes.judge import judge
from changes.preview_file import parse
from infra.config_source import environments
from infra.errors import PlatformError
from scripts.engine import require
from scripts.pulumi_cli import pulumi_json
from scripts.stack import Stack
from scripts.terminal import err

ORIGIN = "pulumi preview"


def previewed(stack: Stack, *, plan: Path | None = None, refresh: bool = False) -> Change:
    """What the engine would do to the stack now; changes nothing. Raises PulumiError.

    With `plan` the engine also saves what it would do to that file, for `pulumi up --plan`; with `refresh` it asks AWS
    first what is there, instead of believing its state.
    """
    words = [*(["--save-plan", str(plan)] if plan else []), *(["--refresh"] if refresh else [])]
    err.print(f"preview of {stack.name} by Pulumi {require().version}", markup=False)
    with err.status(f"previewing {stack.name}"):
        told = pulumi_json(stack, "preview", "--show-sames", "--diff", *words)
    return parse(told, stack=stack.name, origin=ORIGIN)


def verdict(change: Change, words: Sequence[Acknowledgement], *, today: date) -> Verdict:
    """What the change means, and what the guard says of it."""
    return decide(judge(change), words, today=today)


def acknowledgements(root: Path, environment: str, given: Sequence[str]) -> tuple[Acknowledgement, ...]:
    """Those of the repository's file and of the command line; raises PlatformError for a bad one."""
    held = load(root / FILE)
    known = {environment, *environments(root)}
    for one in held:
        if one.environment not in known:
            raise PlatformError(f"{one.source}: there is no environment {one.environment}; mend the name or remove it")
    return (*held, *(typed(text, environment) for text in given))


def require_whole(change: Change) -> None:
    """Raises PlatformError where the guard would judge by half of the story."""
    if not change.whole:
        raise PlatformError(
            f"{change.origin} does not tell of all resources, so that the guard would miss what it must not, such as a"
            f" protection taken off; make it by `pulumi preview --json --show-sames --stack {change.stack}`"
        )


def refuse_unused(verdict: Verdict) -> None:
    """Raises PlatformError for acknowledgements that fit nothing; of a change without steps they are told only.

    A change that was applied leaves its acknowledgement behind: the run after it has no steps.
    """
    if not verdict.unused:
        return
    found = ", ".join(f"{one.source} ({one.rule} of {one.resource})" for one in verdict.unused)
    text = f"acknowledged and not in this change: {found}; remove {'it' if len(verdict.unused) == 1 else 'them'}"
    if verdict.report.change.steps:
        raise PlatformError(text)
    err.print(f"[yellow]warning[/] {text}")
