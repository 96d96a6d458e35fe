"""What a replacement brings about elsewhere: whoever holds the old one's id must be changed, or be replaced, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from changes.change import PropertyChange, Step
from changes.input_changes import as_kept, forced, replaces
from changes.options import replaced_with
from changes.property_changes import property_changes
from changes.property_paths import is_within
from rehearsal.foretold import without
from rehearsal.graph import UNKNOWN, Node
from rehearsal.property_paths import ignores
from rehearsal.resources import RESOURCES

Nodes = Mapping[str, Node]


def follow(steps: Mapping[str, Step], old: Nodes, new: Nodes) -> dict[str, Step]:
    """The steps with those that follow from replacements, near and far, as the engine's own preview has them.

    What refers to a replaced resource is known before and UNKNOWN after: an input that replaces its resource then does
    so, although the new value might turn out to be the old one.
    """
    found = dict(steps)
    waiting = [urn for urn, step in found.items() if step.op == "replace"]
    while waiting:
        replaced = {urn for urn, step in found.items() if step.op == "replace"}
        waiting = []
        for urn in old.keys() & new.keys():
            step = _following(found.get(urn), old[urn], new[urn], replaced)
            if step is not None:
                if step.op == "replace" and urn not in replaced:
                    waiting.append(urn)
                found[urn] = step
    return found


def _following(step: Step | None, old: Node, new: Node, replaced: set[str]) -> Step | None:
    """The step with what refers to the replaced resources; None where there is nothing new to say."""
    after = step.after if step and step.after else new
    own = step.changes if step else ()
    anew = {one.path: one for one in replaced_with(old, new, replaced)}
    known = tuple(
        replace(one, after=without(one.after, replaced), replaces=one.replaces or one.path in anew) for one in own
    )
    found = (*_changes(old, after, replaced), *anew.values())
    further = tuple(forced(after, one) for one in found if not any(_overlap(one, each) for each in known))
    inputs = {**after.inputs, **_blinded(after, replaced)}
    if not further and known == own and (step is None or inputs == after.inputs):
        return None
    return Step(
        op="replace" if any(one.replaces for one in (*known, *further)) else "update",
        before=old,
        after=replace(after, inputs=inputs),
        changes=(*known, *further),
    )


def _changes(old: Node, after: Node, replaced: set[str]) -> Iterator[PropertyChange]:
    """What becomes unknown, place by place, and what was so already and comes from what is replaced."""
    kind, blinded = RESOURCES.get(after.type), _blinded(after, replaced)
    held, blind = (as_kept(old, replace(after, inputs={**after.inputs, **one})).inputs for one in ({}, blinded))
    for name in sorted(blinded):
        if ignores(after.options.get("ignoreChanges", ()), name) or held[name] == blind[name] != UNKNOWN:
            continue
        within = property_changes({name: held[name]}, {name: blind[name]})
        for one in within or (PropertyChange(path=name, before=old.inputs.get(name), after=blind[name]),):
            yield replace(one, replaces=replaces(kind, name))


def _blinded(node: Node, replaced: set[str]) -> dict[str, Any]:
    """The inputs that hold an output of what is replaced, with UNKNOWN for it."""
    found = {}
    for name, urns in sorted(node.property_dependencies.items()):
        if name in node.inputs and replaced & set(urns):
            value = node.inputs[name]
            blind = without(value, replaced)
            if value == UNKNOWN or blind != value:
                found[name] = blind
    return found


def _overlap(one: PropertyChange, other: PropertyChange) -> bool:
    """Whether one of the two places is the other, or is in it."""
    return is_within(one.path, other.path) or is_within(other.path, one.path)
