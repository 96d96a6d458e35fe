"""What stands in the box of one component, and how large the box must be for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drawing.model import Component, Kind
from drawing.text import shortened, width

TITLE_SIZE, LINE_SIZE, NAME_SIZE = 15.0, 13.0, 12.0
TITLE_HEIGHT, LINE_HEIGHT, PADDING = 32, 20, 12
LEAST_WIDTH, MOST_TEXT = 170, 260  # of a box, of one line, in pixels
MOST_LINES = 9  # in a column
FEW = 2  # names that are shown
LOCK = 20  # pixels for the lock sign and the space before it
GAP = 7


@dataclass(frozen=True, kw_only=True)
class Line:
    """One kind of resource: label, number, names and lock text as shown; `tip` has it all in full."""

    label: str
    number: str
    names: str
    locked: str | None
    tip: str

    @property
    def width(self) -> float:
        """Pixels of the whole line."""
        number = width(self.number, LINE_SIZE, bold=True) + GAP if self.number else 0.0
        names = width(self.names, NAME_SIZE) + GAP if self.names else 0.0
        lock = 0.0 if self.locked is None else LOCK + GAP + width(self.locked, NAME_SIZE)
        return width(self.label, LINE_SIZE) + number + names + lock


@dataclass(frozen=True, kw_only=True)
class Box:
    """A component with its lines in columns, all of one width."""

    component: Component
    title: str
    columns: tuple[tuple[Line, ...], ...]
    column_width: int
    width: int
    height: int


def box(component: Component, lines_of: Callable[[Kind], Sequence[Line]] = lambda kind: [_line(kind)]) -> Box:
    """Measures one component, each kind as `lines_of` says; a text that is too long is shortened."""
    lines = [line for kind in component.kinds for line in lines_of(kind)] or [_nothing()]
    number = math.ceil(len(lines) / MOST_LINES)
    depth = math.ceil(len(lines) / number)
    columns = tuple(tuple(lines[start : start + depth]) for start in range(0, len(lines), depth))
    column = math.ceil(max(line.width for line in lines))
    beside = LOCK * component.protect + width(str(component.count), NAME_SIZE) + 2 * GAP
    title = shortened(component.title, TITLE_SIZE, MOST_TEXT * number - beside, bold=True)
    inner = max(column * len(columns) + 2 * PADDING * (len(columns) - 1), width(title, TITLE_SIZE, bold=True) + beside)
    full = max(LEAST_WIDTH, math.ceil(inner) + 2 * PADDING)
    return Box(
        component=component,
        title=title,
        columns=columns,
        column_width=(full - 2 * PADDING * len(columns)) // len(columns),
        width=full,
        height=TITLE_HEIGHT + 2 * PADDING + depth * LINE_HEIGHT - 4,
    )


def _nothing() -> Line:
    return Line(label="no resources", number="", names="", locked=None, tip="")


def _line(kind: Kind) -> Line:
    label = shortened(kind.label, LINE_SIZE, MOST_TEXT - 2 * LOCK)
    number = f"×{len(kind.names)}" if len(kind.names) > 1 else ""  # noqa: RUF001 - the multiplication sign is meant
    locked = None
    if kind.protected:
        locked = "" if len(kind.protected) == len(kind.names) else f"{len(kind.protected)} of {len(kind.names)}"
    bare = Line(label=label, number=number, names="", locked=locked, tip=_tip(kind))
    room = MOST_TEXT - bare.width - GAP
    names = ", ".join(kind.short) if len(kind.names) <= FEW else ""
    if names:
        names = shortened(names, NAME_SIZE, room) if room > 3 * LINE_SIZE else ""
    return Line(label=label, number=number, names=names, locked=locked, tip=bare.tip)


def _tip(kind: Kind) -> str:
    names = (f"{name}, protected" if name in kind.protected else name for name in kind.names)
    return "\n".join((f"{kind.label}:", *names))
