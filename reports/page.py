"""What the HTML page of a change shows, as plain values for its template (templates/changes/page.html.j2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from changes.change import DONE, Folded, Verdict
from changes.stack_titles import kind_and_name
from drawing.model import PROVIDERS
from reports.acknowledging import lines as acknowledgement
from reports.acknowledging import option, said
from reports.drawing import drawing
from reports.drawing_line import Mark
from reports.names import dependents, kind
from reports.safe_text import cut, safe
from reports.view import Group, Item, Section, effect, operations, outcome, reasons, sections, warnings

CAUSES: Final = 30  # properties of one judgement


def environment_of(verdict: Verdict, key: str) -> dict[str, Any]:
    """What the template shows of one environment; ids begin with `key`. The drawing alone is markup already."""
    change = verdict.report.change
    found = keyed(verdict, key)
    marks = marks_of(verdict, found, key)
    kind, name = kind_and_name(change.stack)
    title = f"The {'platform of' if kind == 'environment' else 'account'} {safe(name)}, with what changes"
    refused = [one for section, _ in found for one in section.items if one.state == "refused"]
    entries = [line for one in refused for line in acknowledgement(one.judgement, change.stack)]
    folded = list(reasons(verdict))
    return {
        "key": key,
        "name": safe(change.stack),
        "outcome": outcome(verdict),
        "origin": safe(change.origin),
        "operations": operations(change.steps),
        "warnings": [safe(one) for one in warnings(verdict)],
        "words": list(_words(verdict)),
        "whole": change.whole,
        "drawing": drawing(change, marks, key=key, title=title) if change.steps else "",
        "undrawn": [{"key": one_key, "name": safe(one.node.name)} for one, one_key in _undrawn(found)],
        "sections": [_section(section, keys, key, effect(section.risk, verdict)) for section, keys in found],
        "folded": [_folded(reason, held) for reason, held in folded],
        "folded_count": len(verdict.report.folded),
        "entries": "\n".join(entries),
    }


Keyed = tuple[Section, Mapping[int, str]]  # a section, and the id of each of its items by identity


def keyed(verdict: Verdict, key: str) -> list[Keyed]:
    """The sections, each with the ids of its items."""
    found: list[Keyed] = []
    for number, section in enumerate(sections(verdict)):
        every = _every(section)
        found.append((section, {id(one): f"{key}-{number}-{index}" for index, one in enumerate(every)}))
    return found


def _every(section: Section) -> Iterable[Item]:
    return (*section.items, *(one for group in section.groups for one in group.items))


def marks_of(verdict: Verdict, found: Sequence[Keyed], key: str) -> dict[str, Mark]:
    """The gravest of each resource: the sections are in that order, and a refused one goes before all."""
    pairs = [(one, keys[id(one)]) for section, keys in found for one in _every(section)]
    pairs.sort(key=lambda pair: pair[0].state != "refused")
    marks: dict[str, Mark] = {}
    for one, target in pairs:
        judgement = one.judgement
        mark = Mark(op=judgement.step.op, risk=judgement.risk, state=one.state, target=target)
        marks.setdefault(one.node.urn, mark)
    for held in verdict.report.folded:
        if held.step.op != "update":
            mark = Mark(op=held.step.op, risk="cosmetic", state="passes", target=f"{key}-folded")
            marks.setdefault(held.step.node.urn, mark)
    return marks


def _undrawn(found: Sequence[Keyed]) -> Iterator[tuple[Item, str]]:
    for section, keys in found:
        yield from ((one, keys[id(one)]) for one in _every(section) if one.node.type.startswith(PROVIDERS))


def _section(section: Section, keys: Mapping[int, str], key: str, counted: str) -> dict[str, Any]:
    look = section.risk.replace(" ", "-")
    return {
        "key": f"{key}-{look}",
        "look": look,
        "title": section.risk.capitalize(),
        "counted": counted,
        "count": section.count,
        "members": [_item(one, keys[id(one)]) for one in section.items],
        "groups": [_group(one, keys, f"{key}-{look}-{number}") for number, one in enumerate(section.groups)],
    }


def _item(one: Item, key: str) -> dict[str, Any]:
    judgement = one.judgement
    causes = one.causes
    return {
        "key": key,
        "state": one.state,
        "sentence": _capital(safe(one.sentence)),
        "kind": kind(one.node),
        "name": safe(one.node.name),
        "component": one.component,
        "rule": safe(judgement.rule),
        "causes": causes[:CAUSES],
        "more": max(len(causes) - CAUSES, 0),
        "dependents": dependents(judgement) if judgement.risk not in ("cost", "cosmetic") else [],
        "remedy": safe(one.remedy),
        "said": "" if one.word is None else said(one.word),
        "option": option(judgement) if one.state == "refused" else "",
    }


def _group(group: Group, keys: Mapping[int, str], key: str) -> dict[str, Any]:
    places = (f"{component} {sum(kinds.values())}" for component, kinds in group.places.items())
    return {
        "key": key,
        "done": DONE[group.op],
        "places": ", ".join(places),
        "members": [
            {
                "key": keys[id(one)],
                "sentence": _capital(safe(one.sentence)),
                "kind": kind(one.node),
                "name": safe(one.node.name),
            }
            for one in group.items
        ],
    }


def _folded(reason: str, held: Sequence[Folded]) -> dict[str, Any]:
    found = [
        {
            "kind": kind(one.step.node),
            "name": safe(one.step.node.name),
            "paths": ", ".join(cut(safe(change.path)) for change in one.changes[:CAUSES]),
        }
        for one in held
    ]
    return {"why": reason, "count": len(held), "members": found}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(verdict: Verdict) -> Iterator[str]:
    for why, words in (("has expired", verdict.expired), ("fits nothing in this change", verdict.unused)):
        for one in words:
            yield f"The acknowledgement of {safe(one.rule)} for {safe(one.resource)} ({safe(one.source)}) {why}."
