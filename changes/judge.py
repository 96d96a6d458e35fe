"""What a change means: each step's risks in plain words, what is noise, and what depends on what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from changes import rules
from changes.beside import beside_of
from changes.change import DONE, Change, Judgement, Op, Report, Risk, Step
from changes.dependents import Dependents
from changes.meanings import Meaning, meaning
from changes.noise import deciding_tags, parts_of_buckets, sift
from changes.own import Own, own_of
from changes.retyped import retyped
from changes.rule import OPEN, Rule
from changes.rules_account import account_of
from cost.difference import difference as cost_difference
from cost.pricing import region_of
from infra.errors import PlatformError
from rehearsal.difference import top_level
from rehearsal.graph import PROVIDER

RULES: Final[tuple[Rule, ...]] = rules.RULES
GRAVEST_FIRST: Final[tuple[Risk, ...]] = ("data loss", "security", "unknown", "downtime", "cost", "cosmetic")
_MOVES: Final = "the new one is made first, and what uses it goes over to it"
# By which a guard names what it guards.
_GUARDED: Final = ("bucket", "region", "accountId", "settingId", "scope", "vpcId", "provider")
_ELSEWHERE: Final = "it may work in other accounts than those that are there"
_UNWATCHED: Final = "from now on nobody is told when it is taken off"
_DOES: Final[Mapping[Op, str]] = {
    "create": "creates", "update": "changes", "replace": "replaces", "delete": "deletes", "import": "takes in",
    "forget": "forgets, without deleting it,",
}  # fmt: skip


def judge(change: Change) -> Report:
    """The change with what it means; pure, and as quick as the graph is large."""
    deciding = deciding_tags(change.before, change.after)
    dependents = Dependents(change)
    parts = parts_of_buckets(change.steps)
    cost, why = _cost(change)
    if why:
        change = replace(change, warnings=(*change.warnings, f"what this costs is not judged, or not all of it: {why}"))
    own = own_of(change)
    coming = {step.node.urn for step in change.steps if step.op == "create"}
    account, beside = account_of(change, coming), beside_of(change, coming | change.unfinished)
    judgements: list[Judgement] = []
    folded = list(change.folded)
    for step in change.steps:
        rest, noise = sift(step, deciding, parts)
        folded.extend(noise)
        if rest is not None:
            known = meaning(step.before or step.node)
            by_rules = list(rules.found(rest, subject=_subject(rest, known), own=own, account=account, beside=beside))
            told = (*by_rules, *_told(rest, known, by_rules, cost.get(step.node.urn), own))
            judgements.extend(replace(one, dependents=dependents.of(step)) for one in told)
    return Report(change=change, judgements=tuple(sorted(judgements, key=_gravity)), folded=tuple(folded))


def _gravity(judgement: Judgement) -> tuple[int, bool, str, str]:
    urn = judgement.step.node.urn
    return GRAVEST_FIRST.index(judgement.risk), not judgement.guarded, urn, judgement.rule


def _told(
    step: Step, known: Meaning | None, by_rules: Sequence[Judgement], cost: Decimal | None, own: Own
) -> Iterator[Judgement]:
    """What it costs, and what happens to it as a whole, as far as rules have not told that."""
    if known is None or meaning(step.node) is None:
        yield _unknown(step)
    if cost:
        sentence = f"{_subject(step, known)} costs {abs(cost):.2f} USD a month {'more' if cost > 0 else 'less'}"
        yield Judgement(step=step, risk="cost", rule="cost-changed", sentence=sentence)
    told = [cause for one in by_rules for cause in one.causes]
    rest = step if step.op != "update" else replace(step, changes=tuple(one for one in step.changes if one not in told))
    if known is not None and (rest.changes or step.op != "update" or not by_rules):
        yield replace(_by_meaning(rest, known, own), step=step)


def _unknown(step: Step) -> Judgement:
    return Judgement(
        step=step,
        risk="unknown",
        rule=f"unknown-type-{DONE[step.op]}",
        sentence=f"{_DOES[step.op]} {step.node.name}: nobody has described what a {step.node.type} is to the product",
        remedy="find out what it holds and who needs it; describe its type in changes/meanings.py",
        causes=step.changes,
        guarded=True,
    )


def _by_meaning(step: Step, known: Meaning, own: Own) -> Judgement:
    risk, guarded = _whole(step, known, own)
    ends = step.op in ("delete", "replace")
    effect = _uncertain(step) or (_ELSEWHERE if step.op == "create" and guarded else "")
    if step.op == "forget" and known.guards_access:
        effect = _UNWATCHED
    if ends:
        anew = known.anew if step.op == "replace" else ""
        effect = _MOVES if _moves(step, known) else known.lost or anew or known.away
    return Judgement(
        step=step,
        risk=risk,
        rule=f"{known.word}-{DONE[step.op]}",
        sentence=f"{_DOES[step.op]} {_subject(step, known)}{f': {effect}' if effect else ''}",
        remedy=known.remedy if ends else "",
        causes=tuple(one for one in step.changes if one.replaces) or step.changes,
        guarded=guarded,
    )


def _whole(step: Step, known: Meaning, own: Own) -> tuple[Risk, bool]:
    """The risk of what happens to the resource as a whole, and whether it waits for a person."""
    if step.op in ("delete", "replace"):
        if known.lost:
            return "data loss", True
        if known.guards_access and _leaves(step):
            return known.gone, True
        if _moves(step, known):
            return ("security" if known.updated == "security" else "cosmetic"), False
        return known.gone, known.gone == "unknown"
    if step.op == "forget":
        if known.lost:
            return "data loss", True
        return ("security" if known.guards_access else "cosmetic"), known.guards_access
    if step.op == "update":
        if any(change.replaces for change in step.changes):
            return ("data loss", True) if known.lost else ("downtime", False)
        return _updated(step, known)
    elsewhere = step.node.type == PROVIDER and own.works_elsewhere(step.node)
    return ("unknown", True) if elsewhere else ("cosmetic", False)


def _leaves(step: Step) -> bool:
    """Whether what it guards is without it afterwards: it goes, or goes over to another bucket, region or account."""
    if step.before is None or step.after is None:
        return step.op == "delete"
    own, new = step.before.property_dependencies, step.after.property_dependencies
    return any(retyped(step.before, step.after)) or any(
        top_level(one.path) in _GUARDED
        and not (one.after in OPEN and own.get(one.path) and own.get(one.path) == new.get(one.path))
        for one in step.changes
    )


def _moves(step: Step, known: Meaning) -> bool:
    stays = step.before is not None and step.after is not None and not any(retyped(step.before, step.after))
    stays = stays and not any(top_level(one.path) == "provider" for one in step.changes)  # to another region or account
    return step.op == "replace" and known.moves and stays and not step.node.options.get("deleteBeforeReplace")


def _updated(step: Step, known: Meaning) -> tuple[Risk, bool]:
    tags_of_provider = bool(step.changes) and all(change.path.startswith("defaultTags") for change in step.changes)
    if known.updated == "unknown":
        return ("cosmetic", False) if tags_of_provider else ("unknown", True)
    words = all(change.path.rpartition(".")[2] in ("description", "comment") for change in step.changes)
    return ("cosmetic", False) if step.changes and words else (known.updated, False)


def _uncertain(step: Step) -> str:
    if step.op == "update" and any(change.replaces for change in step.changes):
        return "AWS may only be able to do that by a new one"
    return ""


def _subject(step: Step, known: Meaning | None) -> str:
    return f"{known.role} ({step.node.name})" if known else step.node.name


def _cost(change: Change) -> tuple[dict[str, Decimal], str]:
    """USD a month more by URN, or why there is none: an unknown region, or a price that the sheet lacks.

    Of what was done outside of the program only the resources that drifted are known, and no region with them.
    """
    region = region_of(change.after) or region_of(change.before)
    if region is None:
        return {}, "" if change.outside or not change.steps else "no side names its region"
    try:
        found = cost_difference(change.before, change.after, region=region)
    except PlatformError as error:
        return {}, str(error) if change.steps else ""
    changed = {step.node.urn for step in change.steps}
    lacking = sorted({f"{one.resource}: {one.reason}" for one in found.not_priced if one.urn in changed})
    why = f"{'; '.join(lacking[:3])}{f'; and {len(lacking) - 3} more' if lacking[3:] else ''}" if lacking else ""
    return {row.urn: row.delta for row in found.rows if row.urn}, why
