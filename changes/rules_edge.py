"""Rules about the edge: what a distribution asks of callers.

Source: Amazon CloudFront Developer Guide, "Serve private content with signed URLs and signed cookies" and "Path
pattern".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from changes.behaviors import behaviors, paths_where
from changes.change import Step
from changes.rule import DISTRIBUTION, OPEN, Rule
from rehearsal.graph import UNKNOWN
from rehearsal.policy_documents import listed

_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's own policy, the same in each account
_SIGNED = ("trustedKeyGroups", "trustedSigners")
_FUNCTIONS = ("functionAssociations", "lambdaFunctionAssociations")


def _unsigned(step: Step) -> str | None:
    words = "answers without a signed address or cookie"
    return _less(step, lambda old, new: _loses(_asked(old, _SIGNED), _asked(new, _SIGNED)), words)


def _without_function(step: Step) -> str | None:
    """A function that comes with the answer asks nothing, so that each moment of a request counts by itself."""
    words = "no longer runs a function where it ran one before it answers, such as a password's"
    return _less(step, _functions_gone, words)


def _functions_gone(old: Any, new: Any) -> bool:
    before, after = (_asked(one, _FUNCTIONS) for one in (old, new))
    at = {one.get("eventType") for one in before if isinstance(one, Mapping)}
    return _loses(before, after) or any(_loses(_run_at(event, before), _run_at(event, after)) for event in at)


def _run_at(event: Any, functions: list[Any]) -> list[Any]:
    return [one for one in functions if isinstance(one, Mapping) and one.get("eventType") == event]


def _less(step: Step, worse: Callable[[Any, Any], bool], words: str) -> str | None:
    """Paths of which something was asked before and may not be now."""
    if step.before is None or step.after is None:
        return None
    lost = paths_where(behaviors(step.before), behaviors(step.after), worse)
    return f"{words}, for {', '.join(lost)}" if lost else None


def _asked(behavior: Any, names: tuple[str, ...]) -> list[Any]:
    if not isinstance(behavior, Mapping):
        return [UNKNOWN]
    return [one for name in names for one in listed(behavior.get(name))]


def _cached(step: Step) -> str | None:
    """Paths whose answers were made for each caller, and may now be kept and given to others."""
    if step.before is None or step.after is None:
        return None
    found = paths_where(
        behaviors(step.before),
        behaviors(step.after),
        lambda old, new: _cache_policy(old) == _CACHING_DISABLED and _cache_policy(new) != _CACHING_DISABLED,
    )
    return f"may keep an answer and give it to others, for {', '.join(found)}" if found else None


def _cache_policy(behavior: Any) -> Any:
    return behavior.get("cachePolicyId") if isinstance(behavior, Mapping) else behavior


def _loses(old: list[Any], new: list[Any]) -> bool:
    return bool(old) and new != old and not _certain(new)


def _certain(asked: list[Any]) -> bool:
    return bool(asked) and not any(one in OPEN for one in asked)


RULES = (
    Rule(id="signature-off", title="A site answers without a signed address or cookie", risk="security",
         types=DISTRIBUTION, properties=("defaultCacheBehavior", "orderedCacheBehaviors"), check=_unsigned,
         remedy="leave its key groups on: files behind them were private"),
    Rule(id="edge-function-detached", title="A site runs no function before it answers any more", risk="security",
         types=DISTRIBUTION, properties=("defaultCacheBehavior", "orderedCacheBehaviors"), check=_without_function,
         remedy="leave it on, or make sure that it was no password or check"),
    Rule(id="cached-for-others", title="Answers that were made for each caller may be cached", risk="security",
         types=DISTRIBUTION, properties=("defaultCacheBehavior", "orderedCacheBehaviors"), check=_cached,
         remedy="leave caching off for what a login decides; cache public paths by a behavior of their own"),
)  # fmt: skip
