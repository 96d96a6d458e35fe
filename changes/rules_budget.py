"""A rule about the alarm on costs: whom it tells, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from changes.change import Step
from changes.rule import EMPTY, OPEN, Rule, each_block, number, sides
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_BUDGET: Final = "aws:budgets/budget:Budget"
_MORE: Final = "GREATER_THAN"
# What is counted, and over which time: another one makes another amount of the same limit. With what AWS takes.
_COUNTED: Final[Mapping[str, Any]] = {
    "accountId": None, "autoAdjustData": None, "billingViewArn": None, "budgetType": None, "costFilters": None,
    "filterExpression": None, "limitUnit": None, "metrics": None, "plannedLimits": None,
    "timePeriodEnd": "2087-06-15_00:00", "timePeriodStart": None, "timeUnit": None,
}  # fmt: skip
_WHOLE_VIEW: Final = ":billingview/primary"  # of all costs: what AWS tells where the program names no view
_OFF: Final = frozenset({"useAmortized", "useBlended"})
_RAISED: Final = 10  # times as much: growth that is planned asks for less at once


def _nobody_told(step: Step) -> str | None:
    """All who were told of high costs are told no longer, not before they are ten times as high, or of other costs."""
    if step.before is None or step.after is None:
        return None
    old, new = _subscribers(step.before), _subscribers(step.after)
    if old and new and not old & new:
        return f"tells {', '.join(sorted(new))} and none of those whom it told before"
    other = [name for name, default in _COUNTED.items() if _changed(step, name, default)]
    less = sorted(_left_out(step.after) - _left_out(step.before))
    if other or less:
        return f"counts other costs than before, or in another way: {', '.join((*other, *less))}"
    before, after = _first_told(step.before, old), _first_told(step.after, old)
    if (old and not new) or (before is not None and after is None):
        return "tells nobody any more that costs are high"
    if before and after and after >= _RAISED * before:
        return f"tells nobody before {after:.0f} are spent, instead of {before:.0f}"
    return None


def _subscribers(budget: Node) -> set[str]:
    return {each for one in _alarms(budget) for each in _told(one)}


def _told(alarm: Mapping[str, Any]) -> set[str]:
    paths = ("subscriberEmailAddresses", "subscriberSnsTopicArns")
    return {str(each) for path in paths for each in listed(alarm.get(path))}


def _changed(step: Step, name: str, default: Any) -> bool:
    """Whether it is another one; AWS tells the account's number also where the program set none."""
    old, new = (default if one in EMPTY or str(one).endswith(_WHOLE_VIEW) else one for one in sides(step, name))
    return bool(old != new) and not (name == "accountId" and old is None)


def _left_out(budget: Node) -> set[str]:
    """The kinds of costs that it does not count; but for those that AWS has off by itself, all count."""
    held = peek(budget, "costTypes")
    flags = held if isinstance(held, Mapping) else {}
    return {str(key) for key, value in flags.items() if value in (False, "false", *OPEN)} - _OFF


def _alarms(budget: Node) -> list[Mapping[str, Any]]:
    """The notifications of costs that are high: of such as are low, or exactly an amount, nobody is warned."""
    held = [one for one in each_block(budget, "notifications") if isinstance(one, Mapping)]
    return [one for one in held if one.get("comparisonOperator") in (None, _MORE)]


def _first_told(budget: Node, whom: set[str]) -> float | None:
    """The least amount that one of these is told of; None where none of them is, or nobody can tell."""
    limit = number(peek(budget, "limitAmount"))
    amounts = [
        (number(one.get("threshold")), one.get("thresholdType") == "PERCENTAGE")
        for one in _alarms(budget)
        if _told(one) & whom
    ]
    found = [
        share * limit / 100 if of_limit else share
        for share, of_limit in amounts
        if share is not None and limit is not None
    ]
    return min(found, default=None)


RULES = (
    Rule(id="budget-weakened", title="High costs are told to others alone, much later or not at all", risk="security",
         types=frozenset({_BUDGET}), check=_nobody_told,
         properties=("notifications", "limitAmount", *_COUNTED, "costTypes"),
         remedy="keep one of those who are told now until the others have had a warning"),
)  # fmt: skip
