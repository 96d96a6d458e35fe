"""What a refresh of the real engine finds: how AWS differs from Pulumi's state.

Source: `pulumi refresh --preview-only --json` of Pulumi's CLI, version 3.259, as seen. What AWS holds of a resource is
in its outputs, also what the program does not ask for; what of it counts, changes/drift_noise.py says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from changes.change import Change, Folded, PropertyChange, Step
from changes.drift_noise import sift_drift
from changes.engine_values import properties
from changes.noise import deciding_tags, sift
from changes.preview_differences import Written
from changes.preview_steps import node
from changes.property_changes import document, property_changes
from changes.rule import EMPTY
from rehearsal.graph import ROOT_TYPE, Graph, Node

ORIGIN: Final = "done outside of Pulumi, found by pulumi refresh"
_OPS: Final = ("refresh", "delete", "update")


def change(told: Mapping[str, Any], *, stack: str) -> Change:
    """Each resource that drifted as a step: `before` is what the state says, `after` what AWS holds, if anything.

    What differs and is no drift is `folded`, with its reason.
    """
    written = [one for one in told.get("steps") or () if one.get("oldState") and one["op"] in _OPS]
    pairs = [(_held(one["oldState"]), _held(one["newState"]) if one.get("newState") else None) for one in written]
    asked = {str(one["oldState"]["urn"]): properties(one["oldState"].get("inputs")) for one in written}
    pairs = [(before, after) for before, after in pairs if before.type != ROOT_TYPE]
    steps, folded = _sifted([step for pair in pairs if (step := _step(*pair)) is not None], pairs, asked)
    steps = [_marked(step, asked[step.node.urn]) for step in steps]
    return Change(
        stack=stack,
        origin=ORIGIN,
        steps=tuple(sorted(steps, key=lambda one: one.node.urn)),
        before=_graph([before for before, _ in pairs]),
        after=_graph([after for _, after in pairs if after is not None]),
        whole=True,
        outside=True,
        folded=tuple(folded),
    )


def _sifted(
    found: Sequence[Step], pairs: Sequence[tuple[Node, Node | None]], asked: Mapping[str, Collection[str]]
) -> tuple[list[Step], list[Folded]]:
    """What drifted, and what means nothing, here or in any change."""
    beside = [before for before, _ in pairs]
    deciding = deciding_tags(_graph(beside))
    steps: list[Step] = []
    folded: list[Folded] = []
    for step in found:
        rest, noise = sift_drift(step, asked[step.node.urn], beside) if step.after else (step, ())
        folded.extend(noise)
        if rest is not None:
            rest, noise = sift(rest, deciding, {})
            folded.extend(noise)
        if rest is not None:
            steps.append(rest)
    return steps, folded


def _step(before: Node, after: Node | None) -> Step | None:
    if after is None:
        return Step(op="delete", before=before, after=None)
    found = property_changes(before.inputs, after.inputs)
    changes: tuple[PropertyChange, ...] = tuple(
        one
        for one in found
        if (one.before not in EMPTY or one.after not in EMPTY) and document(one.before) != document(one.after)
    )
    return Step(op="update", before=before, after=after, changes=changes) if changes else None


def _marked(step: Step, asked: Collection[str]) -> Step:
    """The step with what the program never asked for marked as an output."""
    changes = (replace(one, output=re.split(r"[.[]", one.path)[0] not in asked) for one in step.changes)
    return replace(step, changes=tuple(changes))


def _held(state: Written) -> Node:
    """The resource with all that is known of it where others have their inputs."""
    merged = {**properties(state.get("inputs")), **properties(state.get("outputs"))}
    return node({**state, "inputs": merged})


def _graph(nodes: list[Node]) -> Graph:
    return Graph(tuple(sorted(nodes, key=lambda one: one.urn)))
