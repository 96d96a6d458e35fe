"""What only the apply will tell, by a name of its own: `[the arn of Bucket/media]`.

Two plans are compared by these names (changes/compared.py): a policy that is made of an ARN is unknown as a whole in an
ordinary plan, and the same on both sides whatever it grants. Only what is text in every AWS type gets a name: ids,
ARNs, names and addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.graph import UNKNOWN, Graph

NAMED = re.compile(r"(^|[a-z])(id|arn|name|dns|ip|Id|Arn|Name|Dns|Ip|Suffix)$")
_DOCUMENT = ("{", "[{", '["')
# With a slash, since programs cut ARNs at it.
_STAND_IN = re.compile(r"\[the \w+ of (\w+/[^\[\]]+)\]")


def stand_in(urn: str, output: str) -> str:
    """What stands for this output of the resource, everywhere in the plan."""
    return f"[the {output} of {_told(urn)}]"


def names_an_output(text: str) -> bool:
    """Whether a stand-in is in the text."""
    return "[the " in text and _STAND_IN.search(text) is not None


def is_an_output(text: str) -> bool:
    """Whether the text is one stand-in, and nothing beside it."""
    return _STAND_IN.fullmatch(text) is not None


def beside_outputs(text: str) -> str:
    """What the program itself wrote of the text, without its stand-ins."""
    return _STAND_IN.sub("", text)


def holds_unknown(value: Any) -> bool:
    """Whether UNKNOWN is in the value, at any depth."""
    if isinstance(value, dict | list):
        return any(holds_unknown(item) for item in (value.values() if isinstance(value, dict) else value))
    return bool(value == UNKNOWN)


def without(value: Any, urns: Collection[str]) -> Any:
    """The value with UNKNOWN for each text that holds an output of these resources, at any depth."""
    told = {_told(urn) for urn in urns}
    return _without(value, lambda text: any(found in told for found in _STAND_IN.findall(text)))


def anew(value: Any, former: Mapping[str, str]) -> Any:
    """The value with the new URNs of `former` for the old ones, and for outputs of theirs, at any depth."""
    told = {_told(old): _told(new) for old, new in former.items()}

    def text(found: re.Match[str]) -> str:
        return found[0].replace(found[1], told.get(found[1], found[1]))

    def walked(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: walked(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walked(item) for item in value]
        return former.get(value) or _STAND_IN.sub(text, value) if isinstance(value, str) else value

    return walked(value)


def blind(value: Any) -> Any:
    """The value with UNKNOWN for each text that holds any stand-in, as a plan without them has it."""
    return _without(value, names_an_output)


def readable(value: Any, names: Collection[str]) -> Any:
    """The value with `[part of NAME]` for the end of a stand-in that the program cut at its slash, at any depth.

    `names` are those of the resources: where the end begins in the text is not to be seen otherwise.
    """
    if isinstance(value, dict):
        return {key: readable(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [readable(item, names) for item in value]
    if not isinstance(value, str) or "]" not in value:
        return value
    head, _, rest = value.partition("]")
    name = max((one for one in names if head.endswith(one)), key=len, default="")
    return value if "[" in head or not name else f"{head.removesuffix(name)}[part of {name}]{rest}"


def as_planned(graph: Graph) -> Graph:
    """The graph as an ordinary plan has it, so that references are followed by their dependencies.

    Only JSON documents keep their stand-ins: what a policy grants is told.
    """

    def goes(text: str) -> bool:
        return not text.startswith(_DOCUMENT) and names_an_output(text)

    return Graph(tuple(replace(node, inputs=_without(dict(node.inputs), goes)) for node in graph))


def _without(value: Any, goes: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, goes) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, goes) for item in value]
    return UNKNOWN if isinstance(value, str) and "[the " in value and goes(value) else value


def _told(urn: str) -> str:
    *_, types, name = urn.split("::")
    return f"{types.rpartition(':')[2]}/{name}"
