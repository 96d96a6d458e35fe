"""What every renderer shows of a verdict, in one order: the gravest first, many creations as one group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from changes.change import DONE, Acknowledgement, Folded, Judgement, Op, Risk, Step, Verdict
from changes.judge import GRAVEST_FIRST
from rehearsal.graph import Node
from reports.masking import masked_sentence, masked_words, secrets_of
from reports.names import Components, kind
from reports.safe_text import safe, safe_lines
from reports.values import Shown, shown

State = Literal["refused", "acknowledged", "passes"]
ALONE = 5  # creations, or deletions, of one risk that are shown one by one
_WOULD: Final[Mapping[Risk, str]] = {
    "data loss": "would lose data", "security": "would open or weaken something", "unknown": "of unknown risk",
    "downtime": "would interrupt or weaken the service", "cost": "would change the cost", "cosmetic": "cosmetic",
}  # fmt: skip
_DID: Final[Mapping[Risk, str]] = {
    **_WOULD, "data loss": "lost or endangered data", "security": "opened or weakened something",
    "downtime": "interrupted or weakened the service", "cost": "changed the cost",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Item:
    """One judgement, what the guard says of it, and in which component its resource is."""

    judgement: Judgement
    state: State
    word: Acknowledgement | None
    component: str

    @property
    def node(self) -> Node:
        """The resource."""
        return self.judgement.step.node

    @cached_property
    def causes(self) -> tuple[Shown, ...]:
        """The properties that bring it about; all that differ where the rule names none."""
        step = self.judgement.step
        found = self.judgement.causes or (step.changes if self.judgement.risk != "cost" else ())
        return tuple(shown(one, step) for one in found)

    @cached_property
    def sentence(self) -> str:
        """What happens to what, without a secret and what steers a terminal."""
        return safe_lines(masked_sentence(self.judgement.sentence, self._secrets))

    @cached_property
    def remedy(self) -> str:
        """What to do instead or first, in the same way; empty for nothing."""
        return safe_lines(masked_sentence(self.judgement.remedy, self._secrets))

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        return secrets_of(self.judgement)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Many judgements of one kind that wait for nobody, by component and by type."""

    op: Op
    items: tuple[Item, ...]

    @property
    def places(self) -> dict[str, Counter[str]]:
        """Number of resources by component and by what their type is called, in the order of the names."""
        found: dict[str, Counter[str]] = {}
        for one in sorted(self.items, key=lambda item: (item.component, kind(item.node))):
            found.setdefault(one.component, Counter())[kind(one.node)] += 1
        return found


@dataclass(frozen=True, kw_only=True)
class Section:
    """One risk: what stands alone, the guarded first, and what is grouped."""

    risk: Risk
    items: tuple[Item, ...]
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """Number of judgements."""
        return len(self.items) + sum(len(group.items) for group in self.groups)


def sections(verdict: Verdict, *, whole: bool = False) -> tuple[Section, ...]:
    """The judgements by risk, the gravest first; `whole` groups none of them."""
    found = items(verdict)
    by_risk = {risk: [one for one in found if one.judgement.risk == risk] for risk in GRAVEST_FIRST}
    return tuple(_section(risk, held, whole=whole) for risk, held in by_risk.items() if held)


def items(verdict: Verdict) -> tuple[Item, ...]:
    """Every judgement, the gravest first; what was done already, outside of Pulumi, is refused no more."""
    words = {_key(judgement): word for judgement, word in verdict.acknowledged}
    refused = set() if verdict.report.change.outside else {_key(one) for one in verdict.refused}
    components = Components(verdict.report.change)
    return tuple(
        Item(
            judgement=one,
            state="refused" if _key(one) in refused else "acknowledged" if _key(one) in words else "passes",
            word=words.get(_key(one)),
            component=components.of(one.step.node),
        )
        for one in sorted(verdict.report.judgements, key=lambda one: GRAVEST_FIRST.index(one.risk))
    )


def _key(judgement: Judgement) -> tuple[str, str]:
    return judgement.step.node.urn, judgement.rule


def _section(risk: Risk, found: Sequence[Item], *, whole: bool) -> Section:
    groups = []
    alone = list(found)
    for op in () if whole else ("create", "delete", "import"):
        same = [one for one in alone if one.judgement.step.op == op and not one.judgement.guarded]
        if len(same) > ALONE:
            groups.append(Group(op=same[0].judgement.step.op, items=tuple(same)))
            alone = [one for one in alone if one.judgement.step.op != op or one.judgement.guarded]
    ordered = sorted(alone, key=lambda one: ("refused", "acknowledged", "passes").index(one.state))
    return Section(risk=risk, items=tuple(ordered), groups=tuple(groups))


def counted(verdict: Verdict) -> str:
    """`1 would lose data, 2 would change the cost, 14 folded`; nothing for a change of nothing."""
    found = Counter(one.risk for one in verdict.report.judgements)
    parts = [f"{found[risk]} {effect(risk, verdict)}" for risk in GRAVEST_FIRST if found[risk]]
    folded = len(verdict.report.folded)
    return ", ".join([*parts, f"{folded} folded"] if folded else parts)


def effect(risk: Risk, verdict: Verdict) -> str:
    """What a risk does, of what is to be done or of what was done: `would lose data`, `lost data`."""
    return (_DID if verdict.report.change.outside else _WOULD)[risk]


def warnings(verdict: Verdict) -> tuple[str, ...]:
    """What the reader of the change must know, without a secret and what steers a terminal."""
    return tuple(safe_lines(masked_words(one)) for one in verdict.report.change.warnings)


def operations(steps: Sequence[Step]) -> str:
    """`1 replaced, 3 changed`, components left out."""
    found = Counter(step.op for step in steps if step.node.custom)
    return ", ".join(f"{found[op]} {word}" for op, word in DONE.items() if found[op])


def reasons(verdict: Verdict) -> Iterator[tuple[str, tuple[Folded, ...]]]:
    """What was folded, by reason, the most frequent first."""
    found: dict[str, list[Folded]] = {}
    for one in verdict.report.folded:
        found.setdefault(one.reason, []).append(one)
    for reason, held in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield safe(masked_words(reason)), tuple(held)


def outcome(verdict: Verdict) -> str:
    """The guard's answer in one word; of what was done outside of Pulumi, which no guard can stop, that it was."""
    if verdict.report.change.outside:
        return "drifted" if verdict.report.judgements else "no drift"
    if not verdict.allowed:
        return "refused"
    return "allowed" if verdict.report.change.steps else "no changes"


def title(verdicts: Sequence[Verdict]) -> str:
    """What a page is headed by, with the gravest answer: `Changes of the infrastructure: refused`."""
    answers = {outcome(one) for one in verdicts}
    answer = next((one for one in ("refused", "drifted", "allowed") if one in answers), "none")
    if any(one.report.change.outside for one in verdicts):
        return f"Drift of the infrastructure: {'found' if answer == 'drifted' else answer}"
    return f"Changes of the infrastructure: {answer}"


def few(names: Sequence[str], most: int) -> str:
    """`a, b, c and 9 more`."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
