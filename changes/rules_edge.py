"""Rules about the edge: what a distribution asks of callers.

Source: Amazon CloudFront Developer Guide, "Serve private content with signed URLs and signed cookies" and "Path
pattern".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from changes.change import Step
from changes.rule import DISTRIBUTION, OPEN, Rule, each_block
from changes.wildcards import covers
from rehearsal.graph import UNKNOWN, Node
from rehearsal.policy_documents import listed

_ALL = "*"
_SIGNED = ("trustedKeyGroups", "trustedSigners")
_FUNCTIONS = ("functionAssociations", "lambdaFunctionAssociations")


def _unsigned(step: Step) -> str | None:
    return _less_asked(step, _SIGNED, "answers without a signed address or cookie")


def _without_function(step: Step) -> str | None:
    return _less_asked(step, _FUNCTIONS, "no longer runs a function before it answers, such as a password's")


def _less_asked(step: Step, names: tuple[str, ...], words: str) -> str | None:
    """Paths of which something was asked before and may not be now."""
    if step.before is None or step.after is None:
        return None
    before, after = _behaviors(step.before), _behaviors(step.after)
    own = {path for path, _ in (*before, *after)}
    both = {one.replace(_ALL, other.removeprefix("/")) for one in own for other in own}
    for paths in (own, both):  # a request that two patterns fit is told where those of one alone lose nothing
        if lost := sorted(path for path in paths if _loses(_at(before, path, names), _at(after, path, names))):
            return f"{words}, for {', '.join(lost)}"
    return None


def _behaviors(node: Node) -> list[tuple[str, Any]]:
    """Path patterns and their behaviors in CloudFront's order, the default one last; one not known may be of any."""
    ordered = [(_pattern(one), one) for one in each_block(node, "orderedCacheBehaviors")]
    default = [(_ALL, one) for one in each_block(node, "defaultCacheBehavior")]
    return [*ordered, *(default or [(_ALL, {})])]


def _pattern(behavior: Any) -> str:
    path = behavior.get("pathPattern") if isinstance(behavior, Mapping) else UNKNOWN
    return _ALL if path in OPEN else str(path)


def _at(behaviors: list[tuple[str, Any]], path: str, names: tuple[str, ...]) -> list[Any]:
    """What the first behavior that answers the path asks."""
    bare = path.removeprefix("/")
    behavior = next(one for pattern, one in behaviors if covers(pattern.removeprefix("/"), bare))
    if not isinstance(behavior, Mapping):
        return [UNKNOWN]
    return [one for name in names for one in listed(behavior.get(name))]


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
)  # fmt: skip
