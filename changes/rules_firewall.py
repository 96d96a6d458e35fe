"""What a web application firewall lets pass that it refused.

Source: AWS WAF Developer Guide, "Rule actions" and "Rate-based rule statements".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from changes.change import Step
from changes.rule import OPEN, Rule, each_block, number
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_FIREWALL = frozenset({"aws:wafv2/webAcl:WebAcl"})
_LOOSE = ("limit", "ruleActionOverrides")  # of a statement: what may change without looking for something else


def filters_less(step: Step) -> str | None:
    """What it lets pass that it refused before, in words; None for nothing."""
    if step.before is None or step.after is None:
        return None
    for path in ("rules", "defaultAction"):
        before, after = peek(step.before, path), peek(step.after, path)
        if before != after and (before in OPEN or after in OPEN):
            return "filters by rules that are only known on one side of the change"
    old, new = _filters(step.before), _filters(step.after)
    found = sorted({*(name for name, one in old.items() if _weaker(one, new.get(name))), *_passes(old, new)})
    if _does(step.before, "defaultAction") == "block" and _does(step.after, "defaultAction") != "block":
        found.append("everything that no rule speaks of")
    return f"lets pass what it refused: {', '.join(found)}" if found else None


def _filters(node: Node) -> dict[str, Mapping[str, Any]]:
    return {str(one.get("name")): one for one in each_block(node, "rules") if isinstance(one, Mapping)}


def _does(node: Node, path: str) -> str:
    return _kind(peek(node, path))


def _kind(action: Any) -> str:
    """`block` of `{block: {}}`."""
    return (
        next((str(key) for key, value in action.items() if value is not None), "")
        if isinstance(action, Mapping)
        else ""
    )


def _weaker(old: Mapping[str, Any], new: Mapping[str, Any] | None) -> bool:
    """Whether a rule that refused requests is gone, does something else, or looks for something else."""
    if _action(old) in ("allow", "count"):
        return False
    if new is None or _action(new) not in (_action(old), "block"):
        return True
    return bool(_lookup(old) != _lookup(new) and not _stricter(old.get("statement"), new.get("statement")))


def _passes(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Rules that let requests pass before others see them."""
    for name, one in new.items():
        if _action(one) != "allow":
            continue
        if (
            _lookup(one) != _lookup(old.get(name, {}))
            or not _seen_by(new, one) >= _seen_by(old, old[name]) & new.keys()
        ):
            yield name


def _seen_by(rules: Mapping[str, Mapping[str, Any]], one: Mapping[str, Any]) -> set[str]:
    """Rules that refuse, and see a request before the one does; of an order that is not known none certainly does."""
    own = _priority(one)
    return {name for name, other in rules.items() if _action(other) not in ("allow", "count") and _before(other, own)}


def _before(rule: Mapping[str, Any], priority: float | None) -> bool:
    found = _priority(rule)
    return found is not None and priority is not None and found < priority


def _priority(rule: Mapping[str, Any]) -> float | None:
    return number(rule.get("priority", 0))


def _action(rule: Mapping[str, Any]) -> str:
    """What it does with a request; that of a group of rules is the group's own, unless it is overridden."""
    found = _kind(rule.get("action")) or _kind(rule.get("overrideAction"))
    return "block" if found == "none" else found


def _lookup(rule: Mapping[str, Any]) -> Any:
    return _action(rule), rule.get("statement")


def _stricter(old: Any, new: Any) -> bool:
    """Whether it only refuses at a lower rate, or makes fewer exceptions within a group."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping) or old.keys() != new.keys():
        return False
    return all(_stricter_part(old[kind], new[kind]) for kind in old)


def _stricter_part(old: Any, new: Any) -> bool:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return bool(old == new)
    before, after = ({key: value for key, value in one.items() if key not in _LOOSE} for one in (old, new))
    limits = [number(one.get("limit", 0)) for one in (old, new)]
    lower = None not in limits and cast(float, limits[1]) <= cast(float, limits[0])
    excepted = listed(old.get("ruleActionOverrides"))
    more = [one for one in listed(new.get("ruleActionOverrides")) if one not in excepted]
    return before == after and not more and lower


RULES = (
    Rule(id="firewall-weakened", title="A web application firewall lets more pass", risk="security", types=_FIREWALL,
         properties=("rules", "defaultAction"), check=filters_less,
         remedy="count instead of block in a rule of its own while you try it"),
)  # fmt: skip
