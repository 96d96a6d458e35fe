"""One line of a box in the drawing of a change: a sign of what is done, the resource, and a tag with the risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from changes.change import DONE, Op, Risk
from changes.judge import GRAVEST_FIRST
from drawing.box import GAP, LINE_HEIGHT, LINE_SIZE, MOST_TEXT, NAME_SIZE, Line
from drawing.model import Kind
from drawing.text import escape, shortened, width
from reports.safe_text import safe
from reports.view import State

FEW = 3  # changed resources of one kind that have a line each
SIGN = 20  # pixels of the column with the signs
SPACE = 4  # pixels of a blank, about
TAG = 6  # pixels beside the text in a tag
TRIANGLE = 12  # pixels of the sign in the tag of what is refused
SIGNS: Final[Mapping[Op, str]] = {
    "create": "+", "update": "~", "replace": "±", "delete": "−", "import": "→", "forget": "×",  # noqa: RUF001 - signs
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is done to a resource, the gravest that this risks, what the guard says of that, and the id to go to.

    What goes or comes with another resource, and was folded for that, risks nothing of its own: it is cosmetic.
    """

    op: Op
    risk: Risk
    state: State
    target: str


@dataclass(frozen=True, kw_only=True)
class MarkedLine(Line):
    """A line with the gravest mark of its resources, if any has one."""

    mark: Mark | None

    @property
    def tag(self) -> str:
        """The risk in words, where there is one."""
        return "" if self.mark is None or self.mark.risk == "cosmetic" else self.mark.risk

    @property
    def tag_width(self) -> float:
        """Pixels of the tag."""
        refused = self.mark is not None and self.mark.state == "refused"
        return width(self.tag, NAME_SIZE, bold=True) + 2 * TAG + TRIANGLE * refused if self.tag else 0.0

    @property
    def width(self) -> float:
        """Pixels of the whole line."""
        names = width(self.names, NAME_SIZE) + GAP if self.names else 0.0
        number = width(self.number, LINE_SIZE, bold=True) + GAP if self.number else 0.0
        return SIGN + width(self.label, LINE_SIZE) + number + names + (self.tag_width + GAP if self.tag else 0.0) + GAP


def lines_of(kind: Kind, marks: Mapping[str, Mark]) -> Sequence[MarkedLine]:
    """The changed resources of one kind, each for itself or counted, and the others as a number."""
    changed = [(marks[urn], name) for urn, name in zip(kind.urns, kind.names, strict=True) if urn in marks]
    rest = [name for urn, name in zip(kind.urns, kind.names, strict=True) if urn not in marks]
    changed.sort(key=lambda pair: (_gravity(pair[0]), pair[1]))
    lines = []
    if len(changed) <= FEW:
        alone = len(kind.names) == 1 and not kind.short
        lines += [_line(kind, mark, [name], "" if alone else name) for mark, name in changed]
    else:
        for op in DONE:
            same = [(mark, name) for mark, name in changed if mark.op == op]
            if same:
                lines.append(_line(kind, same[0][0], [name for _, name in same], ""))
    return [*lines, _line(kind, None, rest, "")] if rest else lines


def _gravity(mark: Mark) -> tuple[int, int]:
    return ("refused", "acknowledged", "passes").index(mark.state), GRAVEST_FIRST.index(mark.risk)


def _line(kind: Kind, mark: Mark | None, names: Sequence[str], shown: str) -> MarkedLine:
    number = f"×{len(names)}" if len(names) > 1 else ""  # noqa: RUF001 - the multiplication sign is meant
    done = f", {DONE[mark.op]}" if mark else ""
    told = (safe(text) for text in (f"{kind.label}{done}:", *names[:20]))
    tip = "\n".join((*told, *(["…"] if len(names) > 20 else [])))
    label = shortened(safe(kind.label), LINE_SIZE, MOST_TEXT - SIGN)
    bare = MarkedLine(label=label, number=number, names="", locked=None, tip=tip, mark=mark)
    room = MOST_TEXT + bare.tag_width - bare.width
    short = shortened(safe(shown), NAME_SIZE, room) if shown and room > 3 * LINE_SIZE else ""
    return MarkedLine(label=label, number=number, names=short, locked=None, tip=tip, mark=mark)


def line_parts(line: Line, left: int, top: int, wide: int) -> list[str]:
    """The line's SVG; `left` and `top` are the corner of its room. A changed one leads to its judgement."""
    baseline = top + 15
    mark = line.mark if isinstance(line, MarkedLine) else None
    inner = [f'<text class="{"what" if mark else "calm"}" x="{left + SIGN}" y="{baseline}">{escape(line.label)}']
    inner += [f' <tspan class="number" dx="{GAP - SPACE}">{line.number}</tspan>'] if line.number else []
    inner += [f' <tspan class="names" dx="{GAP - SPACE}">{escape(line.names)}</tspan>'] if line.names else []
    inner.append("</text>")
    if mark is None or not isinstance(line, MarkedLine):
        return [f"<g><title>{escape(line.tip)}</title>{''.join(inner)}</g>"]
    sign = f'<text class="sign" x="{left + 8}" y="{baseline}" text-anchor="middle">{SIGNS[mark.op]}</text>'
    back = f'<rect class="back" x="{left - 4}" y="{top}" width="{wide + 8}" height="{LINE_HEIGHT - 1}" rx="4"/>'
    seen = (SIGNS[mark.op], line.label, line.number, line.names, line.tag)
    words = f"{' '.join(part for part in seen if part)}, {DONE[mark.op]}"
    return [
        f'<a class="step {mark.op} {mark.state}" href="#{mark.target}" aria-label="{escape(words)}">',
        f"<title>{escape(line.tip)}</title>{back}{sign} {''.join(inner)}",
        *(_tag(line, mark, left + wide, top) if line.tag else []),
        "</a>",
    ]


def _tag(line: MarkedLine, mark: Mark, right: int, top: int) -> list[str]:
    wide = line.tag_width
    left = right - wide
    parts = [f'<g class="tag {mark.risk.replace(" ", "-")}">']
    parts.append(f'<rect x="{left:.1f}" y="{top + 2}" width="{wide:.1f}" height="15" rx="7.5"/>')
    if mark.state == "refused":
        parts.append(f'<path d="M{left + TAG:.1f} {top + 14}l4 -8l4 8z"/>')
    parts.append(f'<text x="{right - TAG:.1f}" y="{top + 14}" text-anchor="end">{escape(line.tag)}</text>')
    return [*parts, "</g>"]
