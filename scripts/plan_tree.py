"""The plans of all environments of one tree, by that tree's own code.

In this process for the tree that it runs from; for another one as a program of its own, whose imports are that tree's
(scripts/plans.py). So it uses of the tree only what old ones have too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypedDict


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
    from infra.errors import PlatformError
    from rehearsal import graph_json, platform

    try:
        if foretell:
            from infra.config_across import environment

            config = environment(root, name)
            try:
                graph = platform.planned_config(config, name, foretell=True)
                return Told(graph=graph_json.dump(graph), foretold=True)
            except PlatformError:
                raise
            except Exception:  # the program takes a stand-in apart: an ordinary plan says what can be said
                return Told(graph=graph_json.dump(platform.planned_config(config, name)), foretold=False)
        return Told(graph=graph_json.dump(platform.planned(root, name)), foretold=False)
    except PlatformError as error:
        return Told(error=str(error))
    except Exception as error:
        return Told(error=f"the program failed ({type(error).__name__}: {error})")


def main() -> None:
    """`python plan_tree.py ROOT OUT FORETELL [ENVIRONMENT ...]`: writes the plans to the file OUT."""
    import gc

    gc.disable()  # over in seconds, and its imports make millions of objects that stay
    root, out, foretell, *only = sys.argv[1:]
    Path(out).write_text(json.dumps(plans(Path(root), only, foretell=foretell == "yes")), encoding="utf-8")


if __name__ == "__main__":
    main()
