"""`diceytech diff dev prod`: two environments of the working tree side by side."""

from __future__ import annotations

import re
from pathlib import Path

from infra.config_across import environment
from infra.config_beside import Side, beside
from infra.config_source import read_raw
from infra.errors import PlatformError
from rehearsal.graph import Graph, Node
from reports.side_by_side import Plans, SideBySide


def side_by_side(root: Path, one: str, two: str, *, graph: bool) -> SideBySide:
    """Both environments from their YAML under `root`, with their plans for a `graph`; raises PlatformError."""
    if one == two:
        raise PlatformError(f"{one} beside itself; name two environments, or pass --base REF to see what changed")
    sides = [Side(name=name, config=environment(root, name), raw=read_raw(root, name)) for name in (one, two)]
    plans = None
    if graph:
        from rehearsal.platform import planned_config

        graphs = [planned_config(side.config, side.name) for side in sides]
        only = _lacking(graphs[0], graphs[1], one, two), _lacking(graphs[1], graphs[0], two, one)
        plans = Plans(only=only, last=graphs[1])
    return SideBySide(names=(one, two), found=beside(*sides), plans=plans)


def _lacking(graph: Graph, other: Graph, name: str, other_name: str) -> tuple[Node, ...]:
    """The resources of the first that the second has under no name that is the same but for the environment."""
    there = {_place(node, other_name) for node in other}
    return tuple(node for node in graph if node.custom and _place(node, name) not in there)


def _place(node: Node, environment: str) -> tuple[str, str]:
    return node.type, re.sub(rf"(?<![a-z0-9]){re.escape(environment)}(?![a-z0-9])", "*", node.name)
