"""Which properties differ in a step of the engine's preview: by its own diff, and by what that leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from changes.change import PropertyChange
from changes.meanings import meaning
from changes.property_changes import property_changes
from changes.property_paths import is_within, value_at
from rehearsal.difference import difference
from rehearsal.graph import Node
from rehearsal.property_paths import parts
from rehearsal.resources import RESOURCES

Written = Mapping[str, Any]  # a step, or a state, as the engine wrote it


def differences(group: Sequence[Written], before: Node, after: Node) -> tuple[PropertyChange, ...]:
    """The properties that differ: those of the provider's own diff, and what else differs between the inputs.

    The provider knows places, and what it replaces for; that it leaves nothing out is not taken on trust.
    """
    details: Mapping[str, Any] = next((one["detailedDiff"] for one in group if one.get("detailedDiff")), {})
    reasons = {str(key) for one in group for key in one.get("replaceReasons") or ()}
    named = list(_detailed(details, before, after))
    others = [one for one in property_changes(before.inputs, after.inputs) if not _is_told(one.path, details)]
    found = sorted((*named, *others), key=lambda one: one.path)
    marked = {path for path, detail in details.items() if str(detail.get("kind", "")).endswith("-replace")} | reasons
    return tuple(
        PropertyChange(
            path=one.path,
            before=one.before,
            after=one.after,
            replaces=any(is_within(one.path, root) for root in marked),
            output=one.output,
        )
        for one in found
    )


def _is_told(path: str, details: Iterable[str]) -> bool:
    """Whether one of the places is the path, goes on within it or holds it, however keys with dots are written."""
    own, *others = (".".join(str(part) for part in parts(one)) for one in (path, *details))
    return any(is_within(own, one) or is_within(one, own) for one in others)


def _detailed(details: Mapping[str, Any], before: Node, after: Node) -> Iterator[PropertyChange]:
    """Each path of the provider's diff, and within JSON documents what differs there."""
    for path, detail in sorted(details.items()):
        output = not detail.get("inputDiff", True)
        held = {**before.inputs, **(before.outputs or {})} if output else before.inputs
        old, new = value_at(held, path), value_at(after.inputs, path)
        found = property_changes({path: old}, {path: new}) or (PropertyChange(path=path, before=old, after=new),)
        yield from (replace(one, output=output) for one in found)


def differing(before: Node, after: Node) -> tuple[PropertyChange, ...]:
    """The inputs that differ in meaning, by the type's table where there is one.

    There are none where one side tells no inputs, and of a type that nobody described, whose provider may take other
    inputs for the same.
    """
    kind = RESOURCES.get(after.type)
    if not before.inputs or not after.inputs or meaning(after) is None:
        return ()
    if kind and not difference(kind, dict(before.inputs), dict(after.inputs)).changes:
        return ()
    return property_changes(before.inputs, after.inputs)
