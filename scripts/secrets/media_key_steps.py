"""The steps by which the media user's access key is rotated, as states of `identity.media_user` in the YAML.

Each state is one reviewed line, and nothing is remembered anywhere else: what the YAML says now tells the next step.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from infra.config import AccessKeys
from scripts.config import yaml_edit

SECTION, USER = "platform:identity", "media_user"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one step does, in words, and the keys as the YAML has them after it; `retires` is the key that it ends."""

    words: str
    keys: AccessKeys
    retires: int | None = None


def next_step(now: AccessKeys) -> Step:
    """The step after this state; from a single key it is the first of a rotation."""
    newest = max(now.keys)
    if len(now.keys) == 1:
        new = newest + 1
        return Step(words=f"make key {new}", keys=AccessKeys(keys=(*now.keys, new), current=now.current))
    old = min(now.keys)
    if now.current == old:
        return Step(words=f"store key {newest}", keys=AccessKeys(keys=now.keys, current=newest))
    if old not in now.off:
        keys = AccessKeys(keys=now.keys, current=newest, off=(old,))
        return Step(words=f"switch key {old} off", keys=keys, retires=old)
    return Step(words=f"delete key {old}", keys=AccessKeys(keys=(newest,), current=newest), retires=old)


def edited(file: Path, keys: AccessKeys) -> str:
    """The environment's YAML with these keys; comments and everything else stay."""
    document = yaml_edit.read(file)
    wanted = {"keys": _line(CommentedSeq(keys.keys)), "current": keys.current}
    if keys.off:
        wanted["off"] = _line(CommentedSeq(keys.off))
    section = document["config"].setdefault(SECTION, {})
    held = section.get(USER)
    if held is None:
        section[USER] = _line(CommentedMap(wanted))
        return yaml_edit.text(document)
    for name in [name for name in held if name not in wanted]:
        del held[name]
    held.update(wanted)
    return yaml_edit.text(document)


def _line(value: Any) -> Any:
    """Written on one line: `{keys: [1, 2], current: 2}`."""
    value.fa.set_flow_style()
    return value
