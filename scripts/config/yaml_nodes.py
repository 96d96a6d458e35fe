"""Where a value stands in YAML text that people wrote: its key, its lines, and what of them is its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
_HEADER = re.compile(r"[|>][-+0-9]*")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One value and its key, None for an item of a list; `flow` says that what it is in is written in brackets."""

    key: Node | None
    value: Node
    flow: bool


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A value's text: `head` goes on the key's line, `rest` are further lines, indented from the key's column.

    `open` values, those in brackets or quotes over several lines, let no comment follow on their first line.
    """

    head: str
    rest: tuple[str, ...] = ()
    open: bool = False


def at(text: str, path: Path) -> Place | None:
    """The place of the value at this path, the document's own for none; None where there is nothing."""
    root: Any = YAML(typ="safe", pure=True).compose(text)
    place = None if root is None else Place(key=None, value=root, flow=False)
    for part in path:
        place = _child(place.value, part) if place is not None else None
    return place


def keys(node: Node) -> list[tuple[str, Node, Node]]:
    """Name, key and value of each entry of a mapping, in their order; none of what is no mapping."""
    return [(str(key.value), key, value) for key, value in node.value] if isinstance(node, MappingNode) else []


def is_block(node: Node) -> bool:
    """Whether it is a mapping or list written in lines, not in brackets."""
    return isinstance(node, MappingNode | SequenceNode) and not node.flow_style


def is_unwritten(node: Node) -> bool:
    """Whether it is the null of a key with nothing after it, whose own place is wherever the next thing begins."""
    return isinstance(node, ScalarNode) and bool(node.start_mark.index == node.end_mark.index)


def last_line(lines: list[str], node: Node, key: Node | None = None) -> int:
    """Number of the last line that is the value's own, or its key's, from 0."""
    if is_unwritten(node):
        return int((key or node).start_mark.line)
    if is_block(node) and node.value:
        last = node.value[-1]
        return last_line(lines, last[1], last[0]) if isinstance(last, tuple) else last_line(lines, last)
    if not (isinstance(node, ScalarNode) and node.style in ("|", ">")):
        return int(node.end_mark.line)
    within = range(node.start_mark.line + 1, node.end_mark.line)
    return max((number for number in within if lines[number].strip()), default=int(node.start_mark.line))


def chunk(text: str, place: Place) -> Chunk:
    """The value's text as it is written, for another place."""
    lines, node = text.splitlines(), place.value
    if is_unwritten(node):
        return Chunk(head="")
    base = place.key.start_mark.column if place.key is not None else node.start_mark.column
    first, last = node.start_mark.line, last_line(lines, node)
    if is_block(node) and place.key is not None:
        return Chunk(head="", rest=_dedented(lines[place.key.start_mark.line + 1 : last + 1], base))
    head = lines[first][node.start_mark.column : node.end_mark.column if last == first else None]
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        found = _HEADER.match(head)
        return Chunk(head=found[0] if found else head, rest=_dedented(lines[first + 1 : last + 1], base))
    rest = lines[first + 1 : last + 1]
    if rest and not is_block(node):
        rest[-1] = rest[-1][: node.end_mark.column]
    return Chunk(head=head, rest=_dedented(rest, base), open=bool(rest) and not is_block(node))


def nested(inner: Chunk, key: str) -> Chunk:
    """A mapping with this one key, as the value of another."""
    first = f"  {key}: {inner.head}".rstrip()
    return Chunk(head="", rest=(first, *(f"  {line}" if line else line for line in inner.rest)))


def _child(value: Any, part: str | int) -> Place | None:
    if isinstance(part, int):
        items = value.value if isinstance(value, SequenceNode) else []
        return Place(key=None, value=items[part], flow=bool(value.flow_style)) if part < len(items) else None
    for name, key, found in keys(value):
        if name == part:
            return Place(key=key, value=found, flow=bool(value.flow_style))
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _dedented(lines: list[str], base: int) -> tuple[str, ...]:
    return tuple(line[min(base, _indent(line)) :].rstrip() if line.strip() else "" for line in lines)
