"""The SVG of a picture, element by element; every text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from drawing.box import (
    GAP,
    LINE_HEIGHT,
    LINE_SIZE,
    LOCK,
    NAME_SIZE,
    PADDING,
    TITLE_HEIGHT,
    TITLE_SIZE,
    Box,
    Line,
)
from drawing.names import Family
from drawing.routes import Point, Rect
from drawing.text import escape, shortened, width

PAGE, FRAME, INK, MUTED, ON_STRONG = "#ffffff", "#cbd5e1", "#0f172a", "#475569", "#ffffff"
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"
CORNER = 7  # radius of an arrow's bends, in pixels
HEAD = 9  # length of an arrow's head, in pixels
SIGNS = {
    "number": "number of resources in the component",
    "arrow": "data: what one component makes is an input of the other",
    "lock": "protected: Pulumi refuses to delete or replace it",
}


def document(parts: Iterable[str], *, title: str, description: str, width: int, height: int) -> str:
    """The whole file, with its own background, so that it can stand on a light or a dark page."""
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' role="img" aria-labelledby="platform-title" aria-describedby="platform-description"'
            f' font-family="{FONTS}" font-size="{LINE_SIZE:g}" fill="{INK}">',
            f'<title id="platform-title">{escape(title)}</title>',
            f'<desc id="platform-description">{escape(description)}</desc>',
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="14" fill="{PAGE}" stroke="{FRAME}"/>',
            *parts,
            "</svg>\n",
        )
    )


def text(
    at: Point, content: str, *, size: float = LINE_SIZE, fill: str = INK, bold: bool = False, end: bool = False
) -> str:
    """One line of text; `at` is its beginning, or its end, on the baseline."""
    look = (' font-weight="600"' if bold else "") + (' text-anchor="end"' if end else "")
    return f'<text x="{at[0]}" y="{at[1]}" font-size="{size:g}" fill="{fill}"{look}>{escape(content)}</text>'


def header(title: str, subtitle: str, *, left: int, room: int) -> list[str]:
    """The picture's heading."""
    return [
        text((left, 50), shortened(title, 24, room, bold=True), size=24, bold=True),
        text((left, 76), subtitle, size=14, fill=MUTED),
    ]


def box(found: Box, rect: Rect) -> list[str]:
    """One component: its title on the family's colour, its lines on the tint."""
    family = found.component.family
    middle, right = rect.top + 21, rect.right - PADDING
    side, across = TITLE_HEIGHT - 8, rect.width - 16
    top = f"M{rect.left} {rect.top + TITLE_HEIGHT}v{-side}q0 -8 8 -8h{across}q8 0 8 8v{side}z"
    count = str(found.component.count)
    parts = [
        f'<g class="component" data-urn="{escape(found.component.key)}">',
        f"<title>{escape(found.component.title)}</title>",
        f'<rect x="{rect.left}" y="{rect.top}" width="{rect.width}" height="{rect.height}" rx="8" fill="{family.tint}"'
        f' stroke="{family.strong}" stroke-width="1.5"/>',
        f'<path d="{top}" fill="{family.strong}"/>',
        text((rect.left + PADDING, middle), found.title, size=TITLE_SIZE, fill=ON_STRONG, bold=True),
        text((right, middle), count, size=NAME_SIZE, fill=ON_STRONG, end=True),
    ]
    if found.component.protect:
        parts.append(lock((right - round(width(count, NAME_SIZE)) - LOCK, middle - 11), ON_STRONG))
    for index, column in enumerate(found.columns):
        left = rect.left + PADDING + index * (found.column_width + 2 * PADDING)
        for row, line in enumerate(column):
            baseline = rect.top + TITLE_HEIGHT + PADDING + row * LINE_HEIGHT + 12
            parts += _line(line, left, left + found.column_width, baseline)
    return [*parts, "</g>"]


def _line(line: Line, left: int, right: int, baseline: int) -> list[str]:
    parts = ['<g class="kind">', f"<title>{escape(line.tip)}</title>" if line.tip else ""]
    parts.append(f'<text x="{left}" y="{baseline}" fill="{INK if line.tip else MUTED}">{escape(line.label)}')
    if line.number:
        parts.append(f'<tspan dx="{GAP}" font-weight="600">{line.number}</tspan>')
    if line.names:
        parts.append(f'<tspan dx="{GAP}" font-size="{NAME_SIZE:g}" fill="{MUTED}">{escape(line.names)}</tspan>')
    parts.append("</text>")
    if line.locked is not None:
        parts.append(text((right - LOCK + 4, baseline), line.locked, size=NAME_SIZE, end=True) if line.locked else "")
        parts.append(lock((right - LOCK + 8, baseline - 11), INK))
    return ["".join(parts), "</g>"]


