"""What is at the path of a property, and which path is in which; rehearsal/property_paths.py takes them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.property_paths import parts


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
