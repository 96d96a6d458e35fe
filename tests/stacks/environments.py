"""The real environments, and variations of them, for tests of the whole platform."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from infra.config import PlatformConfig
from infra.config_source import parse, read_raw

ROOT = Path(__file__).parent.parent.parent


def varied(env: str, /, **sections: dict[str, Any] | None) -> PlatformConfig:
    """The real configuration of `env` with keys of some sections set, merged in depth; None removes a section."""
    raw = copy.deepcopy(read_raw(ROOT, env))
    for name, values in sections.items():
        if values is None:
            raw.pop(name, None)
        else:
            _merge(raw.setdefault(name, {}), values)
    return parse(raw, source=f"varied {env}")


def _merge(target: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value
