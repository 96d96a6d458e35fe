"""`diceytech drift`: what AWS holds that Pulumi's state does not say, found by the engine's own refresh, unapplied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scripts.pulumi_cli import pulumi_json
from scripts.stack import Stack
from scripts.terminal import out

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"  # marks a secret: Pulumi, "Property value wire format"
SHOWN: Final = 120  # characters of a value


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property: its path, what the state says and what AWS holds."""

    path: str
    state: Any
    held: Any


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One resource that is not as the state says; `gone` when it is not there at all."""

    urn: str
    type: str
    name: str
    gone: bool
    changes: tuple[Change, ...] = ()


def find(stack: Stack) -> list[Drift]:
    """Every resource that drifted, in the order of their URNs; raises PulumiError."""
    told = pulumi_json(stack, "refresh", "--preview-only")
    found = [drift for step in told.get("steps", []) if (drift := of_step(step)) is not None]
    return sorted(found, key=lambda one: one.urn)


def of_step(step: Mapping[str, Any]) -> Drift | None:
    """The drift in one step of a refresh; None where there is none."""
    old, new, urn = step.get("oldState"), step.get("newState"), str(step["urn"])
    if not old or step["op"] not in ("refresh", "delete", "update"):
        return None
    kind, name = urn.split("::")[2].split("$")[-1], urn.rpartition("::")[2]
    if not new:
        return Drift(urn=urn, type=kind, name=name, gone=True)
    changes = tuple(_compare("", _held(old), _held(new)))
    return Drift(urn=urn, type=kind, name=name, gone=False, changes=changes) if changes else None


def as_json(found: list[Drift]) -> dict[str, Any]:
    """For machines."""
    return {
        "drifted": [
            {
                "urn": one.urn,
                "type": one.type,
                "name": one.name,
                "gone": one.gone,
                "changes": [{"path": each.path, "state": each.state, "held": each.held} for each in one.changes],
            }
            for one in found
        ]
    }


def show(found: list[Drift], stack: Stack) -> None:
    """For people."""
    if not found:
        out.print(f"{stack.name}: AWS holds what the state says")
        return
    for one in found:
        out.print(f"{one.name} ({one.type}){' is gone' if one.gone else ''}", markup=False)
        for change in one.changes:
            out.print(f"  {change.path}: {_shown(change.state)} -> {_shown(change.held)}", markup=False)
    count = f"{len(found)} resource{'s' if len(found) > 1 else ''}"
    out.print(f"\n{stack.name}: {count} changed outside of Pulumi", markup=False)
    out.print(f"  pulumi up {stack.words} --refresh   puts back what the YAML says", markup=False)
    out.print(f"  pulumi refresh {stack.words}        takes AWS's values into the state", markup=False)


def _held(state: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**(state.get("inputs") or {}), **(state.get("outputs") or {})}
    return {name: value for name, value in merged.items() if not name.startswith("__")}


def _compare(path: str, old: Any, new: Any) -> Iterator[Change]:
    old, new = _plain(old), _plain(new)
    if old == new or (old in (None, "", [], {}) and new in (None, "", [], {})):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _compare(f"{path}.{key}" if path else key, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _compare(f"{path}[{index}]", *pair)
    else:
        yield Change(path=path, state=old, held=new)


def _plain(value: Any) -> Any:
    """JSON text as its meaning, and nothing of a secret but that it is one."""
    if isinstance(value, Mapping) and SIGNATURE in value:
        return "[secret]"
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
