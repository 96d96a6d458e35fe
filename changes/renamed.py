"""The resources of before by their present names: what an alias renames has one URN on both sides of a change.

So has whatever refers to it, by its dependencies, its provider or its values: a move changes nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rehearsal.foretold import anew
from rehearsal.graph import Graph, Node


def renamed(graph: Graph, former: Mapping[str, str]) -> Graph:
    """The graph with the new URNs of `former` for the old ones."""
    nodes = (by_present_names(node, former) for node in graph)
    return Graph(tuple(sorted(nodes, key=lambda one: one.urn))) if former else graph


def by_present_names(node: Node, former: Mapping[str, str]) -> Node:
    """The same of one resource, which keeps its own name for who reads of it."""
    if not former:
        return node

    def now(urns: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(former.get(urn, urn) for urn in urns))

    return replace(
        node,
        urn=former.get(node.urn, node.urn),
        parent=former.get(node.parent, node.parent) if node.parent else None,
        provider=former.get(node.provider, node.provider) if node.provider else None,
        dependencies=now(node.dependencies),
        property_dependencies={name: now(urns) for name, urns in node.property_dependencies.items()},
        inputs=anew(node.inputs, former),
        options=anew(node.options, former),
    )
