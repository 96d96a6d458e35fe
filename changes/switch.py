"""A switch: a property of a type whose value protects something, and what it means when it protects less than before.

What only the apply will tell counts as the worst on the side after and as the best on the side before, since nobody can
show otherwise. The tables are changes/switches_data.py and changes/switches_access.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from changes.change import Step
from changes.property_paths import is_within
from changes.rule import EMPTY, OPEN, number
from rehearsal.foretold import is_an_output
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

NOTHING: Final = object()  # what was before something new
Worse = Callable[[Any, Any], bool]  # of the value before, NOTHING for what is new, and the value after
_TRUE = (True, "true")
_LONGEST = 60  # characters of a value in a sentence
_LATER = "what only the apply will tell"


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One property that protects.

    `rule` speaks of it, `path` is where it stands (through lists: of each block), `default` what AWS takes where it is
    unset, `worse` says when the value after protects less; `words` may name both as {old} and {new}. `when_new`
    switches are judged in what is created too.
    """

    rule: str
    types: frozenset[str]
    path: str
    worse: Worse
    words: str
    default: Any = None
    when_new: bool = False

    def thrown(self, step: Step) -> str | None:
        """What the step does to what the switch protected, in words; None where it does nothing."""
        if step.after is None or step.node.type not in self.types or (step.before is None and not self.when_new):
            return None
        old = NOTHING if step.before is None else self._value(step.before)
        new = self._value(step.after)
        if old == new and not (_open(new) and any(is_within(one.path, self.top) for one in step.changes)):
            return None
        if self.worse in (removed, elsewhere) and new in OPEN and step.after.property_dependencies.get(self.top):
            return None  # an output of another resource: something, whatever it is called
        if not self.worse(old, new):
            return None
        words = self.words.format(old=_said(old), new=_said(new))
        return words if _LATER in words or not _open(new) else f"{words}, as far as anybody can tell before the apply"

    @property
    def top(self) -> str:
        """The input that it stands in."""
        return self.path.partition(".")[0]

    def _value(self, node: Node) -> Any:
        found = _at(node.inputs, self.path.split("."))
        return self.default if found is None else found


def _at(value: Any, keys: list[str]) -> Any:
    """The value at a path; through lists those of all blocks, as a list, or bare where there is one."""
    if not keys or value is None or value in OPEN:
        return value
    if isinstance(value, list | tuple):
        found = [item for one in value for item in listed(_at(one, keys))]
        return found[0] if len(found) == 1 and len(value) == 1 else found or None
    return _at(value.get(keys[0]), keys[1:]) if isinstance(value, Mapping) else None


def _open(value: Any) -> bool:
    return value in OPEN or (isinstance(value, list | tuple) and any(one in OPEN for one in value))


def _said(value: Any) -> str:
    if _open(value):
        return _LATER
    text = ", ".join(str(one) for one in listed(value)) or "nothing"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def one_of(*safe: Any) -> Worse:
    """Worse when it leaves the values that protect."""

    def worse(old: Any, new: Any) -> bool:
        protected = old is NOTHING or _open(old) or all(one in safe for one in listed(old) or [None])
        return protected and not all(one in safe for one in listed(new) or [None])

    return worse


def none_of(*bad: Any) -> Worse:
    """Worse when it takes one of the values that open."""

    def worse(old: Any, new: Any) -> bool:
        before, after = ({str(one).lower() for one in listed(side) if one in bad} for side in (old, new))
        return bool(after - before) or (_open(new) and not before)

    return worse


on, off = one_of(*_TRUE), none_of(*_TRUE)


def order(*weakest_first: str) -> Worse:
    """Worse when it goes down in an order; what is not in it is the weakest."""
    rank = {value: place for place, value in enumerate(weakest_first)}

    def worse(old: Any, new: Any) -> bool:
        before = len(rank) if old is NOTHING or _open(old) else rank.get(str(old), 0)
        return rank.get(str(new), 0) < before

    return worse


def lower(old: Any, new: Any) -> bool:
    """A number that gets smaller."""
    before, after = number(old), number(new)
    return _open(old) or after is None or (before is not None and after < before)


def higher_or_none(old: Any, new: Any) -> bool:
    """A limit that gets wider, where nothing and 0 are no limit."""
    before, after = (number(one) or float("inf") for one in (old, new))
    return _open(old) or _open(new) or after > before


def left(old: Any, new: Any) -> bool:
    """Any other value than one that was set."""
    return old not in EMPTY and old != new


def chosen(old: Any, new: Any) -> bool:
    """A value that is set now and was not before."""
    return old != new and new not in EMPTY


def elsewhere(old: Any, new: Any) -> bool:
    """Another target than the one that was set, and no output of the program's own."""
    return old not in EMPTY and old != new and not is_an_output(str(new))


def removed(old: Any, new: Any) -> bool:
    """A value that may be gone."""
    return old not in EMPTY and (new in EMPTY or _open(new))


def loses(old: Any, new: Any) -> bool:
    """Items of a list that may be gone."""
    return bool(listed(old)) and (_open(old) or _open(new) or any(one not in listed(new) for one in listed(old)))


def gains(old: Any, new: Any) -> bool:
    """Items of a list that were not in it."""
    return any(one in OPEN or one not in listed(old) for one in listed(new))


def but(*fine: Any, worse: Worse) -> Worse:
    """The same, unless it becomes one of these values."""
    return lambda old, new: new not in fine and worse(old, new)
