"""One report as a text, in the form that is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the command line reads the formats from here, and its help is to be quick
    from changes.change import Verdict
    from reports.cost import Costs


UNBROKEN: Final = 1000  # columns of what has no width of its own


class Format(StrEnum):
    """How a change is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


def rendered(
    verdicts: Sequence[Verdict], format: Format, *, guard: bool, verbose: bool = False, costs: Costs | None = None
) -> str:
    """The verdicts in that form; ends with a line's end.

    `guard` says whether a refusal counts, `verbose` lists in the text what is otherwise grouped or folded; `costs` are
    told as well where they are given.
    """
    if format is Format.JSON:
        from reports.as_json import as_json

        return json.dumps(as_json(verdicts, costs), indent=2, ensure_ascii=False) + "\n"
    if format is Format.MARKDOWN:
        from reports.as_markdown import markdown

        return markdown(verdicts, costs)
    if format is Format.HTML:
        from reports.as_html import page

        return page(verdicts, costs)
    return text(verdicts, guard=guard, verbose=verbose, costs=costs)


def text(
    verdicts: Sequence[Verdict],
    *,
    guard: bool,
    verbose: bool = False,
    width: int | None = None,
    costs: Costs | None = None,
) -> str:
    """What the terminal shows, without colours, in lines of at most `width` characters where they can be broken."""
    from rich.console import Console

    from reports.as_text import show

    file = StringIO()
    console = Console(file=file, width=width or UNBROKEN, color_system=None)
    show(verdicts, guard=guard, verbose=verbose, console=console, costs=costs)
    return file.getvalue()
