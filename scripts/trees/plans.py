"""Plans of two trees at once: the base's by its own code in another process, with nobody's credentials.

A tree of the very code that this command runs from is planned in this process meanwhile; any other in one of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from changes.stack_titles import kind_and_name, option
from infra.errors import PlatformError
from rehearsal import graph_json
from rehearsal.foretold import blind as blinded
from rehearsal.graph import Graph
from scripts.trees import plan_tree
from scripts.trees.git_trees import kept
from scripts.trees.plan_tree import Told
from scripts.trees.same_trees import may_differ

KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
ACCOUNT_PLANS, STAND_INS = "rehearsal/account.py", "rehearsal/foretold.py"
OWN = Path(__file__).resolve().parent.parent.parent  # the tree whose code this is


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A tree to plan; `label` names it in errors (`origin/main`, `the working tree`).

    `kept` are the files of a working tree, which has others beside them; None for all that are there.
    """

    root: Path
    label: str
    kept: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Why a stack was not compared, or not all of it; `stops` says that the guard may not let it pass so."""

    why: str
    stops: bool


@dataclass(frozen=True, kw_only=True)
class Plans:
    """The plans of both sides by the stacks' titles (changes/stack_titles.py), and what they do not show.

    A stack of the account project that one side cannot plan is `unseen` and on neither side. One that was planned
    without stand-ins is unseen too, and there as far as it can be compared.
    """

    before: Mapping[str, Graph]
    after: Mapping[str, Graph]
    unseen: Mapping[str, Unseen] = field(default_factory=dict)


def plans(before: Tree, after: Tree, titles: Sequence[str]) -> Plans:
    """Both trees' plans of the stacks named, as far as they are there; raises PlatformError, naming tree and file."""
    for tree in (before, after):
        if not (tree.root / "rehearsal" / "platform.py").is_file():
            raise PlatformError(
                f"{tree.label} has no rehearsal/platform.py, so that it cannot be planned; compare with a later commit"
            )
    unplanned = _unplanned(before, after, titles)
    wanted = [one for one in titles if one not in unplanned]
    foretell = all((tree.root / STAND_INS).is_file() for tree in (before, after))
    own = [tree for tree in (before, after) if is_own(tree)]
    with ExitStack() as begun:
        waits = {
            tree.label: begun.enter_context(_planning(tree, wanted, foretell=foretell))
            for tree in (before, after)
            if tree not in own
        }
        here = {
            tree.label: plan_tree.plans(tree.root, wanted, foretell=foretell) for tree in (before, after) if tree in own
        }
        told = {label: wait() for label, wait in waits.items()} | here
    failed = _failed_accounts(told)
    told = {label: {name: one for name, one in side.items() if name not in failed} for label, side in told.items()}
    _refuse_errors(told)
    blind = {name for side in told.values() for name, one in side.items() if not one["foretold"]}
    graphs = [
        {name: _graph(one["graph"], unseeing=name in blind) for name, one in told[tree.label].items()}
        for tree in (before, after)
    ]
    old = (after.root / STAND_INS).is_file() and not foretell
    return Plans(
        before=graphs[0],
        after=graphs[1],
        unseen={**unplanned, **failed, **{name: _blind(name, old=old) for name in blind}},
    )


def _unplanned(before: Tree, after: Tree, titles: Sequence[str]) -> dict[str, Unseen]:
    """The account project's stacks where a tree has no plans of them: an old base, or a head that took them away."""
    lacking = [tree for tree in (after, before) if not (tree.root / ACCOUNT_PLANS).is_file()]
    if not lacking:
        return {}
    if lacking[0] is after:
        why = f"{after.label} has no {ACCOUNT_PLANS}, by which it is planned; put it back"
    else:
        why = f"{before.label} is from before its plans ({ACCOUNT_PLANS}); read what changes in account/"
    return {
        one: Unseen(
            why=f"{one} was not compared: {why}, and let `diceytech preview {option(one)}` show it",
            stops=lacking[0] is after,
        )
        for one in titles
        if kind_and_name(one)[0] == "account"
    }


def _failed_accounts(sides: Mapping[str, Mapping[str, Told]]) -> dict[str, Unseen]:
    """Why the account project's stacks cannot be compared: environments are, also where one leaves the account."""
    return {
        name: Unseen(why=f"{name} was not compared: {label}, {' '.join(one['error'].split())}", stops=True)
        for label, side in sides.items()
        for name, one in side.items()
        if "error" in one and kind_and_name(name)[0] == "account"
    }


def _blind(title: str, *, old: bool) -> Unseen:
    """What an ordinary plan does not show; an account stops, unless its base alone is from before stand-ins (`old`)."""
    return Unseen(
        why="what only the apply tells could not be compared, such as policies that name an ARN: read the code for it",
        stops=kind_and_name(title)[0] == "account" and not old,
    )


def is_own(tree: Tree) -> bool:
    """Whether this process has imported what the tree would: importing takes three times as long as a plan."""
    return tree.root.resolve() == OWN or may_differ(tree.root, OWN, kept=kept(OWN)) is not None


@contextmanager
def _planning(tree: Tree, titles: Sequence[str], *, foretell: bool) -> Iterator[Callable[[], Mapping[str, Told]]]:
    """The tree's plans on their way; what is given waits for them. They end with the block at the latest."""
    with tempfile.TemporaryDirectory(prefix="diceytech-plan-") as room:
        out, words = Path(room) / "plans.json", Path(room) / "words"
        with words.open("wb") as stream:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, with a program of ours
                [
                    sys.executable,
                    "-P",
                    plan_tree.__file__,
                    str(tree.root),
                    str(out),
                    "yes" if foretell else "no",
                    *titles,
                ],
                cwd=tree.root,
                env=_variables(tree.root, Path(room)),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

        def wait() -> Mapping[str, Told]:
            if process.wait():
                lines = words.read_text(encoding="utf-8", errors="replace").split("\n")
                said = next((line for line in reversed(lines) if line.strip()), "it was ended")
                raise PlatformError(f"{tree.label} cannot be planned: {said[:500]}")
            found: Mapping[str, Told] = json.loads(out.read_text(encoding="utf-8"))
            return found

        try:
            yield wait
        finally:
            process.kill()
            process.wait()


def _variables(root: Path, home: Path) -> dict[str, str]:
    """What another tree's code gets to see: no credentials, no tokens, and nothing of the user's configuration."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _refuse_errors(sides: Mapping[str, Mapping[str, Told]]) -> None:
    wrong = [f"{label}, {name}: {one['error']}" for label, side in sides.items() for name, one in side.items()
             if "error" in one]  # fmt: skip
    if wrong:
        raise PlatformError("there is nothing to compare:\n" + "\n".join(wrong))


def _graph(text: str, *, unseeing: bool) -> Graph:
    found = graph_json.load(text)
    return Graph(tuple(replace(node, inputs=blinded(dict(node.inputs))) for node in found)) if unseeing else found
