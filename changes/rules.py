"""All rules of what a change of properties means, and what they find in a step."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from changes import (
    rules_access,
    rules_account,
    rules_bucket,
    rules_budget,
    rules_data,
    rules_edge,
    rules_firewall,
    rules_options,
    rules_origins,
    rules_policies,
    rules_service,
)  # fmt: skip
from changes.beside import TWICE, Beside
from changes.change import Judgement, PropertyChange, Step
from changes.opened import opened
from changes.own import Own
from changes.property_paths import is_within
from changes.rule import Rule
from changes.rules_account import Account

RULES: tuple[Rule, ...] = (
    *rules_data.RULES, *rules_bucket.RULES, *rules_access.RULES, *rules_policies.RULES, *rules_account.RULES,
    *rules_budget.RULES, *rules_edge.RULES, *rules_origins.RULES, *rules_firewall.RULES, *rules_service.RULES,
    *rules_options.RULES,
)  # fmt: skip


def found(step: Step, *, subject: str, own: Own, account: Account, beside: Beside) -> Iterator[Judgement]:
    """A resource that goes is judged as a whole; one that comes or changes also by its properties.

    `account` is what the same change creates, and what was there before in the account project.
    """
    if step.after is None:
        return
    told = _told(step, own, account, beside)
    for rule in RULES:
        if words := told.get(rule.id):
            yield Judgement(
                step=step,
                risk=rule.risk,
                rule=rule.id,
                sentence=f"{subject} {'; '.join(one for one in words if not _is_within_another(one, words))}",
                remedy=rule.remedy,
                causes=_causes(step, rule.properties),
                guarded=rule.guarded,
            )


def _told(step: Step, own: Own, account: Account, beside: Beside) -> dict[str, dict[str, None]]:
    """What each rule finds in words, each once: in the step, and in all that it is held against beside itself."""
    told: dict[str, dict[str, None]] = {}
    for held in (rules_account.seen(step, account), *beside.held(step)):
        for rule, words in _found(held, own):
            told.setdefault(rule, {})[words] = None
    for rule, words in _unlike(step, own, beside):
        told.setdefault(rule, {})[words] = None
    if twice := beside.twice(step):
        told[TWICE] = {twice: None}
    return told


def _found(step: Step, own: Own) -> Iterator[tuple[str, str]]:
    open_ = opened(step, own)
    for rule in RULES:
        checked = rule.check(step) if rule.check is not None and rule.reads(step) else None
        yield from ((rule.id, words) for words in (checked, open_.get(rule.id)) if words)


def _unlike(step: Step, own: Own, beside: Beside) -> Iterator[tuple[str, str]]:
    """What all that it stands beside have, and what is new has not, with their names."""
    steps, rules = beside.alike(step)
    found = [(one.before.name if one.before else "", dict(_found(one, own))) for one in steps]
    for rule in sorted(rules):
        names: dict[str, list[str]] = {}
        for name, told in found:
            names.setdefault(told.get(rule, ""), []).append(name)
        if "" not in names:
            yield from ((rule, f"{words}, unlike {', '.join(named)}") for words, named in names.items())


def _is_within_another(words: str, told: Collection[str]) -> bool:
    return any(words != one and words in one for one in told)


def _causes(step: Step, properties: tuple[str, ...]) -> tuple[PropertyChange, ...]:
    return tuple(change for change in step.changes if any(is_within(change.path, one) for one in properties))
