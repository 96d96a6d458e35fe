"""Pulumi's own options of a resource: which of them differ between two plans, and which of them replace it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from changes.change import PropertyChange
from rehearsal.foretold import blind, holds_unknown, without
from rehearsal.graph import OPTIONS, UNJUDGED, UNKNOWN, Node

_TRIGGER, _WITH = "replacementTrigger", "replaceWith"


def option_changes(before: Node, after: Node) -> Iterator[PropertyChange]:
    """All that differ and do something, now or when the resource goes."""
    if before.protect != after.protect:
        yield PropertyChange(path="protect", before=before.protect, after=after.protect)
    for name in (*OPTIONS, *UNJUDGED, _WITH):
        old, new = before.options.get(name), after.options.get(name)
        if old != new and not _means_nothing(name, old, new, before):
            yield PropertyChange(path=name, before=old, after=new)
    old, new = before.options.get(_TRIGGER), after.options.get(_TRIGGER)
    if holds_unknown(old) != holds_unknown(new):  # as with inputs: one side's plan tells less
        old, new = blind(old), blind(new)
    if old != new:  # the first trigger, and none any more, only note it
        yield PropertyChange(path=_TRIGGER, before=old, after=new, replaces=None not in (old, new))


def replaced_with(before: Node, after: Node, replaced: Collection[str]) -> Iterator[PropertyChange]:
    """What makes a resource anew because others are: those that it names, and those whose outputs are its trigger.

    The engine reads what the old one named too, where it deletes before it makes anew.
    """
    named = sorted({*before.options.get(_WITH, ()), *after.options.get(_WITH, ())} & {*replaced})
    if named:
        names = ", ".join(urn.rpartition("::")[2] for urn in named)
        yield PropertyChange(path=_WITH, before=names, after=UNKNOWN, replaces=True)
    old, new = before.options.get(_TRIGGER), after.options.get(_TRIGGER)
    if old is not None and new is not None and without(new, replaced) != new:
        yield PropertyChange(path=_TRIGGER, before=old, after=without(new, replaced), replaces=True)


def _means_nothing(name: str, old: Any, new: Any, before: Node) -> bool:
    """An import of what is there already, or once its resource is taken in, and more outputs that are secret."""
    return (name == "importID" and new in (None, before.id)) or (
        name == "additionalSecretOutputs" and {*(old or ())} <= {*(new or ())}
    )
