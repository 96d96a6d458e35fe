"""Values as the engine writes them into previews, plans and states, as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from changes.property_changes import INTERNAL
from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.wire import SIGNATURE
from rehearsal.wire import UNKNOWN as ENGINE_UNKNOWN


def shown(value: Any) -> Any:
    """UNKNOWN where the engine has its marker, SECRET for whatever is signed: a secret, in clear or encrypted.

    Assets are signed too and are masked with them; the platform has none.
    """
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return SECRET
        return {str(key): shown(item) for key, item in value.items() if not str(key).startswith(INTERNAL)}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, str) and ENGINE_UNKNOWN in value:
        return UNKNOWN
    return value


def properties(value: Any) -> dict[str, Any]:
    """The same of a resource's inputs or outputs; none where there are none."""
    found: dict[str, Any] = shown(value) if isinstance(value, Mapping) and SIGNATURE not in value else {}
    return found
