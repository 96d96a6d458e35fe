"""Text in a picture: how wide it is in whatever font the reader has, shortening, and escaping."""

from __future__ import annotations

import re
import unicodedata
from xml.sax.saxutils import escape as escape_markup

_NARROW, _SLIM, _BROAD = set("ijl.,:;'|! ()[]"), set('frtI-/\\"'), set("mwMW@%&_")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels, rather too many: near DejaVu Sans, the broadest of the usual system fonts."""
    return sum(_em(one) for one in text) * size * (1.1 if bold else 1.0)


def _em(one: str) -> float:
    if one in _NARROW:
        return 0.35
    if one in _SLIM:
        return 0.42
    if one in _BROAD:
        return 0.98
    if unicodedata.east_asian_width(one) in "WF" or not one.isascii():
        return 1.05
    return 0.72 if one.isupper() else 0.63


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, or its beginning and an ellipsis, within `room` pixels."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text + "…"


def escape(text: str) -> str:
    """Text for an element or an attribute; characters that XML cannot hold become U+FFFD."""
    return escape_markup(_ILLEGAL.sub("\ufffd", text), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
