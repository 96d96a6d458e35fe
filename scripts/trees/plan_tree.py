"""The plans of stacks of one tree, its environments' and its account project's, by that tree's own code.

In this process for the tree that it runs from; for another one as a program of its own, whose imports are that tree's
(scripts/trees/plans.py). So it uses of the tree only what old ones have too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict


class Told(TypedDict, total=False):
    """One stack: its graph as docs/graph.md has it, or why there is none; `foretold` as it was asked for."""

    graph: str
    error: str
    foretold: bool


def plans(root: Path, titles: list[str], *, foretell: bool) -> dict[str, Told]:
    """The plan of each stack that has a YAML under `root`, by its title: `prod`, or `account main`."""
    return {title: _plan(root, title, foretell=foretell) for title in titles if _file(root, title).is_file()}


def _file(root: Path, title: str) -> Path:
    account, space, name = title.partition(" ")
    return root / account / f"Pulumi.{name}.yaml" if space else root / f"Pulumi.{title}.yaml"


def _plan(root: Path, title: str, *, foretell: bool) -> Told:
    try:
        from rehearsal import graph_json

        program = _program(root, title)
        if foretell and (graph := _foretold(program)) is not None:
            return Told(graph=graph_json.dump(graph), foretold=True)
        return Told(graph=graph_json.dump(program(False)), foretold=False)
    except Exception as error:
        return Told(error=str(error) if _is_told(error) else f"the program failed ({type(error).__name__}: {error})")


def _program(root: Path, title: str) -> Callable[[bool], Any]:
    """What plans the stack, with stand-ins or without."""
    _, space, name = title.partition(" ")
    if space:
        from rehearsal.account import planned

        return lambda foretell: planned(root, name, foretell=foretell)
    from infra.config_across import environment
    from rehearsal.platform import planned_config

    config = environment(root, title)
    return lambda foretell: planned_config(config, title, **({"foretell": True} if foretell else {}))


def _foretold(program: Callable[[bool], Any]) -> Any:
    """The plan with stand-ins; None where the program takes one apart, so that only an ordinary plan is to be had."""
    try:
        return program(True)
    except Exception as error:
        if _is_told(error):
            raise
        return None


def _is_told(error: Exception) -> bool:
    """Whether it is an error for people, by the name that its class has in every tree."""
    return any(kind.__name__ == "PlatformError" for kind in type(error).__mro__)


def main() -> None:
    """`python plan_tree.py ROOT OUT FORETELL TITLE ...`: writes the plans to the file OUT."""
    import gc

    gc.disable()  # over in seconds, and its imports make millions of objects that stay
    root, out, foretell, *titles = sys.argv[1:]
    Path(out).write_text(json.dumps(plans(Path(root), titles, foretell=foretell == "yes")), encoding="utf-8")


if __name__ == "__main__":
    main()
