"""Plans of a few resources, for tests of what two of them compared come to."""

from __future__ import annotations

import json
from typing import Any

from changes.change import Change, Step
from changes.compared import compared
from rehearsal.graph import Graph, Node

PROVIDER = "pulumi:providers:aws"


def node(type_: str, name: str, /, *, after: dict[str, Node] | None = None, **inputs: Any) -> Node:
    """A resource; `after` names those whose output an input holds."""
    urn = f"urn:pulumi:dev::platform::{type_}::{name}"
    held = {key: (one.urn,) for key, one in (after or {}).items()}
    return Node(urn=urn, type=type_, name=name, parent=None, inputs=inputs, property_dependencies=held)


def provider(region: str = "us-east-1", **tags: str) -> Node:
    return node(PROVIDER, "aws", region=region, defaultTags=json.dumps({"tags": tags}))


def graph(*nodes: Node) -> Graph:
    return Graph(tuple(sorted(nodes, key=lambda one: one.urn)))


def change(before: list[Node], after: list[Node]) -> Change:
    return compared(graph(*before), graph(*after), stack="dev", origin="a..b")


def only(found: Change) -> Step:
    assert len(found.steps) == 1, found.steps
    return found.steps[0]


def ops(found: Change) -> dict[str, str]:
    return {step.node.name: step.op for step in found.steps}
