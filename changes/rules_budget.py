"""A rule about the alarm on costs: whom it tells, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from changes.change import Step
from changes.rule import Rule, each_block, number
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_BUDGET: Final = "aws:budgets/budget:Budget"
_RAISED: Final = 10  # times as much: growth that is planned asks for less at once


def _nobody_told(step: Step) -> str | None:
    """All who were told of high costs are told no longer, or not before they are ten times as high."""
    if step.before is None or step.after is None:
        return None
    old, new = _subscribers(step.before), _subscribers(step.after)
    if old and new and not old & new:
        return f"tells {', '.join(sorted(new))} and none of those whom it told before"
    before, after = _first_told(step.before), _first_told(step.after)
    if before and after and after >= _RAISED * before:
        return f"tells nobody before {after:.0f} are spent, instead of {before:.0f}"
    return None


def _subscribers(budget: Node) -> set[str]:
    paths = ("subscriberEmailAddresses", "subscriberSnsTopicArns")
    held = [one for one in each_block(budget, "notifications") if isinstance(one, Mapping)]
    return {str(each) for one in held for path in paths for each in listed(one.get(path))}


def _first_told(budget: Node) -> float | None:
    """The least amount that somebody is told of; None where nobody can tell."""
    limit = number(peek(budget, "limitAmount"))
    held = [one for one in each_block(budget, "notifications") if isinstance(one, Mapping)]
    amounts = [(number(one.get("threshold")), one.get("thresholdType") == "PERCENTAGE") for one in held]
    found = [
        share * limit / 100 if of_limit else share
        for share, of_limit in amounts
        if share is not None and limit is not None
    ]
    return min(found, default=None)


RULES = (
    Rule(id="budget-weakened", title="High costs are told to others alone, or much later", risk="security",
         types=frozenset({_BUDGET}), properties=("notifications", "limitAmount"), check=_nobody_told,
         remedy="keep one of those who are told now until the others have had a warning"),
)  # fmt: skip
