"""One rule of what a change of properties means, and how the rules read values that may not be known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from changes.change import Risk, Step
from controls.inputs import peek
from rehearsal.graph import SECRET, UNKNOWN, Node

DATABASE = frozenset({"aws:rds/instance:Instance", "aws:rds/cluster:Cluster"})
DISTRIBUTION = frozenset({"aws:cloudfront/distribution:Distribution"})
OPEN = (UNKNOWN, SECRET)  # values that may be anything
EMPTY: tuple[Any, ...] = (None, "", [], {})  # what AWS, programs and states write for nothing


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What `check` looks for in a step, and how grave it is.

    `types` are those that it reads, empty for all; `check` gives what happens in plain words, None where it does not;
    rules also speak of what the step opens and of the switches that it throws, which are found for all of them at once
    (changes/opened.py), and those without a check of that alone.
    `properties` are the paths that bring it about. `guarded` ones wait for an acknowledgement. `title` says for the
    documentation what the rule finds.
    """

    id: str
    title: str
    risk: Risk
    types: frozenset[str]
    properties: tuple[str, ...]
    check: Callable[[Step], str | None] | None
    remedy: str
    guarded: bool = True

    def reads(self, step: Step) -> bool:
        """Whether the step's resource is of the rule's types."""
        return not self.types or step.node.type in self.types


def sides(step: Step, path: str, default: Any = None) -> tuple[Any, Any]:
    """The property before and after, `default` where it is unset; before is None for what is new."""
    old = None if step.before is None else _or(peek(step.before, path), default)
    new = None if step.after is None else _or(peek(step.after, path), default)
    return old, new


def turned_off(step: Step, path: str, *, default: bool = False) -> bool:
    """Whether a flag that was set, or may have been, may not be set any more."""
    old, new = sides(step, path, default)
    return step.after is not None and (_true(old) or old in OPEN) and not _true(new) and old != new


def turned_on(step: Step, path: str, *, default: bool = False) -> bool:
    """Whether a flag that was not set, or of something that was not there, may be set now."""
    old, new = sides(step, path, default)
    return step.after is not None and not _true(old) and (_true(new) or new in OPEN) and old != new


def lowered(step: Step, path: str, default: float | None = None) -> tuple[Any, Any] | None:
    """The number before and after where it got, or may have got, smaller."""
    old, new = sides(step, path, default)
    before, after = number(old), number(new)
    if step.after is None or old == new:
        return None
    if old in OPEN and after is not None:
        return old, new
    if before is None:
        return None
    return (old, new) if new in OPEN or (after is not None and after < before) else None


def number(value: Any) -> float | None:
    """The value as a number; None where it is none."""
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return None


def changed(step: Step, path: str) -> tuple[Any, Any] | None:
    """The value before and after, where both are there and differ."""
    old, new = sides(step, path)
    return (old, new) if step.before and step.after and old is not None and old != new else None


def each_block(node: Node, path: str) -> Iterator[Any]:
    """The blocks of a list, or the one block; nothing of what is not known."""
    found = peek(node, path)
    if isinstance(found, list | tuple):
        yield from found
    elif found is not None:
        yield found


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _true(value: Any) -> bool:
    return value in (True, "true", "Enabled", "enabled")
