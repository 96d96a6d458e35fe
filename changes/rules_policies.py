"""Rules about policies: who may do more than before, what is denied no longer, and what nobody can read yet."""

from __future__ import annotations

from changes.change import Step
from changes.conditions import as_wide
from changes.grants import Grant, Granted, beyond, grants
from changes.policies import POLICY_TYPES, PROPERTIES, policies
from changes.property_paths import is_within
from changes.rule import OPEN, Rule, sides
from changes.stack_titles import is_of_account
from controls.inputs import UndecidedError
from rehearsal.graph import Node


def _not_known(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    before, after = (_unknown(side) for side in (step.before, step.after))
    changes = any(is_within(one.path, name) and one.after in OPEN for one in step.changes for name in PROPERTIES)
    if after - before or (after and changes):
        return "has a policy that is only known once it is applied, so that nobody can tell now whom it lets do what"
    return None


def _unknown(node: Node) -> set[str]:
    try:
        return {one.name for one in policies(node) if one.content in OPEN}
    except UndecidedError:
        return {"inline"}


def _more_rights(step: Step) -> str | None:
    return None if is_of_account(step.node.urn) else more(step)


def more(step: Step) -> str | None:
    """What the policies that it holds grant and did not before, in words; None for nothing."""
    if step.before is None or step.after is None:
        return None
    more = sorted({_what(one) for one in beyond(_rights(step.after), _rights(step.before))})
    return f"may do more: {', '.join(more)}" if more else None


def _rights(node: Node | None) -> list[Grant]:
    return [one for one in grants(node) if one.kind == "identity" and one.effect == "Allow"]


def _denies_less(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    old, new = ([one for one in grants(side) if one.effect == "Deny"] for side in (step.before, step.after))
    less = sorted({_what(one) for one in beyond(old, new)})
    return f"denies no longer: {', '.join(less)}" if less else None


def _condition_lifted(step: Step) -> str | None:
    """What was granted under a condition, and is not under one as narrow now.

    In a policy of a resource only under a wider one: of another one its exposures tell.
    """
    if step.before is None or step.after is None:
        return None
    old, new = ([one for one in grants(side) if one.effect == "Allow"] for side in (step.before, step.after))
    held = Granted(old)
    found = sorted({_what(one) for one in beyond(new, old) if any(_lifts(one, each) for each in held.conditions(one))})
    return f"lets in under wider conditions than before: {', '.join(found)}" if found else None


def _lifts(new: Grant, condition: str) -> bool:
    """Whether it is granted without this condition, under which some of the same was."""
    if not condition or as_wide(condition, new.condition):
        return False
    return new.kind != "resource" or as_wide(new.condition, condition)


def _what(one: Grant) -> str:
    return "to take it" if one.kind == "trust" else f"{one.action} on {one.resource}"


def _unbounded(step: Step) -> str | None:
    old, new = sides(step, "permissionsBoundary")
    if step.before is None or step.after is None or old in (None, "") or old == new:
        return None
    same = [side.property_dependencies.get("permissionsBoundary") for side in (step.before, step.after)]
    if new and old in OPEN and same[0] and same[0] == same[1]:
        return None
    if new:
        return f"is bounded by {new} instead of {old}"
    return f"has no permissions boundary{'' if step.op == 'create' else ' any more'}"


RULES = (
    Rule(id="policy-not-known", title="A policy that only the apply will tell", risk="security", types=POLICY_TYPES,
         properties=PROPERTIES, check=_not_known, remedy="apply what it depends on first, then preview again"),
    Rule(id="condition-lifted", title="A policy asks for less than before it grants", risk="security",
         types=POLICY_TYPES, properties=PROPERTIES, check=_condition_lifted,
         remedy="leave it: without a condition AWS's services can be made to act for others"),
    Rule(id="deny-lifted", title="A policy no longer denies what it denied", risk="security", types=POLICY_TYPES,
         properties=PROPERTIES, check=_denies_less, remedy="leave it; what is denied nobody else can allow"),
    Rule(id="boundary-lifted", title="The permissions boundary of a role or user is taken off or changed",
         risk="security", types=frozenset(), properties=("permissionsBoundary",), check=_unbounded,
         remedy="leave it: it is what keeps an identity from widening itself"),
    Rule(id="rights-widened", title="An identity may do more than before", risk="security", types=POLICY_TYPES,
         properties=PROPERTIES, check=_more_rights, guarded=False, remedy="make sure that it needs them"),
)  # fmt: skip
