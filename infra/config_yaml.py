"""YAML text to plain values, in bounded time and memory, with errors in plain words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MAX_BYTES = 64 * 1024
MAX_VALUES = 20_000  # with every alias written out

# What this YAML 1.2 and the engine's Go read alike (Pulumi 3.259: `010` is 8 to it, and 10 here).
TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge")}
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

WORDS = (
    (r'duplicate key "(.*?)"', r"the key \1 is there twice"),
    (r"character '\\t'|\btab", "a tab; indent by spaces"),
    (r"mapping values are not allowed", "a colon where none may be; quote the text that holds it"),
    (r"could not find expected ':'", "a line that is no `key: value`"),
    (r"stream end|end of stream", "the file ends inside a quote, bracket or list"),
    (r"undefined alias", "an alias (`*name`) without its anchor; quote text that begins with *"),
    (r"constructor for the tag", "a tag (`!name`); quote text that begins with !"),
    (r"another document", "a second document (`---`)"),
    (r"expected <block end>", "an indentation that fits no line above, or text after a closing quote"),
    (r"cannot start any token", "a character that no value may begin with; quote the text"),
)


class UnreadableYamlError(Exception):
    """The text is no YAML that is taken here; the message says where and why, in plain words."""


def parse_yaml(data: bytes) -> object:
    """The document's values; raises UnreadableYamlError."""
    from ruamel.yaml import YAML  # slow to import, and not needed under the engine
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(data) > MAX_BYTES:
        raise UnreadableYamlError(f"more than {MAX_BYTES // 1024} KiB")
    try:
        root = _composed(data)
        return None if root is None else YAML(typ="safe", pure=True).constructor.construct_document(root)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is no UTF-8 text"
    except MarkedYAMLError as error:
        reason = _where(error) + _in_words(str(error.problem))
    except YAMLError:
        reason = "a control character in the text"
    except RecursionError:
        reason = "nested too deeply"
    except (LookupError, TypeError):  # ruamel.yaml's own, of a tag on what it cannot be made of
        reason = "a value that is none of its tag (`!!name`); quote it, without one"
    except ValueError:
        reason = "a date or number that does not exist; quote it"
    raise UnreadableYamlError(reason)


@lru_cache(maxsize=32)
def _composed(data: bytes) -> Any:
    """The document's nodes. Scanning is nearly all of the time, and a command reads a file several times."""
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose(data.decode())
    _refuse_expansion(root)
    _refuse_other_reading(root, set())
    return root


def _where(error: Any) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _in_words(problem: str) -> str:
    for pattern, words in WORDS:
        if found := re.search(pattern, problem):
            return found.expand(words) if found.groups() else words
    return "what stands here does not fit what is before it"


def _refuse_expansion(root: Any) -> None:
    """Refuses aliases that, written out, would be a huge or endless document."""
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = MAX_VALUES + 1  # what holds itself is endless
            sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
        return sizes[id(node)]

    if root is not None and size(root) > MAX_VALUES:
        raise UnreadableYamlError(f"more than {MAX_VALUES} values, with its aliases written out")


def _refuse_other_reading(node: Any, seen: set[int]) -> None:
    """Refuses values that the engine would read as something else than is checked, planned and judged here."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if reason := _other_reading(str(node.tag), node.value):
        mark = node.start_mark
        raise UnreadableYamlError(f"line {mark.line + 1}, column {mark.column + 1}: {reason}")
    for child in _children(node):
        _refuse_other_reading(child, seen)


def _other_reading(tag: str, value: Any) -> str | None:
    name = tag.rpartition(":")[2]
    if name == "timestamp":
        return None if DAY.fullmatch(value) else "a time; quote it"
    if name in ("int", "float") and not NUMBER.fullmatch(value):
        return f"the number {value!r}, which the engine may read as another one; write its digits, or quote it"
    return None if tag in TAGS else f"a value with the tag {name}; quote the text instead"


def _children(node: Any) -> list[Any]:
    value = node.value
    if not isinstance(value, list):
        return []
    return [part for item in value for part in (item if isinstance(item, tuple) else (item,))]
