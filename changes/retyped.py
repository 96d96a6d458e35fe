"""A resource that an alias makes one of another type: what is there goes, whatever the name in the program says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from changes.change import PropertyChange
from rehearsal.graph import Node

# Modules that the provider has called otherwise, and by which it still knows what was made: the SDK's own aliases.
_BALANCERS: Final = frozenset({"alb", "applicationloadbalancing", "elasticloadbalancingv2", "lb"})


def retyped(before: Node, after: Node) -> Iterator[PropertyChange]:
    """The other type as a change that replaces; nothing where the provider only calls the same type otherwise."""
    if before.type != after.type and _known(before.type) != _known(after.type):
        yield PropertyChange(path="resourceType", before=before.type, after=after.type, replaces=True)


def _known(type_: str) -> tuple[str, str]:
    """The module, and the name without the `V2` that the provider's types of S3 had once."""
    module, _, name = type_.removeprefix("aws:").partition("/")
    return "lb" if module in _BALANCERS else module, name.rpartition(":")[2].removesuffix("V2")
