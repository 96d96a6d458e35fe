"""Texts that a terminal only prints, and short ones."""

from __future__ import annotations

import re
from typing import Final

MOST = 160  # characters of one shown value
_ONE_LINE = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# C0 and C1 controls, bidirectional and invisible signs, line separators, tags, and halves of surrogate pairs.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_MULTILINE: Final = frozenset("\n\t")


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
