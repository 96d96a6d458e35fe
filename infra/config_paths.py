"""Dotted paths of the configuration's keys (`server.fleet.min`), as the schema knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from infra.config import PlatformConfig
from infra.config_source import NAMESPACE

Path = tuple[str | int, ...]
_PART = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")


def known(model: type[BaseModel] = PlatformConfig, within: str = "") -> Iterator[str]:
    """The paths of all keys, sections first."""
    for name, field in model.model_fields.items():
        path = f"{within}{name}"
        yield path
        if (inner := model_of(field.annotation)) is not None:
            yield from known(inner, f"{path}.")


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, itself, or none, or in a list; None where it holds plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := model_of(one)) is not None), None)


def parsed(text: str) -> Path:
    """The parts of a dotted path; `accepted[0].id` and `accepted.0.id` are the same. Empty for what is no path."""
    bare = text.removeprefix(f"{NAMESPACE}:")
    if "".join(found[0] for found in re.finditer(_PART, bare)) != bare:
        return ()
    parts = [found[1] or found[2] for found in _PART.finditer(bare)]
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def shown(path: Path) -> str:
    """The path as people write it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def is_known(path: Path) -> bool:
    """Whether the schema has a key there; below a mapping of any names (`database.parameters`) all are known."""
    model: type[BaseModel] | None = PlatformConfig
    annotation: Any = None
    for part in path:
        if isinstance(part, int):
            if not (annotation and "tuple" in str(annotation)):
                return False
        elif model is None:
            return bool(annotation) and "dict" in str(annotation)
        elif part not in model.model_fields:
            return False
        else:
            annotation = model.model_fields[part].annotation
            model = model_of(annotation)
    return bool(path)


def nearest(text: str) -> str | None:
    """The key that somebody may have meant."""
    paths = list(known())
    last = text.rpartition(".")[2]
    ends = [path for path in paths if path.rpartition(".")[2] == last]
    return next(iter(ends or get_close_matches(text, paths, n=1, cutoff=0.6)), None)


def order(path: Path) -> Sequence[str]:
    """The names of the keys of the mapping at a path of the YAML's `config`, in the schema's order."""
    model: type[BaseModel] | None = PlatformConfig
    if not path:
        return [f"{NAMESPACE}:{name}" for name in PlatformConfig.model_fields]
    for part in path:
        name = str(part).removeprefix(f"{NAMESPACE}:")
        if model is not None and not isinstance(part, int):
            field = model.model_fields.get(name)
            model = model_of(field.annotation) if field else None
    return list(model.model_fields) if model is not None else []
