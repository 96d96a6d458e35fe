"""Which resource points at which, in a plan and in an applied graph alike."""

from __future__ import annotations

import re

from controls.inputs import UndecidedError, peek
from rehearsal.graph import UNKNOWN, Graph, Node

_IDENTIFYING = ("arn", "bucket", "dnsName", "id", "identifier", "name")


def identities(node: Node) -> set[str]:
    """What others may call this resource: its id, ARN or name, as far as the graph knows them."""
    outputs = node.outputs or {}
    candidates = [node.id, *(source.get(key) for source in (node.inputs, outputs) for key in _IDENTIFYING)]
    return {text for text in candidates if isinstance(text, str) and text and text != UNKNOWN}


def refers(node: Node, path: str, target: Node) -> bool:
    """Whether the input at `path`, a value or a list of them, points at `target`.

    Known values are compared with what `target` is called; for unknown ones the engine's record of what the
    property depends on decides; raises UndecidedError where it has none. A planned resource that Pulumi names has its
    name in the references to it alone, so that there its form and the record decide.
    """
    found = peek(node, path)
    values = list(found) if isinstance(found, (list, tuple)) else [found]
    if not identities(target).isdisjoint(item for item in values if isinstance(item, str)):
        return True
    recorded = node.property_dependencies.get(path.split(".")[0])
    if UNKNOWN not in values:
        named = re.compile(rf"{re.escape(target.name)}-[0-9a-f]{{7}}")
        planned = target.id is None and recorded is not None and target.urn in recorded
        return planned and any(isinstance(item, str) and named.fullmatch(item) for item in values)
    if not recorded:
        raise UndecidedError(f"what {path} of {node.name} points at is known only once the plan is applied")
    return target.urn in recorded


def pointing(graph: Graph, type_: str, path: str, target: Node) -> list[Node]:
    """The resources of a type whose input at `path` points at `target`."""
    return [node for node in graph.of(type_) if refers(node, path, target)]


def pointed_at(graph: Graph, node: Node, path: str, type_: str) -> list[Node]:
    """The resources of a type that the input at `path` points at."""
    return [target for target in graph.of(type_) if refers(node, path, target)]
