"""What differs in a step that the engine calls the same: nothing, in a preview that nobody wrote by hand."""

from __future__ import annotations

from changes.change import PropertyChange
from changes.meanings import meaning
from changes.property_changes import property_changes
from rehearsal.difference import difference
from rehearsal.graph import Node
from rehearsal.resources import RESOURCES


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
