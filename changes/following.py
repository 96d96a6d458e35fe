"""What a replacement brings about elsewhere: whoever holds the old one's id must be changed, or be replaced, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from changes.change import PropertyChange, Step
from changes.input_changes import replaces
from rehearsal.foretold import without
from rehearsal.graph import UNKNOWN, Node
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
    provider = next(step for step in steps.values() if step.node.type == "pulumi:providers:aws")
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
    told = {one.path for one in step.changes} if step else set()
    changes = tuple(one for one in _changes(old, after, replaced) if one.path not in told)
    if not changes:
        return None
    inputs = {**after.inputs, **{one.path: one.after for one in changes}}
    forced = after.options.get("replaceOnChanges", ())
    must = (step is not None and step.op == "replace") or any(one.replaces for one in changes) or "*" in forced
    return Step(
        op="replace" if must else "update",
        before=old,
        after=replace(after, inputs=inputs),
        changes=(*(step.changes if step else ()), *changes),
    )


def _changes(old: Node, after: Node, replaced: set[str]) -> Iterator[PropertyChange]:
    kind = RESOURCES.get(after.type)
    ignored = set(after.options.get("ignoreChanges", ()))
    for name, urns in sorted(after.property_dependencies.items()):
        if name in ignored or not replaced & set(urns):
            continue
        value = after.inputs.get(name)
        blind = without(value, replaced)
        if value == UNKNOWN or blind != value:
            before = old.inputs.get(name)
            yield PropertyChange(path=name, before=before, after=blind, replaces=replaces(kind, name))
