"""The resources that `pulumi preview --json` leads to, as the controls read them.

Source: the engine's own output (pkg/display/json.go of Pulumi's CLI, version 3.259), as seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from changes.change import Change
from infra.errors import PlatformError
from rehearsal.graph import UNKNOWN, Graph, Node
from rehearsal.in_process import ROOT_TYPE
from rehearsal.wire import UNKNOWN as ENGINE_UNKNOWN

_GOES = {"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"}

_STAYS = {"same", "update"}


def read(file: Path, stack: str) -> Change:
    """What the preview in a file leads to: `after`, and whether that is all of the stack; the steps are not told.

    Raises PlatformError for what is no whole preview, or one of another stack, or one that failed.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        steps = list(found["steps"])
        summary = {str(op): int(count) for op, count in found["changeSummary"].items()}
        nodes = {step["urn"]: _node(step) for step in steps if step["op"] not in _GOES}
    except OSError as error:
        raise PlatformError(f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlatformError(
            f"{file} is no preview of a whole run ({type(error).__name__}: {error});"
            f" make it by `pulumi preview --json --show-sames --stack {stack}`"
        ) from None
    strangers = sorted({urn.split("::")[0].rpartition(":")[2] for urn in nodes} - {stack})
    if strangers:
        raise PlatformError(f"{file} is a preview of {strangers[0]}, not of {stack}; pass --env {strangers[0]}")
    told = sum(1 for step in steps if step["op"] == "same")
    after = Graph(tuple(nodes[urn] for urn in sorted(nodes) if nodes[urn].type != ROOT_TYPE))
    whole = told == summary.get("same", 0)
    return Change(stack=stack, origin=str(file), steps=(), before=Graph(()), after=after, whole=whole)


def _node(step: Mapping[str, Any]) -> Node:
    """What stays or is updated has its id and outputs in the old state alone: the new one is what the program asks."""
    state, old = step["newState"], step.get("oldState") or {}
    if step["op"] in _STAYS:
        state = {**state, "id": old.get("id"), "outputs": old.get("outputs")}
    urn = state["urn"]
    applied = state.get("id") not in (None, "", ENGINE_UNKNOWN)
    return Node(
        urn=urn,
        type=state["type"],
        name=urn.rpartition("::")[2],
        parent=state.get("parent"),
        inputs={key: _shown(value) for key, value in (state.get("inputs") or {}).items() if key != "__defaults"},
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={key: tuple(urns) for key, urns in (state.get("propertyDependencies") or {}).items()},
        protect=bool(state.get("protect", False)),
        custom=bool(state["custom"]),
        id=state["id"] if applied else None,
        outputs=_shown(state.get("outputs") or {}) if applied else None,
    )


def _shown(value: Any) -> Any:
    """The value with UNKNOWN where the engine has its marker; secrets it masks itself, as SECRET."""
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items() if key != "__defaults"}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, str) and ENGINE_UNKNOWN in value:
        return UNKNOWN
    return value
