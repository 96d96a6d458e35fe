"""The guard: what would lose data, or open something to the world, waits until somebody says that it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from changes.change import Acknowledgement, Judgement, Report, Verdict


def decide(report: Report, acknowledgements: Sequence[Acknowledgement], *, today: date) -> Verdict:
    """What of the report passes, with the acknowledgements of its stack; those of others are not looked at."""
    own = [one for one in acknowledgements if one.stack == report.change.stack]
    expired = [one for one in own if one.until is not None and one.until < today]
    good = [one for one in own if one not in expired]
    guarded = [one for one in report.judgements if one.guarded]
    clear = [word for word in good if _is_clear(word, guarded)]
    pairs = [(one, word) for one in guarded if (word := _word(one, clear)) is not None]
    acknowledged = [one for one, _ in pairs]
    return Verdict(
        report=report,
        refused=tuple(one for one in guarded if one not in acknowledged),
        acknowledged=tuple(pairs),
        expired=tuple(expired),
        unused=tuple(one for one in good if one not in clear or not any(_fits(one, each) for each in guarded)),
    )


def _word(judgement: Judgement, acknowledgements: Sequence[Acknowledgement]) -> Acknowledgement | None:
    return next((one for one in acknowledgements if _fits(one, judgement)), None)


def _is_clear(word: Acknowledgement, guarded: Sequence[Judgement]) -> bool:
    """Whether it speaks of one resource: a name that two have lets neither pass, the URN has to be written."""
    return len({one.step.node.urn for one in guarded if _fits(word, one)}) <= 1


def _fits(word: Acknowledgement, judgement: Judgement) -> bool:
    node = judgement.step.node
    return word.rule == judgement.rule and word.resource in (node.name, node.urn)
