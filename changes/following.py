"""What a replacement brings about elsewhere: whoever holds the old one's id must be changed, or be replaced, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from changes.change import PropertyChange, Step
from changes.input_changes import replaces
from changes.property_changes import property_changes
from changes.property_paths import is_within
from rehearsal.foretold import without
from rehearsal.graph import PROVIDER, UNKNOWN, Node
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


def pulled_along(steps: Mapping[str, Step], old: Nodes, new: Nodes) -> dict[str, Step]:
    """The steps where the provider itself is replaced: all that it holds is replaced with it."""
    provider = next(step for step in steps.values() if step.node.type == PROVIDER)
    causes = tuple(replace(one, path=f"provider.{one.path}") for one in provider.changes if one.replaces)
    found = dict(steps)
    for urn in old.keys() & new.keys():
        if new[urn].type.startswith("aws:"):
            own = found[urn].changes if urn in found else ()
            found[urn] = Step(op="replace", before=old[urn], after=new[urn], changes=(*own, *causes))
    return found


def _following(step: Step | None, old: Node, new: Node, replaced: set[str]) -> Step | None:
    """The step with what refers to the replaced resources; None where there is nothing new to say."""
    after = step.after if step and step.after else new
    known = tuple(replace(one, after=without(one.after, replaced)) for one in step.changes) if step else ()
    further = tuple(one for one in _changes(old, after, replaced) if not any(_overlap(one, each) for each in known))
    inputs = {**after.inputs, **_blinded(after, replaced)}
    if not further and inputs == after.inputs:
        return None
    must = (step is not None and step.op == "replace") or any(one.replaces for one in further)
    must = must or "*" in after.options.get("replaceOnChanges", ())
    return Step(
        op="replace" if must else "update",
        before=old,
        after=replace(after, inputs=inputs),
        changes=(*known, *further),
    )


def _changes(old: Node, after: Node, replaced: set[str]) -> Iterator[PropertyChange]:
    """What becomes unknown, place by place, and what was so already and comes from what is replaced."""
    kind = RESOURCES.get(after.type)
    for name, blind in _blinded(after, replaced).items():
        value = after.inputs[name]
        within = property_changes({name: value}, {name: blind}) if value != blind else ()
        for one in within or (PropertyChange(path=name, before=old.inputs.get(name), after=blind),):
            yield replace(one, replaces=replaces(kind, name))


def _blinded(node: Node, replaced: set[str]) -> dict[str, Any]:
    """The inputs that hold an output of what is replaced, with UNKNOWN for it."""
    found = {}
    for name, urns in sorted(node.property_dependencies.items()):
        if name in node.inputs and name not in node.options.get("ignoreChanges", ()) and replaced & set(urns):
            value = node.inputs[name]
            blind = without(value, replaced)
            if value == UNKNOWN or blind != value:
                found[name] = blind
    return found


def _overlap(one: PropertyChange, other: PropertyChange) -> bool:
    """Whether one of the two places is the other, or is in it."""
    return is_within(one.path, other.path) or is_within(other.path, one.path)
