"""Paths of properties as the engine reads them: `rules[0].status`, `tags["a.b"]`, `a[*].b` (Pulumi, "Property paths").

Source of what an ignored path does: `Reset` and `Contains` in sdk/go/common/resource/properties_path.go, and
`processIgnoreChanges` in pkg/resource/deploy/step_generator.go, of Pulumi 3.259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import zip_longest
from typing import Any

_EVERY = "*"
_PART = re.compile(r'\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\[(?P<every>\*)\]|\.?(?P<name>[^.\[\]]+)')


def parts(path: str) -> Iterator[str | int]:
    """Names and indexes of a path; what does not have the form is one name."""
    if "".join(found[0] for found in _PART.finditer(path)) != path:
        yield path
        return
    for found in _PART.finditer(path):
        if found["index"] is not None:
            yield int(found["index"])
        else:
            yield json.loads(found["quoted"]) if found["quoted"] else found["every"] or found["name"]


def concerns(wanted: str, path: str) -> bool:
    """Whether the two paths have a place in common, where `*` is any name or index."""
    for one, other in zip_longest(parts(wanted), parts(path)):
        if one is None or other is None:
            return True
        if _EVERY not in (one, other) and one != other:
            return False
    return True


def ignores(paths: Iterable[str], name: str) -> bool:
    """Whether one of these paths is the whole property of that name, and not only a place in it."""
    return any(list(parts(path)) in ([name], [_EVERY]) for path in paths)


def kept(old: Mapping[str, Any], new: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The new properties with the old values at these paths, as the engine puts them there for `ignoreChanges`.

    A path that goes through what only one side has, such as the second of two rules where there was one, is not
    ignored: there is nothing to put there.
    """
    found = deepcopy(dict(new))
    for path in paths:
        _reset(list(parts(path)), old, found)
    return found


def _reset(path: list[str | int], old: Any, new: Any) -> bool:
    """Changes what is in `new`; False where the path leads nowhere, and so does what is left of it elsewhere."""
    key, *rest = path
    if key == _EVERY:
        return _reset_every(rest, old, new)
    if isinstance(key, int):
        if not (isinstance(old, list) and isinstance(new, list)):
            return not isinstance(old, list) and not isinstance(new, list)
        if key >= len(old) or key >= len(new):
            return not rest and key >= len(old) and key >= len(new)
    elif not rest:
        return _reset_member(key, old, new)
    elif not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return not isinstance(old, Mapping) and not isinstance(new, Mapping)
    elif key not in new:
        return key not in old
    elif key not in old:
        return _reset(rest, None, new[key])
    if rest:
        return _reset(rest, old[key], new[key])
    new[key] = old[key]
    return True


def _reset_member(key: str, old: Any, new: Any) -> bool:
    if isinstance(old, Mapping) and key in old:
        if not isinstance(new, dict):
            return False
        new[key] = old[key]
    elif isinstance(new, dict):
        new.pop(key, None)
    return True


def _reset_every(rest: list[str | int], old: Any, new: Any) -> bool:
    if isinstance(old, Mapping) and isinstance(new, dict):
        if not rest:
            members = dict(old)
            new.clear()
            new.update(members)
            return True
        # Of all of them or of none: the engine stops at the first that is gone, in no order.
        return old.keys() <= new.keys() and all(_reset(rest, old[key], new[key]) for key in sorted(old))
    if isinstance(old, list) and isinstance(new, list):
        both = range(min(len(old), len(new)))
        if not rest:
            new[: len(both)] = old[: len(both)]
            return len(old) == len(new)
        return all(_reset(rest, old[index], new[index]) for index in both) and len(old) == len(new)
    return not rest and isinstance(new, dict | list)
