"""Values of a change as people may see them: secrets masked, nothing that steers a terminal, and what differs alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from changes.change import PropertyChange, Step
from rehearsal.graph import SECRET, UNKNOWN
from reports.masking import masked
from reports.safe_text import MOST, cut, safe

CONTEXT = 24  # characters shown around the part of a text that differs
MANY = 4  # items of a list that are shown


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One property as one line: `before` and `after` are short, without a secret; `output` as PropertyChange has it."""

    path: str
    before: str
    after: str
    replaces: bool
    output: bool = False


def shown(change: PropertyChange, step: Step) -> Shown:
    """A property of the step's resource, of whose lists and texts only what differs is told."""
    before, after = masked(change, step)
    old, new = _differing(before, after) if before != after else (words(before), words(after))
    new = f"{new}, another" if old == new else new
    return Shown(
        path=cut(safe(change.path)), before=cut(old), after=cut(new), replaces=change.replaces, output=change.output
    )


def _differing(before: Any, after: Any) -> tuple[str, str]:
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return _lists(before, after)
    old, new = words(before), words(after)
    return _apart(old, new) if before is not None and after is not None else (old, new)


def words(value: Any) -> str:
    """A value as one line: text bare, everything else as JSON."""
    if value is None:
        return "not set"
    if value == UNKNOWN:
        return "known after the apply"
    if value == SECRET:
        return SECRET
    return safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _lists(before: Sequence[Any], after: Sequence[Any]) -> tuple[str, str]:
    """What one list has and the other has not; items that both have are counted."""
    old, new = (Counter(words(item) for item in items) for items in (before, after))
    both = sum((old & new).values())
    if old == new:
        return "the same items", "in another order"
    gone, come = list((old - new).elements()), list((new - old).elements())
    if len(gone) == len(come):
        pairs = [_apart(one, other) for one, other in zip(gone, come, strict=True)]
        gone, come = [one for one, _ in pairs], [other for _, other in pairs]
    return _items(gone, both), _items(come, both)


def _items(found: Sequence[str], both: int) -> str:
    room = MOST // min(max(len(found), 1), MANY) - 2
    parts = [cut(item, max(room, CONTEXT)) for item in found[:MANY]]
    parts += [f"{len(found) - MANY} more"] if len(found) > MANY else []
    parts += [f"({both} the same)"] if both else []
    return ", ".join(parts) or "none"


def _apart(before: str, after: str) -> tuple[str, str]:
    """Two long texts around the place where they differ, from word to word."""
    if max(len(before), len(after)) <= MOST // 2:
        return before, after
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    start = max(start - CONTEXT, 0)
    end = max(end - CONTEXT, 0)
    return _part(before, start, end), _part(after, start, end)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _part(text: str, start: int, end: int) -> str:
    middle = text[start : len(text) - end]
    if len(middle) > MOST - 2:
        half = MOST // 2 - 2
        middle = f"{middle[:half]}…{middle[-half:]}"
    return f"{'…' if start else ''}{middle}{'…' if end else ''}"
