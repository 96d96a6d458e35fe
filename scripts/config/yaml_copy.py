"""Copying a value from one YAML text into another: what it does not concern stays byte for byte, comments too.

Within mappings only the keys that differ are touched, so that the comments of the others stay. Whoever calls this
holds the result against the values that were wanted: an anchor, for one, cannot be copied alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from scripts.config.yaml_nodes import Chunk, Path, Place, at, chunk, is_block, keys, last_line, nested

Order = Callable[[Path], Sequence[str]]  # the keys of the mapping at a path, in the order in which people expect them


def copied(source: str, target: str, path: Path, *, values: tuple[Any, Any], order: Order) -> str:
    """The target's text with the value that the source has at this path.

    `values` are what is there in both, None where there is nothing. Raises LookupError where the source has nothing
    there, or where a list of the target has no such item.
    """
    there, here = at(source, path), at(target, path)
    if there is None:
        raise LookupError(f"there is nothing at {path}")
    if here is None:
        return _inserted(target, path, chunk(source, there), order)
    new, old = values
    if same(new, old):
        return target
    mappings = isinstance(new, dict) and isinstance(old, dict) and is_block(there.value) and is_block(here.value)
    if here.flow or not mappings:
        return _replaced(target, here, chunk(source, there), new)
    for key in new:
        inner = (new[key], old.get(key))
        target = copied(source, target, (*path, key), values=inner, order=order)
    for key in [one for one in old if one not in new]:
        target = _removed(target, (*path, key))
    return target


def same(one: Any, other: Any) -> bool:
    """Whether two values of YAML are one, which `true` and `1` are not."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


def _replaced(text: str, place: Place, new: Chunk, value: Any) -> str:
    if place.flow:
        flat = new.head if new.head and not new.rest else json.dumps(value, ensure_ascii=False, default=str)
        return text[: place.value.start_mark.index] + flat + text[place.value.end_mark.index :]
    lines = text.splitlines(keepends=True)
    plain = text.splitlines()
    node = place.value
    anchor = place.key if place.key is not None else node
    first, last = anchor.start_mark.line, last_line(plain, node, place.key)
    base = anchor.start_mark.column
    before, tail = _around(plain, place, last)
    head = before + new.head if new.head else before.rstrip()
    rest = [f"{' ' * base}{line}" if line else "" for line in new.rest]
    if new.open:
        rest[-1] += tail
    else:
        head += tail
    end = _newline(text)
    return "".join([*lines[:first], *(f"{line}{end}" for line in (head, *rest)), *lines[last + 1 :]])


def _around(lines: list[str], place: Place, last: int) -> tuple[str, str]:
    """What stands on the key's line before the value, and the comment after it."""
    node, key = place.value, place.key
    if key is None:
        tail = "" if is_block(node) else lines[last][node.end_mark.column :]
        return lines[node.start_mark.line][: node.start_mark.column], tail
    line = lines[key.start_mark.line]
    colon = line.index(":", key.end_mark.column) + 1
    if (
        node.start_mark.line == key.start_mark.line
        and not is_block(node)
        and node.start_mark.index > key.end_mark.index
    ):
        before = line[: node.start_mark.column] if node.start_mark.column > colon else f"{line[:colon]} "
        if last > node.start_mark.line and getattr(node, "style", None) in ("|", ">"):
            return before, line[node.start_mark.column :].lstrip("|>+-0123456789")
        return before, lines[last][node.end_mark.column :]
    return f"{line[:colon]} ", line[colon:].rstrip()


def _inserted(text: str, path: Path, new: Chunk, order: Order) -> str:
    above, name = path[:-1], path[-1] if path else 0
    parent = at(text, above)
    if isinstance(name, int):
        raise LookupError(f"there is no item {name}")
    if parent is None or not keys(parent.value):
        inner = nested(new, name)
        if parent is None:
            return _inserted(text, above, inner, order)
        return _replaced(text, parent, inner, {name: None})
    if not is_block(parent.value):
        raise LookupError(f"{above} is written in brackets")
    return _beside(text, parent, name, new, list(order(above)))


def _beside(text: str, parent: Place, name: str, new: Chunk, wanted: list[str]) -> str:
    """The new key after the last one that comes before it, or before all."""
    lines, plain = text.splitlines(keepends=True), text.splitlines()
    entries = keys(parent.value)
    place = wanted.index(name) if name in wanted else len(wanted)
    earlier = [entry for entry in entries if entry[0] in wanted[:place]] or (entries if name not in wanted else [])
    if earlier:
        nearest = max(earlier, key=lambda entry: wanted.index(entry[0]) if entry[0] in wanted else -1)
        line = last_line(plain, nearest[2], nearest[1]) + 1
    else:
        line = entries[0][1].start_mark.line
    column = " " * entries[0][1].start_mark.column
    end = _newline(text)
    made = [f"{column}{name}: {new.head}".rstrip(), *(f"{column}{one}" if one else "" for one in new.rest)]
    if line and not lines[line - 1].endswith(("\n", "\r")):
        lines[line - 1] += end
    return "".join([*lines[:line], *(f"{one}{end}" for one in made), *lines[line:]])


def _removed(text: str, path: Path) -> str:
    place = at(text, path)
    if place is None or place.key is None:
        raise LookupError(f"there is nothing at {path}")
    lines = text.splitlines(keepends=True)
    first, last = place.key.start_mark.line, last_line(text.splitlines(), place.value, place.key)
    return "".join([*lines[:first], *lines[last + 1 :]])


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
