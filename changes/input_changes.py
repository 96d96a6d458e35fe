"""Which inputs of one resource differ, and which of them replace it: by its type's table where there is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from changes.change import PropertyChange
from changes.property_changes import document, property_changes
from changes.providers import Tags
from rehearsal.difference import Change as Found
from rehearsal.difference import difference
from rehearsal.foretold import blind, holds_unknown
from rehearsal.graph import UNKNOWN, Node
from rehearsal.property_paths import concerns, ignores, kept
from rehearsal.resource import ResourceType
from rehearsal.resources import RESOURCES


def as_kept(before: Node, after: Node) -> Node:
    """The resource with the old values where the program tells the engine to ignore changes."""
    paths = after.options.get("ignoreChanges", ())
    return replace(after, inputs=kept(before.inputs, after.inputs, paths)) if paths else after


def input_changes(before: Node, after: Node, *, tags: tuple[Tags, Tags] = ({}, {})) -> tuple[PropertyChange, ...]:
    """All that differs, in the order of the paths.

    `tags` are the provider's default ones on either side. What is unknown on both sides counts as changed where it
    comes from other resources than before, unless the program tells the engine to ignore it.
    """
    old, new = dict(before.inputs), dict(after.inputs)
    for name in old.keys() & new.keys():
        if holds_unknown(old[name]) != holds_unknown(new[name]):  # one side's program, or its toolkit, tells less
            old[name], new[name] = blind(old[name]), blind(new[name])
    kind = RESOURCES.get(after.type)
    table = kind if before.type == after.type else None
    found = property_changes(old, new) if table is None else _by_table(table, old, new, tags)
    known = (*found, *_other_origins(before, after, old, new, kind))
    return tuple(sorted((forced(after, one) for one in known), key=lambda one: one.path))


def replaces(kind: ResourceType | None, name: str) -> bool:
    """Whether another value of the input replaces the resource; not known of a type without a table."""
    return kind is not None and (name in kind.replace_on or name not in kind.in_place)


def _by_table(
    kind: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any], tags: tuple[Tags, Tags]
) -> tuple[PropertyChange, ...]:
    before, after = (
        {**side, "tagsAll": {**default, **(side.get("tags") or {})}} if kind.taggable else dict(side)
        for side, default in zip((old, new), tags, strict=True)
    )
    found = difference(kind, before, after).changes
    return tuple(change for one in found for change in _told(kind, one, before, after))


def _told(
    kind: ResourceType, change: Found, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[PropertyChange, ...]:
    """The change with its values; one of a JSON document goes on within it."""
    default = kind.defaults.get(change.path)
    before, after = (_at(side, change.path, default) for side in (old, new))
    path = re.sub(r"^tagsAll\b", "tags", change.path)
    if _is_document(before) and _is_document(after):
        within = property_changes({path: before}, {path: after})
        return tuple(
            PropertyChange(path=one.path, before=one.before, after=one.after, replaces=change.replaces)
            for one in within
        )
    return (PropertyChange(path=path, before=before, after=after, replaces=change.replaces),)


def _at(value: Any, path: str, default: Any) -> Any:
    """What is at the path; keys may hold dots, as those of tags do. An input that is left out is its default."""
    if not path:
        return value
    if isinstance(value, list):
        index, rest = re.match(r"\[(\d+)\]\.?(.*)", path, re.DOTALL).groups()  # type: ignore[union-attr] # our own form
        return _at(value[int(index)], rest, default) if int(index) < len(value) else default
    if isinstance(value, Mapping):
        for key in value:
            if path == key or path.startswith((f"{key}.", f"{key}[")):
                return _at(value[key], path.removeprefix(key).removeprefix("."), default)
    return default


def _is_document(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(document(value), str)


def _other_origins(
    before: Node, after: Node, old: Mapping[str, Any], new: Mapping[str, Any], kind: ResourceType | None
) -> list[PropertyChange]:
    """What only the apply tells on both sides, and comes from somewhere else now."""
    return [
        PropertyChange(path=name, before=UNKNOWN, after=UNKNOWN, replaces=replaces(kind, name))
        for name in sorted(old.keys() & new.keys())
        if old[name] == new[name] == UNKNOWN
        and not ignores(after.options.get("ignoreChanges", ()), name)
        and before.property_dependencies.get(name) != after.property_dependencies.get(name)
    ]


def forced(node: Node, change: PropertyChange) -> PropertyChange:
    """The change with the program's `replaceOnChanges` heeded."""
    if change.replaces or not any(concerns(one, change.path) for one in node.options.get("replaceOnChanges", ())):
        return change
    return replace(change, replaces=True)
