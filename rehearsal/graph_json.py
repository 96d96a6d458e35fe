"""The graph as JSON, the format that docs/graph.md documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.errors import PlatformError
from rehearsal.graph import Graph, Node


def dump(graph: Graph) -> str:
    """A JSON list, one object per resource, sorted by URN, keys in a fixed order: two runs give the same text."""
    return json.dumps([_object(node) for node in graph], indent=2, ensure_ascii=False) + "\n"


def load(text: str) -> Graph:
    """The graph in `dump`'s text; raises PlatformError for anything else."""
    try:
        return Graph(tuple(_node(entry) for entry in json.loads(text)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlatformError("this is not a graph; write one with `diceytech graph --env E --json FILE`") from None


def _object(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "urn": node.urn,
        "type": node.type,
        "name": node.name,
        "parent": node.parent,
        "provider": node.provider,
        "custom": node.custom,
        "inputs": _sorted(node.inputs),
        "dependencies": list(node.dependencies),
        "propertyDependencies": {name: list(urns) for name, urns in sorted(node.property_dependencies.items())},
        "protect": node.protect,
        "options": _sorted(node.options),
    }
    if node.outputs is not None:
        entry |= {"id": node.id, "outputs": _sorted(node.outputs)}
    return entry


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(item) for key, item in sorted(value.items())}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _node(entry: Mapping[str, Any]) -> Node:
    return Node(
        urn=entry["urn"],
        type=entry["type"],
        name=entry["name"],
        parent=entry["parent"],
        inputs=entry["inputs"],
        dependencies=tuple(entry["dependencies"]),
        property_dependencies={name: tuple(urns) for name, urns in entry["propertyDependencies"].items()},
        protect=entry["protect"],
        options=entry["options"],
        custom=entry["custom"],
        id=entry.get("id"),
        outputs=entry.get("outputs"),
        provider=entry.get("provider"),  # the graph of an older tree does not tell it
    )
