"""Text of others in GitHub's Markdown: it mentions nobody, links nowhere, and ends nothing that it stands in."""

from __future__ import annotations

import re

from reports.safe_text import MOST, cut, safe

JOINER = "\u2060"  # shows nothing, and stands between `@` and the name that would be mentioned
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&|~!$#@]|:(?=//)")
_STARTS_LINK = re.compile(r"@|#|://|\bwww(?=\.)|\bgh(?=-\d)", re.IGNORECASE)


def code(text: str, most: int = MOST, *, table: bool = False) -> str:
    """The text as a code span, shortened to `most` characters; in a table its pipes are escaped."""
    shown = cut(safe(text), most)
    if not shown.strip():
        return "(empty)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown.replace('|', chr(92) + '|') if table else shown}{space}{fence}"


def prose(text: str) -> str:
    """The text as text, in one line."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", _STARTS_LINK.sub(lambda found: f"{found[0]}{JOINER}", safe(text)))


def length(text: str) -> int:
    """Characters as GitHub may count them: in UTF-16."""
    return len(text.encode("utf-16-le")) // 2
