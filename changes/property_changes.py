"""Which properties differ between two sets of inputs, strictly: what differs and means nothing is folded later.

Paths are as Pulumi shows them (`rules[0].status`). Where both sides are JSON documents, as policies are, the path goes
on within them (`policy.Statement[0].Action`), so that a reader is shown the words that differ and not two documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from changes.change import PropertyChange

INTERNAL = "__"  # of the provider's own notes, such as `__defaults`


def property_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PropertyChange, ...]:
    """All that differs, in the order of the paths; `replaces` is for whoever knows the type to say."""
    names = sorted(name for name in before.keys() | after.keys() if not name.startswith(INTERNAL))
    return tuple(change for name in names for change in _compare(name, before.get(name), after.get(name)))


def _compare(path: str, before: Any, after: Any) -> Iterator[PropertyChange]:
    if before == after:
        return
    old, new = document(before), document(after)
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old != new:
        for key in sorted(old.keys() | new.keys(), key=str):
            yield from _compare(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and old != new:
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _compare(f"{path}[{index}]", one, other)
    else:
        yield PropertyChange(path=path, before=before, after=after)


def document(value: Any) -> Any:
    """What a JSON text holds; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
