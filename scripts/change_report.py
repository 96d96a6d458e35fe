"""One report in the form that is asked for, to the terminal or to a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line reads the formats from here, and its help is to be quick
    from changes.change import Verdict


class Format(StrEnum):
    """How a change is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


def render(
    verdicts: Sequence[Verdict], format: Format, out: Path | None, *, guard: bool, verbose: bool = False
) -> None:
    """Writes the verdicts to the file `out`, whole or not at all, or to standard output; raises PlatformError.

    `guard` says whether a refusal counts, `verbose` lists in the text what is otherwise grouped or folded.
    """
    if format is Format.TEXT and out is None:
        from scripts.change_text import show

        show(verdicts, guard=guard, verbose=verbose)
        return
    from scripts.terminal import write

    write(out, rendered(verdicts, format, guard=guard, verbose=verbose))


def rendered(verdicts: Sequence[Verdict], format: Format, *, guard: bool, verbose: bool = False) -> str:
    """The same as a text, which ends with a line's end."""
    if format is Format.JSON:
        from scripts.change_json import as_json

        return json.dumps(as_json(verdicts), indent=2, ensure_ascii=False) + "\n"
    if format is Format.MARKDOWN:
        from scripts.change_markdown import markdown

        return markdown(verdicts)
    if format is Format.HTML:
        from scripts.change_html import page

        return page(verdicts)
    return text(verdicts, guard=guard, verbose=verbose)


def text(verdicts: Sequence[Verdict], *, guard: bool, verbose: bool = False, width: int | None = None) -> str:
    """What the terminal shows, without colours, in lines of at most `width` characters where they can be broken."""
    from rich.console import Console

    from scripts.change_text import show
    from scripts.terminal import NO_TERMINAL_WIDTH

    file = StringIO()
    console = Console(file=file, width=width or NO_TERMINAL_WIDTH, color_system=None)
    show(verdicts, guard=guard, verbose=verbose, console=console)
    return file.getvalue()
