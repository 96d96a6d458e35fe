"""The plans of all environments of one tree, by that tree's own code.

In this process for the tree that it runs from; for another one as a program of its own, whose imports are that tree's
(scripts/trees/plans.py). So it uses of the tree only what old ones have too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypedDict


class Told(TypedDict, total=False):
    """One environment: its graph as docs/graph.md has it, or why there is none; `foretold` as it was asked for."""

    graph: str
    error: str
    foretold: bool


def plans(root: Path, only: list[str], *, foretell: bool) -> dict[str, Told]:
    """The plan of each environment under `root`, or of those named that are there."""
    from infra.config_source import environments

    names = [name for name in environments(root) if not only or name in only]
    return {name: _plan(root, name, foretell=foretell) for name in names}


def _plan(root: Path, name: str, *, foretell: bool) -> Told:
    try:
        from infra.config_across import environment
        from rehearsal import graph_json, platform

        config = environment(root, name)
        if foretell and (graph := _foretold(config, name)) is not None:
            return Told(graph=graph_json.dump(graph), foretold=True)
        return Told(graph=graph_json.dump(platform.planned_config(config, name)), foretold=False)
    except Exception as error:
        return Told(error=str(error) if _is_told(error) else f"the program failed ({type(error).__name__}: {error})")


def _foretold(config: Any, name: str) -> Any:
    """The plan with stand-ins; None where the program takes one apart, so that only an ordinary plan is to be had."""
    from rehearsal.platform import planned_config

    try:
        return planned_config(config, name, foretell=True)
    except Exception as error:
        if _is_told(error):
            raise
        return None


def _is_told(error: Exception) -> bool:
    """Whether it is an error for people, by the name that its class has in every tree."""
    return any(kind.__name__ == "PlatformError" for kind in type(error).__mro__)


def main() -> None:
    """`python plan_tree.py ROOT OUT FORETELL [ENVIRONMENT ...]`: writes the plans to the file OUT."""
    import gc

    gc.disable()  # over in seconds, and its imports make millions of objects that stay
    root, out, foretell, *only = sys.argv[1:]
    Path(out).write_text(json.dumps(plans(Path(root), only, foretell=foretell == "yes")), encoding="utf-8")


if __name__ == "__main__":
    main()
