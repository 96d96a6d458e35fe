"""All that a step opens or stops protecting: what was not exposed before it, and the switches that it throws."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from changes.change import Step
from changes.exchanged import LINKS, exchanged
from changes.exposed import Exposed, Ports, Target, beyond
from changes.exposure import exposures
from changes.exposure_jobs import is_known, subjects
from changes.grants import Grant
from changes.own import Own
from changes.stack_titles import is_of_account
from changes.switches_access import SWITCHES as OF_ACCESS
from changes.switches_data import SWITCHES as OF_DATA
from changes.switches_listed import SWITCHES as OF_LISTS
from rehearsal.graph import UNKNOWN

SWITCHES: Final = (*OF_DATA, *OF_ACCESS, *OF_LISTS)
_OF_TYPE: Final = {
    type_: tuple(one for one in SWITCHES if type_ in one.types)
    for type_ in frozenset(each for switch in SWITCHES for each in switch.types)
}
_OF_OTHERS: Final = ("granted-to-another", "trust-widened")


def opened(step: Step, own: Own) -> dict[str, str]:
    """What it opens, in words, by the id of the rule that speaks of it."""
    if step.after is None:
        return {}
    before = exposures(step.before) if step.before else set()
    told: dict[str, set[str]] = {}
    for one in (_by_owner(each, own) for each in beyond(exposures(step.after), before)):
        if _counts(one, step, own):
            told.setdefault(one.rule, set()).add(one.sentence)
    for switch in _OF_TYPE.get(step.node.type, ()):
        words = switch.thrown(step)
        if words is not None:
            told.setdefault(switch.rule, set()).add(words)
    for rule, words in exchanged(step, own):
        told.setdefault(rule, set()).add(words)
    return {rule: "; ".join(sorted(sentences)) for rule, sentences in told.items()}


def properties(rule: str) -> tuple[str, ...]:
    """The inputs in which the rule's switches stand, and those by which it knows what is exchanged."""
    links = {link.path for link in LINKS if link.rule == rule}
    return tuple(sorted(links | {switch.top for switch in SWITCHES if switch.rule == rule}))


def _by_owner(one: Exposed, own: Own) -> Exposed:
    """What lets in a group or an address of the program's own opens its own network, and nothing to others."""
    return replace(one, rule="network-opened") if one.rule == "let-in-another" and _is_own(one, own) else one


def _is_own(one: Exposed, own: Own) -> bool:
    return isinstance(one.by, Ports) and (one.by.own or own.has(one.by.source))


def _counts(one: Exposed, step: Step, own: Own) -> bool:
    """Of what is new, only strangers count; of new rules of a group, only what is not the program's own."""
    if one.rule == "network-opened":
        return step.before is not None and not (_is_own(one, own) and step.op == "create")
    if isinstance(one.by, Ports) and one.rule == "let-in-another":
        return step.before is not None
    if isinstance(one.by, Target):
        return _goes_away(one.by, own)
    if step.before is not None or one.rule not in _OF_OTHERS:
        return True
    if not isinstance(one.by, Grant) or one.by.principal == "Service":
        return False
    if one.by.principal == "Federated" and not (is_of_account(step.node.urn) and subjects(one.by)):
        return not is_known(one.by, own.trusts)  # the number in a provider's ARN is ours, whoever its tokens are for
    return own.is_stranger(one.by.who)


def _goes_away(target: Target, own: Own) -> bool:
    """Whether it is a stranger's; what is only to be made is own where it is made of what the change makes itself."""
    if target.account and target.account != UNKNOWN:
        return own.is_stranger(target.account)
    return not own.makes(target.name, target.made_of) and (target.name == UNKNOWN or not own.has(target.name))
