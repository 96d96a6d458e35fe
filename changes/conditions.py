"""Which of two conditions of a policy lets more requests through.

Source: IAM User Guide, "Condition" and "Conditions with multiple keys or values": all keys must hold, of each key one
value is enough, but for negated operators none of them may fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from changes.wildcards import covers
from rehearsal.policy_documents import listed

_ANY_VALUE = ("string", "arn", "ipaddress", "bool", "binary")  # operators of which one value is enough
_NEGATED = ("stringnot", "arnnot", "notipaddress")
_LIMITS = ("numericlessthan", "numericgreaterthan", "datelessthan", "dategreaterthan")
_LIKE, _IF_EXISTS = "stringlike", "ifexists"  # the second at an operator's end: it holds where the key is not there


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
    return all(
        any(_holds(operator, values, narrow[each, key]) for each in _narrower(operator) if (each, key) in narrow)
        for (operator, key), values in wide.items()
    )


@lru_cache(maxsize=1024)  # the same few conditions are compared for each action and resource
def _parts(condition: str) -> dict[tuple[str, str], frozenset[str]]:
    held: Mapping[str, Mapping[str, list[str]]] = json.loads(condition) if condition else {}
    return {
        (operator.lower(), key.lower()): frozenset(values)
        for operator, keys in held.items()
        for key, values in keys.items()
    }


def _narrower(operator: str) -> Iterator[str]:
    """The operators of which this one lets through as much at least, for the same values."""
    plain = operator.removesuffix(_IF_EXISTS)
    for suffix in dict.fromkeys((operator.removeprefix(plain), "")):
        yield plain + suffix
        if plain == _LIKE:
            yield "stringequals" + suffix


def _holds(operator: str, wide: frozenset[str], narrow: frozenset[str]) -> bool:
    if wide == narrow:
        return True
    plain = operator.rpartition(":")[2].removesuffix(_IF_EXISTS)
    if plain.startswith(_NEGATED):
        return wide <= narrow
    one_is_enough = plain.startswith((*_ANY_VALUE, *_LIMITS)) and ":" not in operator
    return one_is_enough and all(any(_takes(plain, each, one) for each in wide) for one in narrow)


def _takes(operator: str, wide: str, narrow: str) -> bool:
    """Whether what fits the narrow value fits the wide one; a wildcard within a policy variable is none."""
    if operator.startswith(_LIMITS):
        limit, other = _amount(wide), _amount(narrow)
        low, high = (other, limit) if "lessthan" in operator else (limit, other)
        return wide == narrow or (low is not None and high is not None and low <= high)
    if operator == "ipaddress":
        return wide == narrow or _within(narrow, wide)
    return wide == narrow or (operator == _LIKE and "${" not in wide and covers(wide, narrow))


def _amount(value: str) -> float | None:
    """A number or a date as one that can be compared."""
    try:
        return float(value)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _within(narrow: str, wide: str) -> bool:
    try:
        inner, outer = ip_network(narrow, strict=False), ip_network(wide, strict=False)
    except ValueError:
        return False
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)
