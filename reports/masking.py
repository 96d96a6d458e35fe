"""Values and sentences of a change with SECRET for every secret in them, for every way of showing them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from changes.change import Judgement, PropertyChange, Step
from rehearsal.graph import SECRET, UNKNOWN, Graph
from reports.safe_text import safe_lines
from reports.secret_names import holds_secret, is_secret_in
from reports.secret_text import masked_text

DEEPEST: Final = 40  # levels into a value
SHORTEST: Final = 3  # characters of a secret that is looked for in a sentence
_DECODER: Final = json.JSONDecoder()


def masked(change: PropertyChange, step: Step) -> tuple[Any, Any]:
    """Both values with SECRET wherever one of them, a name, a neighbour or the resource says that it is one."""
    secret = holds_secret(change.path, *(node for node in (step.before, step.after) if node is not None))
    before, after = (masked_value(value, secret=secret) for value in (change.before, change.after))
    return before, after


def masked_graph(graph: Graph) -> Graph:
    """The resources with their inputs and outputs as they may be seen."""
    nodes = (
        replace(node, inputs=masked_value(node.inputs), outputs=node.outputs and masked_value(node.outputs))
        for node in graph
    )
    return Graph(tuple(nodes))


def masked_value(value: Any, *, secret: bool = False, above: str | int = "", depth: int = 0) -> Any:
    """Any value, masked by its form and by the names within it; `above` is the name under which it stands.

    With `secret` it is one as a whole, except for what says nothing: none, a boolean, an empty text.
    """
    if value is None or isinstance(value, bool) or value in ("", "true", "false", SECRET, UNKNOWN):
        return value
    if secret or depth > DEEPEST:
        return SECRET
    if isinstance(value, Mapping):
        return {
            safe_lines(str(key)): masked_value(
                item, secret=is_secret_in(value, str(key), above), above=str(key), depth=depth + 1
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            masked_value(item, secret=is_secret_in(value, index), above=above, depth=depth + 1)
            for index, item in enumerate(value)
        ]
    return value if isinstance(value, int | float) else _text(str(value), depth)


def masked_words(text: str) -> str:
    """A sentence with documents in it, such as a policy's condition, or words of the engine, without a secret."""
    found: list[str] = []
    rest = 0
    for start in (one.start() for one in re.finditer(r"\{(?=\s*\")", text)):
        if start < rest:
            continue
        try:
            held, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        inner = masked_value(held)
        if inner != held:
            found += [text[rest:start], json.dumps(inner, ensure_ascii=False)]
            rest = end
    return masked_text("".join([*found, text[rest:]]))


def secrets_of(judgement: Judgement) -> tuple[str, ...]:
    """The texts that are masked in the properties and the resource that it speaks of, the longest first."""
    return tuple(sorted(set(_secrets_of(judgement)), key=len, reverse=True))


def masked_sentence(text: str, secrets: Iterable[str]) -> str:
    """A text about a resource, without the secrets in it and without those of the resource."""
    for secret in secrets:
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", SECRET, text) if secret in text else text
    return masked_words(text)


def _secrets_of(judgement: Judgement) -> Iterator[str]:
    step = judgement.step
    for change in {id(one): one for one in (*judgement.causes, *step.changes)}.values():
        for value, shown in zip((change.before, change.after), masked(change, step), strict=True):
            yield from _secrets(value, shown)
    for node in (step.before, step.after):
        if node is not None:
            yield from _secrets(node.inputs, masked_value(node.inputs))


def _secrets(value: Any, shown: Any) -> Iterator[str]:
    """The texts that stand where SECRET is shown."""
    if shown == SECRET and isinstance(value, str | int | float):
        if value not in (SECRET, UNKNOWN) and len(str(value)) >= SHORTEST:
            yield str(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, SECRET if shown == SECRET else shown.get(safe_lines(str(key))))
    elif isinstance(value, list | tuple):
        for item, one in zip(value, [SECRET] * len(value) if shown == SECRET else shown, strict=True):
            yield from _secrets(item, one)


def _text(text: str, depth: int) -> str:
    if text[:1] in ("{", "["):
        try:
            held = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            inner = masked_value(held, depth=depth + 1)
            return safe_lines(text) if inner == held else json.dumps(inner, ensure_ascii=False)
    return safe_lines(masked_text(text))
