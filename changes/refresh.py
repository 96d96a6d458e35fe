"""What a refresh of the real engine finds: how AWS differs from Pulumi's state.

Source: `pulumi refresh --preview-only --json` of Pulumi's CLI, version 3.259, as seen. What AWS holds of a resource is
in its outputs, also what the program does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from changes.change import Change, PropertyChange, Step
from changes.engine_values import properties
from changes.preview_steps import Written, node
from changes.property_changes import document, property_changes
from rehearsal.graph import Graph, Node
from rehearsal.in_process import ROOT_TYPE

ORIGIN: Final = "done outside of Pulumi, found by pulumi refresh"
_OPS: Final = ("refresh", "delete", "update")
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})  # AWS and the state write "nothing" in different ways


def change(told: Mapping[str, Any], *, stack: str) -> Change:
    """Each resource that drifted as a step: `before` is what the state says, `after` what AWS holds, if anything."""
    written = [one for one in told.get("steps") or () if one.get("oldState") and one["op"] in _OPS]
    pairs = [(_held(one["oldState"]), _held(one["newState"]) if one.get("newState") else None) for one in written]
    pairs = [(before, after) for before, after in pairs if before.type != ROOT_TYPE]
    asked = {one["oldState"]["urn"]: properties(one["oldState"].get("inputs")) for one in written}
    steps = [step for before, after in pairs if (step := _step(before, after, asked[before.urn])) is not None]
    return Change(
        stack=stack,
        origin=ORIGIN,
        steps=tuple(sorted(steps, key=lambda one: one.node.urn)),
        before=_graph([before for before, _ in pairs]),
        after=_graph([after for _, after in pairs if after is not None]),
        whole=True,
        outside=True,
    )


def _step(before: Node, after: Node | None, asked: Mapping[str, Any]) -> Step | None:
    """`asked` are the properties that the program gives; all others are outputs."""
    if after is None:
        return Step(op="delete", before=before, after=None)
    found = property_changes(before.inputs, after.inputs)
    changes: tuple[PropertyChange, ...] = tuple(
        replace(one, output=re.split(r"[.[]", one.path)[0] not in asked)
        for one in found
        if (one.before not in _EMPTY or one.after not in _EMPTY) and document(one.before) != document(one.after)
    )
    return Step(op="update", before=before, after=after, changes=changes) if changes else None


def _held(state: Written) -> Node:
    """The resource with all that is known of it where others have their inputs."""
    merged = {**properties(state.get("inputs")), **properties(state.get("outputs"))}
    return node({**state, "inputs": merged})


def _graph(nodes: list[Node]) -> Graph:
    return Graph(tuple(sorted(nodes, key=lambda one: one.urn)))
