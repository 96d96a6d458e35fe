"""`diceytech diff --base REF`: what the working tree, or another commit, changes of each environment.

Both sides are planned from their YAML by their own code: no account, no state, no network and no secret is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changes.change import Change, Verdict
from changes.compared import compared
from infra.config_source import environments
from infra.errors import PlatformError
from rehearsal.graph import Graph
from scripts.preview import acknowledgements, verdict
from scripts.trees.git_trees import checked_out, commit_of, commits_beyond, is_edited
from scripts.trees.plans import Plans, Tree, plans
from scripts.trees.same_trees import may_differ

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
    def environments(self) -> list[str]:
        """Names of all that are on either side."""
        return sorted({*self.plans.before, *self.plans.after})

    def of(self, environment: str) -> tuple[Graph, Graph]:
        """The environment before and after, empty where it is not there."""
        return self.plans.before.get(environment, NONE), self.plans.after.get(environment, NONE)


@contextmanager
def sides(
    root: Path, base: str, head: str | None, *, env: str | None, strict: bool, whole: bool = False
) -> Iterator[Sides]:
    """The plans of `base` and of `head`, which is the working tree where none is named; raises PlatformError.

    An environment that is the same by its files is not planned, and empty on both sides; with `whole` it is.
    """
    commit = commit_of(root, base)
    other = commit_of(root, head) if head is not None else commit_of(root, "HEAD")
    edited = head is None and is_edited(root)
    if edited and strict:
        raise PlatformError("there are uncommitted changes, which --strict refuses; commit or stash them")
    with ExitStack() as trees:
        before = Tree(root=trees.enter_context(checked_out(root, commit)), label=base)
        after = Tree(root=root, label=WORKING_TREE)
        if head is not None:
            after = Tree(root=trees.enter_context(checked_out(root, other)), label=head if head != base else f"{head} ")
        found = _plans(before, after, [env] if env else [], whole=whole)
        if env and env not in {*found.before, *found.after}:
            raise PlatformError(f"there is no environment {env!r}, neither in {before.label} nor in {after.label}")
        yield Sides(
            plans=found,
            origin=f"{base}..{head or 'HEAD'}{' with uncommitted changes' if edited else ''}",
            warnings=tuple(_warnings(base, commits_beyond(root, commit, other))),
            base=before.root,
            head=after.root,
        )


def _plans(before: Tree, after: Tree, only: Sequence[str], *, whole: bool) -> Plans:
    differ = None if whole else may_differ(before.root, after.root)
    if differ is None:
        return plans(before, after, only)
    asked = [{one for one in environments(tree.root) if not only or one in only} for tree in (before, after)]
    same = dict.fromkeys(asked[0] & asked[1] - differ, NONE)
    wanted = sorted((asked[0] | asked[1]) & differ)
    found = plans(before, after, wanted) if wanted else Plans(before={}, after={})
    return replace(found, before={**found.before, **same}, after={**found.after, **same})


def verdicts(sides: Sides, acknowledged: Sequence[str], *, env: str | None, today: date) -> tuple[Verdict, ...]:
    """What the guard says of each environment; raises PlatformError for acknowledgements that are bad."""
    if acknowledged and env is None:
        raise PlatformError("--acknowledge is for one environment; name it by --env")
    words = acknowledgements(sides.head, env or "", acknowledged)
    return tuple(verdict(change, words, today=today) for change in changes(sides))


def changes(sides: Sides) -> Iterator[Change]:
    """The change of each environment, also of those that stay as they are."""
    for name in sides.environments:
        before, after = sides.of(name)
        change = compared(before, after, stack=name, origin=sides.origin)
        yield replace(change, warnings=(*sides.warnings, *_of_one(name, sides), *change.warnings))


def _warnings(base: str, beyond: int) -> Iterator[str]:
    if beyond:
        yield (
            f"{base} has {beyond} commit{'s' if beyond > 1 else ''} that this side lacks, which are shown as undone;"
            " merge or rebase first to see this side's changes alone"
        )


def _of_one(name: str, sides: Sides) -> Iterator[str]:
    if name in sides.plans.before and name not in sides.plans.after:
        yield (
            f"Pulumi.{name}.yaml is gone, which deletes nothing by itself: what is up stays, and is paid for, until"
            f" `pulumi destroy --stack {name}` is run from a tree that has the file"
        )
    if name in sides.plans.blind:
        yield "what only the apply tells could not be compared, such as policies that name an ARN: read the code for it"
