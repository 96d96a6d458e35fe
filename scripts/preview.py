"""`diceytech preview`: what `pulumi up` would do, by the engine's own preview, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

from changes.acknowledgements import FILE, load, typed, written
from changes.change import Acknowledgement, Change, Verdict
from changes.guard import decide
from changes.judge import judge
from changes.preview_file import parse
from changes.stack_titles import account_title, called, words
from infra.account_config import account_stacks
from infra.config_source import environments
from infra.errors import PlatformError
from scripts.engine.program import require
from scripts.engine.pulumi_cli import pulumi_json
from scripts.engine.stack import Stack
from scripts.terminal import err, plain
from scripts.trees.git_trees import committed

ORIGIN = "pulumi preview"
Word = tuple[str, str, str]  # stack, resource and rule of an acknowledgement


def previewed(stack: Stack, *, plan: Path | None = None, refresh: bool = False) -> Change:
    """What the engine would do to the stack now; changes nothing. Raises PulumiError.

    With `plan` the engine also saves what it would do to that file, for `pulumi up --plan`; with `refresh` it asks AWS
    first what is there, instead of believing its state.
    """
    options = [*(["--save-plan", str(plan)] if plan else []), *(["--refresh"] if refresh else [])]
    err.print(f"preview of {stack.title} by Pulumi {require().version}", markup=False)
    with err.status(f"previewing {stack.title}"):
        told = pulumi_json(stack, "preview", "--show-sames", "--diff", *options)
    return parse(told, stack=stack.title, origin=ORIGIN)


def verdict(change: Change, words: Sequence[Acknowledgement], *, today: date) -> Verdict:
    """What the change means, and what the guard says of it."""
    return decide(judge(change), words, today=today)


def acknowledgements(root: Path, stack: str | None, given: Sequence[str]) -> tuple[Acknowledgement, ...]:
    """Those of the repository's file, and those given for a stack by its title; raises PlatformError for a bad one."""
    held = load(root / FILE)
    known = {stack, *titles(root)}
    for one in held:
        if one.stack not in known:
            raise PlatformError(f"{one.source}: there is no {called(one.stack)}; mend the name or remove it")
    return (*held, *(typed(text, stack or "") for text in given))


def titles(root: Path) -> list[str]:
    """The titles of all environments and of all stacks of the account project that have a YAML under `root`."""
    return [*environments(root), *(account_title(one) for one in account_stacks(root))]


def require_whole(change: Change) -> None:
    """Raises PlatformError where the guard would judge by half of the story."""
    if not change.whole:
        raise PlatformError(
            f"{change.origin} does not tell of all resources, so that the guard would miss what it must not, such as a"
            f" protection taken off; make it by `pulumi preview --json --show-sames {words(change.stack)}`"
        )


def known(folder: Path) -> frozenset[Word]:
    """What the file of a tree acknowledges, nothing where it cannot be read: its own pull request was told so."""
    return _words(lambda: load(folder / FILE))


def known_by_commit(root: Path) -> frozenset[Word]:
    """The same of the commit that is checked out; nothing outside of git."""
    return _words(lambda: written(committed(root, FILE)))


def _words(read: Callable[[], Iterable[Acknowledgement]]) -> frozenset[Word]:
    try:
        return frozenset(_word(one) for one in read())
    except PlatformError:
        return frozenset()


def refuse_unused(verdict: Verdict, before: Collection[Word], *, again: bool = False) -> None:
    """Raises PlatformError for acknowledgements that fit nothing, and warns of those that were there `before`.

    A change that was applied leaves its acknowledgement in the file, so that of a change without steps those are told
    only; of those on the command line (which end with no day) too where it may be given `again` after it was killed.
    """
    done = not verdict.report.change.steps
    left = [
        one for one in verdict.unused if (one.until is not None and (done or _word(one) in before)) or (done and again)
    ]
    new = [one for one in verdict.unused if one not in left]
    if new:
        raise PlatformError(f"acknowledged and not in this change: {_lines(new)}")
    if left:
        err.print(f"[yellow]warning[/] left over from an earlier change, and not in this one: {plain(_lines(left))}")


def _word(one: Acknowledgement) -> Word:
    return one.stack, one.resource, one.rule


def _lines(words: Sequence[Acknowledgement]) -> str:
    found = ", ".join(f"{one.source} ({one.rule} of {one.resource})" for one in words)
    return f"{found}; remove {'it' if len(words) == 1 else 'them'}"
