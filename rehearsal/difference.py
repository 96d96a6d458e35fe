"""What is different between two sets of a resource's inputs, and what the difference does to the resource.

Facts about each type come from its table entry (rehearsal/resource.py); the rules here are those of Pulumi's bridge to
the AWS provider: a property that is left out equals AWS's default, lists that are sets have no order, policies are
compared as JSON, and a change that cannot be known before the apply counts as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.resource import Inputs, ResourceType, Spec

OWN = ("__defaults", "tagsAll")  # written by the provider itself; tagsAll follows from tags and default tags
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property that differs: its path as Pulumi shows it (`rules[0].status`), and how it came about."""

    path: str
    kind: str  # add, delete or update
    replaces: bool


@dataclass(frozen=True, kw_only=True)
class Difference:
    """All changes of one resource, in the order of their paths."""

    changes: tuple[Change, ...]
    delete_before_replace: bool

    @property
    def replaces(self) -> tuple[str, ...]:
        """Top-level names of the properties whose change replaces the resource."""
        return tuple(sorted({top_level(change.path) for change in self.changes if change.replaces}))


def difference(kind: ResourceType, old: Inputs, new: Inputs) -> Difference:
    """Compares checked inputs, old and new; tags are compared with the default tags in them."""
    changes = tuple(
        Change(path=path, kind=how, replaces=_replaces(kind, path, how))
        for name in sorted((old.keys() | new.keys()) - {*OWN, *(("tags",) if kind.taggable else ())})
        for path, how in _compare(kind, name, old.get(name), new.get(name))
    )
    tags = tuple(
        Change(path=path, kind=how, replaces="tags" in kind.replace_on)
        for path, how in _compare(kind, "tagsAll", old.get("tagsAll") or {}, new.get("tagsAll") or {})
    )
    found = changes + tags
    return Difference(
        changes=found,
        delete_before_replace=any(change.replaces for change in found) and _name_collides(kind, old, new),
    )


def as_written(declared: Spec | None, held: Any, old: Any) -> Any:
    """What AWS holds, cut to what the program speaks of: of nested objects only the members that it sets."""
    if declared is None or held is None or not old:
        return held
    if isinstance(held, list):
        spoken = _joined(old if isinstance(old, list) else [])
        return [as_written(declared, item, spoken) for item in held]
    if isinstance(held, Mapping) and isinstance(old, Mapping):
        return {name: as_written(declared.get(name), held[name], old[name]) for name in old if name in held}
    return held


def _joined(values: list[Any]) -> Any:
    """One value that has all members that any of these has, at any depth: what a list's items speak of."""
    if values and all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    mappings = [value for value in values if isinstance(value, Mapping)]
    names = sorted({name for one in mappings for name in one})
    return {name: _joined([one[name] for one in mappings if name in one]) for name in names}


def _compare(kind: ResourceType, path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    return _unequal(kind, path, _canonical(kind, path, old), _canonical(kind, path, new))


def _unequal(kind: ResourceType, path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _unequal(kind, f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and _INDEX.sub("", path) not in kind.unordered:
        for index in range(max(len(old), len(new))):
            before, after = (one[index] if index < len(one) else None for one in (old, new))
            yield from _unequal(kind, f"{path}[{index}]", before, after)
    else:
        yield path, "add" if old is None else "delete" if new is None else "update"


def _canonical(kind: ResourceType, path: str, value: Any) -> Any:
    """The value in the one form of all that mean the same to AWS, at any depth.

    Nothing at all is a default, and nothing else; order is kept only where it counts. A nested empty object does mean
    something (`overrideAction: {none: {}}`).
    """
    if path in kind.spelled and value is not None:
        value = kind.spelled[path](value)
    if value is None:
        return _canonical(kind, path, kind.defaults[path]) if kind.defaults.get(path) else None
    if value in ("", [], False) or (value == {} and "." not in path):
        return None
    if isinstance(value, Mapping):
        within = {name.removeprefix(f"{path}.") for name in kind.defaults if name.startswith(f"{path}.")}
        names = [*value, *sorted(name for name in within if "." not in name and name not in value)]
        members = {name: _canonical(kind, f"{path}.{name}", value.get(name)) for name in names}
        return {name: item for name, item in members.items() if item is not None}
    if isinstance(value, list):
        items = [_canonical(kind, path, item) for item in value]
        return sorted(items, key=_as_text) if path in kind.unordered else items
    return _document(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _document(text: str) -> str:
    """JSON text in one form: in an IAM policy one value and a list of one are the same, and lists have no order."""
    try:
        return _as_text(_policy(json.loads(text)))
    except ValueError:
        return text


def _policy(value: Any) -> Any:
    if isinstance(value, dict):
        if "Statement" in value:
            return {key: _policy(item) for key, item in value.items() if key != "Statement"} | {
                "Statement": [_statement(item) for item in _list(value["Statement"])]
            }
        return {key: _policy(item) for key, item in value.items()}
    return [_policy(item) for item in value] if isinstance(value, list) else value


def _statement(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _statement(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_statement(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _replaces(kind: ResourceType, path: str, how: str) -> bool:
    """Whether the table says so for the path or what it is in, or does not know the property at all."""
    if path in kind.alternatives and how != "update":
        return True
    declared = _INDEX.sub("", path)
    if any(declared == name or declared.startswith(f"{name}.") for name in kind.replace_on):
        return True
    return top_level(path) not in kind.in_place


def top_level(path: str) -> str:
    """Name of the property that a path is in: `rules` of `rules[0].status`."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _name_collides(kind: ResourceType, old: Inputs, new: Inputs) -> bool:
    """Whether the replacement would take the name of what it replaces: its name was given, and stays."""
    if kind.auto_name is None:
        return False
    return kind.auto_name not in new.get("__defaults", ()) and old.get(kind.auto_name) == new.get(kind.auto_name)
