"""`diceytech graph`: the plan of an environment as JSON (docs/graph.md) or as a picture."""

from __future__ import annotations

from pathlib import Path

from drawing.picture import draw
from infra.config_across import environment
from infra.errors import PlatformError
from rehearsal import graph_json
from rehearsal.graph import Graph
from rehearsal.platform import planned_config, rehearsed
from reports.masking import masked_graph
from scripts.terminal import write


def write_graph(root: Path, name: str, *, json: Path | None, svg: Path | None, applied: bool) -> None:
    """Writes the JSON, without secrets, the picture or both; raises PlatformError."""
    if json is None and svg is None:
        raise PlatformError("nothing to write; pass --json FILE, --svg FILE or both (- is standard output)")
    graph, product = (_applied if applied else _planned)(root, name)
    if json is not None:
        write(_target(json), graph_json.dump(masked_graph(graph)))
    if svg is not None:
        write(_target(svg), draw(graph, title=f"{product}: {name}"))


def picture(root: Path, name: str) -> str:
    """The drawing of an environment's plan, as SVG text."""
    graph, product = _planned(root, name)
    return draw(graph, title=f"{product}: {name}")


def _planned(root: Path, name: str) -> tuple[Graph, str]:
    config = environment(root, name)
    return planned_config(config, name), config.product.name


def _applied(root: Path, name: str) -> tuple[Graph, str]:
    with rehearsed(root, name) as found:
        return found.run.graph, found.config.product.name


def _target(path: Path) -> Path | None:
    return None if str(path) == "-" else path
