"""Verdicts for machines; docs/changes.md describes the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from changes.change import DONE, Acknowledgement, Folded, PropertyChange, Step, Verdict
from changes.judge import GRAVEST_FIRST
from reports.cost import Costs
from reports.cost import as_json as cost_json
from reports.masking import masked, masked_words
from reports.names import stack_keys
from reports.safe_text import safe_lines
from reports.view import Item, items, warnings

SCHEMA: Final = 2  # raised when a key goes or means something else; new keys may come at any time


def as_json(verdicts: Sequence[Verdict], costs: Costs | None = None) -> dict[str, Any]:
    """All verdicts, as plain values that `json.dumps` takes; no secret, no character that steers a terminal."""
    return {
        "schema": SCHEMA,
        "allowed": all(one.allowed for one in verdicts),
        "environments": [_environment(one) for one in verdicts],
        **({} if costs is None else {"cost": cost_json(costs)}),
    }


def _environment(verdict: Verdict) -> dict[str, Any]:
    change = verdict.report.change
    found = items(verdict)
    return {
        **stack_keys(change.stack),
        "origin": safe_lines(change.origin),
        "whole": change.whole,
        "outside": change.outside,
        "warnings": list(warnings(verdict)),
        "allowed": verdict.allowed,
        "summary": _summary(verdict, found),
        "judgements": [_judgement(one) for one in found],
        "steps": [_resource(step) | {"changes": _changes(step.changes, step)} for step in change.steps],
        "folded": [_folded(one) for one in verdict.report.folded],
        "expired": [_word(one) for one in verdict.expired],
        "unused": [_word(one) for one in verdict.unused],
    }


def _summary(verdict: Verdict, found: Sequence[Item]) -> dict[str, Any]:
    operations = Counter(step.op for step in verdict.report.change.steps)
    risks = Counter(one.risk for one in verdict.report.judgements)
    return {
        "operations": {op: operations[op] for op in DONE},
        "risks": {risk: risks[risk] for risk in GRAVEST_FIRST},
        "refused": sum(one.state == "refused" for one in found),
        "acknowledged": sum(one.state == "acknowledged" for one in found),
        "folded": len(verdict.report.folded),
    }


def _judgement(one: Item) -> dict[str, Any]:
    judgement = one.judgement
    return {
        **_resource(judgement.step),
        "risk": judgement.risk,
        "rule": judgement.rule,
        "state": one.state,
        "guarded": judgement.guarded,
        "sentence": one.sentence,
        "remedy": one.remedy,
        "causes": _changes(judgement.causes, judgement.step),
        "dependents": [safe_lines(urn) for urn in judgement.dependents],
        "acknowledgement": None if one.word is None else _word(one.word),
    }


def _resource(step: Step) -> dict[str, Any]:
    node = step.node
    return {
        "urn": safe_lines(node.urn),
        "resource": safe_lines(node.name),
        "type": safe_lines(node.type),
        "operation": step.op,
    }


def _changes(changes: Iterable[PropertyChange], step: Step) -> list[dict[str, Any]]:
    found = []
    for one in changes:
        before, after = masked(one, step)
        found.append({"path": safe_lines(one.path), "before": before, "after": after, "replaces": one.replaces})
    return found


def _folded(one: Folded) -> dict[str, Any]:
    paths = [safe_lines(change.path) for change in one.changes]
    return {**_resource(one.step), "reason": safe_lines(masked_words(one.reason)), "paths": paths}


def _word(one: Acknowledgement) -> dict[str, Any]:
    return {
        **stack_keys(one.stack),
        "resource": safe_lines(one.resource),
        "rule": safe_lines(one.rule),
        "reason": safe_lines(one.reason),
        "until": None if one.until is None else one.until.isoformat(),
        "source": safe_lines(one.source),
    }
