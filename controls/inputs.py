"""Reading a resource's inputs without taking an unknown value for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.graph import SECRET, UNKNOWN, Node


class UndecidedError(Exception):
    """The graph does not hold what a check must know; the message says which value is missing and why."""


def peek(node: Node, path: str) -> Any:
    """The input at a dotted camelCase path (`metadataOptions.httpTokens`); None where it is unset.

    UNKNOWN stays UNKNOWN, also where it stands for a whole branch of the path.
    """
    found: Any = node.inputs
    for key in path.split("."):
        if found == UNKNOWN:
            return UNKNOWN
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def value(node: Node, path: str, default: Any = None) -> Any:
    """As `peek`, with a default for what is unset; raises UndecidedError where the plan leaves the value open."""
    return known(peek(node, path), f"{path} of {node.name}", default)


def known(found: Any, what: str, default: Any = None) -> Any:
    """`found`, or `default` where it is None; raises UndecidedError for an unknown or a secret value."""
    if found == UNKNOWN:
        raise UndecidedError(f"{what} is known only once the plan is applied")
    if found == SECRET:
        raise UndecidedError(f"{what} is a secret, so it cannot be checked")
    return default if found is None else found


def rows(node: Node, path: str) -> list[Mapping[str, Any]]:
    """The blocks listed at a path, none where it is unset; raises UndecidedError for unknown ones."""
    found = value(node, path, [])
    blocks = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [found]
    return [known(block, f"a part of {path} of {node.name}", {}) for block in blocks]


def texts(node: Node, path: str) -> list[str]:
    """The strings listed at a path, none where it is unset; raises UndecidedError for unknown ones."""
    return [str(known(item, f"a part of {path} of {node.name}")) for item in value(node, path, [])]


def block(row: Mapping[str, Any], key: str, node: Node) -> Mapping[str, Any]:
    """The block under a key of a block, empty where it is unset; raises UndecidedError for an unknown one."""
    found: Mapping[str, Any] = known(row.get(key), f"{key} of {node.name}", {})
    return found


def is_true(found: Any) -> bool:
    """Whether a flag is set: true, or "true" where the provider's type is a string; raises UndecidedError."""
    return known(found, "a flag that the control reads") in (True, "true")
