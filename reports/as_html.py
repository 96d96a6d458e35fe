"""Verdicts as one HTML file: the platform's drawing with the change in it, and what is said of each resource.

It loads nothing and runs no script; its Content-Security-Policy allows its own style sheet and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from changes.acknowledgements import FILE
from changes.change import DONE, Verdict
from infra.templates import TEMPLATES
from reports.cost import Costs, Unpriced, others
from reports.drawing import drawing
from reports.drawing_line import SIGNS
from reports.page import environment_of, keyed, marks_of
from reports.safe_text import safe
from reports.view import title

_FOLDER: Final = TEMPLATES / "changes"


def page(verdicts: Sequence[Verdict], costs: Costs | None = None) -> str:
    """The whole file."""
    style = style_sheet("page.css", "drawing.css")
    return environment().get_template("page.html.j2").render(
        title=title(verdicts),
        outside=any(one.report.change.outside for one in verdicts),
        style=style,
        style_hash=hashed(style),
        environments=[environment_of(one, f"e{index}") for index, one in enumerate(verdicts)],
        legend=[{"sign": sign, "look": op, "words": DONE[op]} for op, sign in SIGNS.items()],
        file=FILE,
        costs=_priced(costs) if costs else [],
    )  # fmt: skip


def _priced(costs: Costs) -> list[dict[str, Any]]:
    return [
        {
            "name": safe(name),
            "sentence": safe(one.sentence),
            "rows": []
            if isinstance(one, Unpriced)
            else [(safe(row.resource), row.before, row.after, row.delta) for row in one.rows],
            "others": list(others(one)),
        }
        for name, one in costs.environments.items()
    ]


def picture(verdict: Verdict, *, heading: str) -> str:
    """The drawing alone, as an SVG file that stands by itself; its links lead nowhere."""
    return drawing(
        verdict.report.change,
        marks_of(verdict, keyed(verdict, "e0"), "e0"),
        key="e0",
        title=heading,
        style=style_sheet("drawing.css"),
    )


@cache
def environment() -> Environment:
    """Of the templates, in which everything is escaped."""
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def style_sheet(*names: str) -> str:
    """The style sheets of these names as one."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def hashed(text: str) -> str:
    """As Content Security Policy Level 3 has it, "Hash usage"."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