def lock(at: Point, fill: str) -> str:
    """A closed padlock of 11 by 13 pixels."""
    return (
        f'<g class="lock" transform="translate({at[0]} {at[1]})"><path d="M2.5 6V4a3 3 0 0 1 6 0v2" fill="none"'
        f' stroke="{fill}" stroke-width="1.6"/><rect y="5.5" width="11" height="7.5" rx="1.5" fill="{fill}"/></g>'
    )


def arrows(routes: Sequence[tuple[Sequence[Point], str]], colour: str) -> list[str]:
    """The arrows from one component, with their tooltips; a white rim sets them off from what they cross."""
    lines = [(line(points), points[-2:], tip) for points, tip in routes]
    rims = [f'<path d="{d}" fill="none" stroke="{PAGE}" stroke-width="5"/>' for d, _end, _tip in lines]
    drawn = [
        f'<g class="flow"><title>{escape(tip)}</title><path class="arrow" d="{d}" fill="none" stroke="{colour}"'
        f' stroke-width="1.8"/>{head(end[0], end[1], colour)}</g>'
        for d, end, tip in lines
    ]
    dots = {points[0] for points, _tip in routes}
    return [*rims, *drawn, *(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in sorted(dots))]


def line(points: Sequence[Point]) -> str:
    """Path data of a right-angled line with round bends."""
    d = f"M{points[0][0]} {points[0][1]}"
    for (before, at), (_, after) in pairwise(pairwise(points)):
        first, second = _near(at, before), _near(at, after)
        d += f"L{first[0]} {first[1]}Q{at[0]} {at[1]} {second[0]} {second[1]}"
    return d + f"L{points[-1][0]} {points[-1][1]}"


def _near(at: Point, other: Point) -> Point:
    """A point on the way from a bend to its neighbour."""
    across, down = other[0] - at[0], other[1] - at[1]
    far = min(CORNER, (abs(across) + abs(down)) // 2)
    return at[0] + far * ((across > 0) - (across < 0)), at[1] + far * ((down > 0) - (down < 0))


def head(before: Point, tip: Point, colour: str) -> str:
    """An arrow's head at `tip`, of a line that comes from above or below."""
    back = tip[1] - HEAD if before[1] < tip[1] else tip[1] + HEAD
    return f'<path d="M{tip[0]} {tip[1]}L{tip[0] - 5} {back}H{tip[0] + 5}z" fill="{colour}"/>'


def legend(
    families: Sequence[Family], signs: Sequence[str], *, left: int, top: int, right: int
) -> tuple[list[str], int]:
    """What colours and signs mean, and the y below it; goes on in another line where there is no room."""
    entries = [(family.label, family) for family in families] + [(SIGNS[sign], sign) for sign in signs]
    parts: list[str] = []
    x = left
    for words, sign in entries:
        wide = 28 + round(width(words, LINE_SIZE)) + 22
        if x > left and (x + wide > right or sign == "number"):
            x, top = left, top + 26
        parts += [_sign(sign, x, top), text((x + 28, top + 12), words, fill=MUTED)]
        x += wide
    return parts, top + 18


def _sign(sign: Family | str, x: int, y: int) -> str:
    if isinstance(sign, Family):
        return f'<rect x="{x}" y="{y}" width="20" height="14" rx="3" fill="{sign.strong}"/>'
    if sign == "lock":
        return lock((x + 5, y), INK)
    if sign == "number":
        return f'<rect x="{x}" y="{y - 1}" width="20" height="16" rx="3" fill="{MUTED}"/>' + text(
            (x + 15, y + 11), "7", size=NAME_SIZE, fill=ON_STRONG, end=True
        )
    return (
        f'<path d="M{x} {y + 7}h14" stroke="{MUTED}" stroke-width="1.8"/>'
        f'<path d="M{x + 22} {y + 7}l-9 -5v10z" fill="{MUTED}"/>'
    )
