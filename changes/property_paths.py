"""Paths of properties as the engine writes them: `rules[0].status`, `tags["a.b"]` (Pulumi, "Property paths")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.graph import SECRET, UNKNOWN

_PART = re.compile(r'\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\.?(?P<name>[^.\[\]]+)')


def parts(path: str) -> Iterator[str | int]:
    """Names and indexes of a path; what does not have the form is one name."""
    if "".join(found[0] for found in _PART.finditer(path)) != path:
        yield path
        return
    for found in _PART.finditer(path):
        if found["index"] is not None:
            yield int(found["index"])
        else:
            yield json.loads(found["quoted"]) if found["quoted"] else found["name"]


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path, None where there is none; within what is masked or not known yet, that mark."""
    value: Any = values
    for part in parts(path):
        if value in (SECRET, UNKNOWN):
            return value
        if isinstance(value, Mapping):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def is_within(path: str, root: str) -> bool:
    """Whether a path is another one, or goes on within it."""
    return path == root or path.startswith((f"{root}.", f"{root}["))
