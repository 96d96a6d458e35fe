"""Which of two conditions of a policy lets more requests through.

Source: IAM User Guide, "Condition" and "Conditions with multiple keys or values": all keys must hold, of each key one
value is enough, but for negated operators none of them may fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rehearsal.policy_documents import listed

_ANY_VALUE = ("string", "arn", "ipaddress", "bool", "binary")  # operators of which one value is enough
_NEGATED = ("stringnot", "arnnot", "notipaddress")


def written(condition: Any, *, empty_counts: bool = False) -> str:
    """The condition in one form as JSON; empty for none.

    A key without values compares nothing. It is left out, as the worse reading of an Allow; where `empty_counts`, as
    for a Deny, it stays, since such a Deny may never hold.
    """
    held = {
        str(operator): {
            str(key): sorted(map(str, listed(values))) for key, values in keys.items() if empty_counts or listed(values)
        }
        for operator, keys in (condition or {}).items()
    }
    kept = {operator: keys for operator, keys in held.items() if keys}
    return json.dumps(kept, sort_keys=True) if kept else ""


def as_wide(one: str, other: str) -> bool:
    """Whether all that the other condition lets through passes this one too, as far as their texts show."""
    wide, narrow = _parts(one), _parts(other)
    return all(part in narrow and _holds(part[0], values, narrow[part]) for part, values in wide.items())


@lru_cache(maxsize=1024)  # the same few conditions are compared for each action and resource
def _parts(condition: str) -> dict[tuple[str, str], frozenset[str]]:
    held: Mapping[str, Mapping[str, list[str]]] = json.loads(condition) if condition else {}
    return {
        (operator.lower(), key.lower()): frozenset(values)
        for operator, keys in held.items()
        for key, values in keys.items()
    }


def _holds(operator: str, wide: frozenset[str], narrow: frozenset[str]) -> bool:
    if wide == narrow:
        return True
    plain = operator.rpartition(":")[2]
    if plain.startswith(_NEGATED):
        return wide <= narrow
    return plain.startswith(_ANY_VALUE) and operator == plain and narrow <= wide
