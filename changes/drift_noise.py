"""Which differences that a refresh finds are no drift, and why.

These are what no program sets, what AWS moves by itself, and what is told of a resource of its own.

Only what a program can set counts: what it did set, what the type's table has as an input, and all that switches,
exposures and rules read of the type. Source: the AWS provider's documentation of each type, "Attribute Reference".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from changes.change import Folded, PropertyChange, Step
from changes.exposure import inputs_read
from changes.mirrors import explained
from changes.opened import SWITCHES
from changes.rule import DATABASE, number
from changes.rules import RULES
from rehearsal.difference import top_level
from rehearsal.graph import Node
from rehearsal.resources import RESOURCES

COMPUTED: Final = "told by AWS alone: no program sets it"
PART: Final = "also a resource of its own, whose drift is told there"
MINOR: Final = "a minor version of the one that is asked for: AWS upgrades it by itself"
GROWN: Final = "storage that RDS adds by itself, up to maxAllocatedStorage"
SCALED: Final = "scaling sets it between minSize and maxSize"
_GROUP: Final = "aws:autoscaling/group:Group"


def sift_drift(step: Step, asked: Collection[str], beside: Sequence[Node]) -> tuple[Step | None, tuple[Folded, ...]]:
    """The step with what drifted, None where nothing did; and what is no drift, by its reason.

    `asked` are the inputs that the program gave, `beside` all resources of the state.
    """
    folded: dict[str, list[PropertyChange]] = {}
    rest: list[PropertyChange] = []
    for one in step.changes:
        reason = _reason(step, top_level(one.path), asked, beside)
        (rest if reason is None else folded.setdefault(reason, [])).append(one)
    noise = tuple(Folded(step=step, changes=tuple(held), reason=reason) for reason, held in folded.items())
    kept = Step(op=step.op, before=step.before, after=step.after, changes=tuple(rest))
    return (kept if rest else None), noise


def _reason(step: Step, name: str, asked: Collection[str], beside: Sequence[Node]) -> str | None:
    if step.before is None or step.after is None:
        return None
    if name not in asked and name not in _settable(step.node.type):
        return COMPUTED
    if name not in asked and explained(step.before, step.after, name, beside):
        return PART
    return _moved(step.before, step.after, name)


@cache
def _settable(type_: str) -> frozenset[str]:
    kind = RESOURCES.get(type_)
    switches = (switch.top for switch in SWITCHES if type_ in switch.types)
    rules = (top_level(path) for rule in RULES if type_ in rule.types for path in rule.properties)
    return frozenset({"tags", "tagsAll", *inputs_read(type_), *switches, *rules, *(kind.inputs if kind else ())})


def _moved(before: Node, after: Node, name: str) -> str | None:
    """What AWS changes by itself, as it was told to."""
    old, new = before.inputs.get(name), after.inputs.get(name)
    if before.type == _GROUP and name == "desiredCapacity":
        return SCALED if _between(before, new) else None
    if before.type not in DATABASE:
        return None
    if name == "engineVersion" and before.inputs.get("autoMinorVersionUpgrade", True) and _major(old) == _major(new):
        return MINOR
    if name == "allocatedStorage" and before.inputs.get("maxAllocatedStorage"):
        most = number(before.inputs["maxAllocatedStorage"]) or 0
        return GROWN if (number(old) or 0) < (number(new) or 0) <= most else None
    return None


def _between(group: Node, capacity: Any) -> bool:
    low, most, now = (number(one) for one in (group.inputs.get("minSize"), group.inputs.get("maxSize"), capacity))
    return low is not None and most is not None and now is not None and low <= now <= most


def _major(version: Any) -> str:
    return str(version).partition(".")[0]
