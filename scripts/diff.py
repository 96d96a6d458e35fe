"""`diceytech diff --base REF`: what the working tree, or another commit, changes of each environment and account.

Both sides are planned from their YAML by their own code: no account, no state, no network and no secret is needed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changes.change import Change, Verdict
from changes.compared import compared
from changes.stack_titles import called, file, kind_and_name, words
from infra.errors import PlatformError
from rehearsal.graph import Graph
from scripts.preview import acknowledgements, titles, verdict
from scripts.trees.git_trees import checked_out, commit_of, commits_beyond, is_edited, kept
from scripts.trees.plans import Plans, Tree, is_own, plans
from scripts.trees.same_trees import accounts_beside, may_differ

WORKING_TREE = "the working tree"
NONE = Graph(())


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Both sides' plans, where each was read, and what a reader must know.

    `base` and `head` are the trees with the acknowledgements of before and of now.
    """

    plans: Plans
    origin: str
    warnings: tuple[str, ...]
    base: Path
    head: Path

    @property
    def titles(self) -> list[str]:
        """Titles of all that are on either side, the environments first."""
        return sorted({*self.plans.before, *self.plans.after}, key=_environments_first)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """What the guard cannot let pass, since it was not compared, or not all of it; in words."""
        return tuple(
            one.why if one.why.startswith(title) else f"{title}: {one.why}"
            for title, one in sorted(self.plans.unseen.items())
            if one.stops
        )

    def of(self, title: str) -> tuple[Graph, Graph]:
        """The stack before and after, empty where it is not there."""
        return self.plans.before.get(title, NONE), self.plans.after.get(title, NONE)


def _environments_first(title: str) -> tuple[bool, str]:
    return kind_and_name(title)[0] == "account", title


@contextmanager
def sides(
    root: Path, base: str, head: str | None, *, only: str | None, strict: bool, whole: bool = False
) -> Iterator[Sides]:
    """The plans of `base` and of `head`, which is the working tree where none is named; raises PlatformError.

    What is the same by its files is not planned, and empty on both sides; with `whole` environments are. `only` is
    the title of the one that is compared.
    """
    commit = commit_of(root, base)
    other = commit_of(root, head) if head is not None else commit_of(root, "HEAD")
    edited = head is None and is_edited(root)
    if edited and strict:
        raise PlatformError("there are uncommitted changes, which --strict refuses; commit or stash them")
    with ExitStack() as trees:
        before = Tree(root=trees.enter_context(checked_out(root, commit)), label=base)
        after = Tree(root=root, label=WORKING_TREE, kept=kept(root))
        if head is not None:
            after = Tree(root=trees.enter_context(checked_out(root, other)), label=head if head != base else f"{head} ")
        found = _plans(before, after, only, whole=whole)
        lacking = {title: one.why for title, one in found.unseen.items() if title not in {*found.before, *found.after}}
        if only is not None and only in lacking:
            raise PlatformError(lacking[only])
        if only and only not in {*found.before, *found.after}:
            raise PlatformError(f"there is no {called(only)}, neither in {before.label} nor in {after.label}")
        yield Sides(
            plans=found,
            origin=f"{base}..{head or 'HEAD'}{' with uncommitted changes' if edited else ''}",
            warnings=(
                *_warnings(base, commits_beyond(root, commit, other)),
                *_providers(before.root, after.root),
                *lacking.values(),
            ),
            base=before.root,
            head=after.root,
        )


def _plans(before: Tree, after: Tree, only: str | None, *, whole: bool) -> Plans:
    asked = [{one for one in titles(tree.root) if only in (None, one)} for tree in (before, after)]
    either = asked[0] | asked[1]
    differ = _that_may_differ(before, after, either)
    if whole:
        differ = differ | {one for one in either if kind_and_name(one)[0] == "environment"}
    same = dict.fromkeys(asked[0] & asked[1] - differ, NONE)
    wanted = sorted(either & differ)
    found = plans(before, after, wanted) if wanted else Plans(before={}, after={})
    return replace(found, before={**found.before, **same}, after={**found.after, **same})


def _that_may_differ(before: Tree, after: Tree, asked: Collection[str]) -> frozenset[str]:
    """By files alone; of the account's stacks also by what they take from the environments whose YAML differs."""
    differ = may_differ(before.root, after.root, kept=after.kept)
    if differ is None:
        return frozenset(asked)
    accounts = {one for one in asked if kind_and_name(one)[0] == "account"} - differ
    if not accounts or not differ:
        return differ
    beside = accounts_beside(before.root, after.root, differ) if is_own(after) else accounts
    return differ | (accounts & beside)


def verdicts(sides: Sides, acknowledged: Sequence[str], *, only: str | None, today: date) -> tuple[Verdict, ...]:
    """What the guard says of each stack; raises PlatformError for acknowledgements that are bad."""
    if acknowledged and only is None:
        raise PlatformError("--acknowledge is for one environment or account; name it by --env or --account")
    given = acknowledgements(sides.head, only, acknowledged)
    return tuple(verdict(change, given, today=today) for change in changes(sides))


def changes(sides: Sides) -> Iterator[Change]:
    """The change of each stack, also of those that stay as they are."""
    for title in sides.titles:
        before, after = sides.of(title)
        change = compared(before, after, stack=title, origin=sides.origin)
        yield replace(change, warnings=(*sides.warnings, *_of_one(title, sides), *change.warnings))


def _warnings(base: str, beyond: int) -> Iterator[str]:
    if beyond:
        yield (
            f"{base} has {beyond} commit{'s' if beyond > 1 else ''} that this side lacks, which are shown as undone;"
            " merge or rebase first to see this side's changes alone"
        )


def _providers(before: Path, after: Path) -> Iterator[str]:
    """Of two versions of the AWS provider: plans do not tell them apart, since both sides are made with one SDK."""
    pins = [re.search(r"^pulumi-aws==(\S+)", _requirements(root), re.MULTILINE) for root in (before, after)]
    old, new = (found[1] if found else "no pin" for found in pins)
    if old != new:
        yield (
            f"the AWS provider goes from {old} to {new}, and both sides are planned with the one that is installed;"
            " `diceytech preview` shows what the new one makes of it"
        )


def _requirements(root: Path) -> str:
    file = root / "requirements.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _of_one(title: str, sides: Sides) -> Iterator[str]:
    if title in sides.plans.before and title not in sides.plans.after:
        yield (
            f"{file(title)} is gone, which deletes nothing by itself: what is up stays, and is paid for, until"
            f" `pulumi destroy {words(title)}` is run from a tree that has the file"
        )
    if title in sides.plans.unseen:
        yield sides.plans.unseen[title].why
