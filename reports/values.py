"""Values of a change as people may see them: secrets masked, nothing that steers a terminal, and what differs alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from changes.change import PropertyChange
from rehearsal.graph import SECRET, UNKNOWN, Node
from rehearsal.wire import SIGNATURE
from reports.secret_names import holds_secret, is_secret_name, masked_text

MOST = 160  # characters of one shown value
CONTEXT = 24  # characters shown around the part of a text that differs
MANY = 4  # items of a list that are shown
DEEPEST = 40  # levels into a value
_ONE_LINE = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# C0 and C1 controls, bidirectional and invisible signs, line separators, tags, and halves of surrogate pairs.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_MULTILINE: Final = frozenset("\n\t")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One property as one line: `before` and `after` are short, without a secret; `output` as PropertyChange has it."""

    path: str
    before: str
    after: str
    replaces: bool
    output: bool = False


def safe(text: str) -> str:
    """The text in one line, with `?` for every character that a terminal obeys or nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(lambda found: _ONE_LINE.get(found[0], "?"), text)


def safe_lines(text: str) -> str:
    """The same for machines: line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(lambda found: found[0] if found[0] in _MULTILINE else "?", text)


def cut(text: str, most: int = MOST) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def shown(change: PropertyChange, node: Node) -> Shown:
    """A property of the resource `node`, of whose lists and texts only what differs is told."""
    before, after = masked(change, node)
    old, new = _differing(before, after) if before != after else (words(before), words(after))
    new = f"{new}, another" if old == new else new
    return Shown(
        path=cut(safe(change.path)), before=cut(old), after=cut(new), replaces=change.replaces, output=change.output
    )


def masked(change: PropertyChange, node: Node) -> tuple[Any, Any]:
    """Both values with SECRET wherever one of them, its name or its resource says that it is one."""
    secret = holds_secret(change.path, node)
    before, after = (_masked(value, secret=secret) for value in (change.before, change.after))
    return before, after


def masked_value(value: Any) -> Any:
    """A value of the YAML, masked by its form and by the names within it; the schema's own keys name secrets only."""
    return _masked(value, secret=False)


def _masked(value: Any, *, secret: bool, depth: int = 0) -> Any:
    if value is None or isinstance(value, bool) or value in ("", SECRET, UNKNOWN):
        return value
    if secret or depth > DEEPEST:
        return SECRET
    if isinstance(value, Mapping):
        named = _is_named_secret(value)
        return {
            safe_lines(str(key)): _masked(item, secret=_is_secret(str(key), named=named), depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(item, secret=False, depth=depth + 1) for item in value]
    return value if isinstance(value, int | float) else _text(str(value), depth)


def _is_secret(name: str, *, named: bool) -> bool:
    return is_secret_name(name) or name == "secure" or (named and name.lower() == "value")


def _is_named_secret(block: Mapping[Any, Any]) -> bool:
    """`{name: X-Origin-Secret, value: …}`, and Pulumi's own form of a secret value."""
    names = [value for key, value in block.items() if str(key).lower() in ("name", "key", "headername")]
    return any(isinstance(name, str) and is_secret_name(name) for name in names) or SIGNATURE in block


def _text(text: str, depth: int) -> str:
    if text[:1] in ("{", "["):
        try:
            held = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            inner = _masked(held, secret=False, depth=depth + 1)
            return safe_lines(text) if inner == held else json.dumps(inner, ensure_ascii=False)
    return safe_lines(masked_text(text))


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
