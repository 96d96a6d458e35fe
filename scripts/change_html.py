"""Verdicts as one HTML file: the platform's drawing with the change in it, and what is said of each resource.

It loads nothing and runs no script; its Content-Security-Policy allows its own style sheet and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from changes.acknowledgements import FILE
from changes.change import Verdict
from infra.templates import TEMPLATES
from scripts.change_acknowledging import lines as acknowledgement
from scripts.change_acknowledging import option, said
from scripts.change_drawing import drawing
from scripts.change_drawing_line import SIGNS, Mark
from scripts.change_values import cut, safe
from scripts.change_view import (
    COUNTED,
    DONE,
    Group,
    Item,
    Section,
    dependents,
    kind,
    operations,
    outcome,
    reasons,
    sections,
)
from scripts.drawing_model import PROVIDERS

CAUSES: Final = 30  # properties of one judgement
_FOLDER = TEMPLATES / "changes"


def page(verdicts: Sequence[Verdict]) -> str:
    """The whole file."""
    style = Markup(_style_sheet("page.css", "drawing.css"))  # noqa: S704 - our own files
    answers = [outcome(one) for one in verdicts]
    answer = next((one for one in ("refused", "allowed") if one in answers), "none")
    return _environment().get_template("page.html.j2").render(
        title=f"Changes of the infrastructure: {answer}",
        style=style,
        style_hash=_hash(style),
        environments=[_shown(one, f"e{index}") for index, one in enumerate(verdicts)],
        legend=[{"sign": sign, "look": op, "words": DONE[op]} for op, sign in SIGNS.items()],
        file=FILE,
    )  # fmt: skip


def picture(verdict: Verdict, *, title: str) -> str:
    """The drawing alone, as an SVG file that stands by itself; its links lead nowhere."""
    return drawing(
        verdict.report.change,
        _marks(_sections(verdict, "e0")),
        key="e0",
        title=title,
        style=_style_sheet("drawing.css"),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _style_sheet(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    """As Content Security Policy Level 3 has it, "Hash usage"."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(verdict: Verdict, key: str) -> dict[str, Any]:
    change = verdict.report.change
    found = _sections(verdict, key)
    marks = _marks(found)
    title = f"The platform of {safe(change.stack)}, with what changes"
    refused = [one for section, _ in found for one in section.items if one.state == "refused"]
    entries = [line for one in refused for line in acknowledgement(one.judgement, change.stack)]
    folded = list(reasons(verdict))
    return {
        "key": key,
        "name": safe(change.stack),
        "outcome": outcome(verdict),
        "origin": safe(change.origin),
        "operations": operations(change.steps),
        "warnings": [safe(one) for one in change.warnings],
        "words": list(_words(verdict)),
        "whole": change.whole,
        "drawing": Markup(drawing(change, marks, key=key, title=title)) if change.steps else "",  # noqa: S704 - escaped
        "undrawn": [{"key": one_key, "name": safe(one.node.name)} for one, one_key in _undrawn(found)],
        "sections": [_section(section, keys, key) for section, keys in found],
        "folded": [_folded(reason, held) for reason, held in folded],
        "folded_count": len(verdict.report.folded),
        "entries": "\n".join(entries),
    }


Keyed = tuple[Section, Mapping[int, str]]  # a section, and the id of each of its items by identity


def _sections(verdict: Verdict, key: str) -> list[Keyed]:
    found = []
    for number, section in enumerate(sections(verdict)):
        every = _every(section)
        found.append((section, {id(one): f"{key}-{number}-{index}" for index, one in enumerate(every)}))
    return found


def _every(section: Section) -> Iterable[Item]:
    return (*section.items, *(one for group in section.groups for one in group.items))


def _marks(found: Sequence[Keyed]) -> dict[str, Mark]:
    """The gravest of each resource: the sections are in that order, and a refused one goes before all."""
    pairs = [(one, keys[id(one)]) for section, keys in found for one in _every(section)]
    pairs.sort(key=lambda pair: pair[0].state != "refused")
    marks: dict[str, Mark] = {}
    for one, target in pairs:
        judgement = one.judgement
        mark = Mark(op=judgement.step.op, risk=judgement.risk, state=one.state, target=target)
        marks.setdefault(one.node.urn, mark)
    return marks


def _undrawn(found: Sequence[Keyed]) -> Iterator[tuple[Item, str]]:
    for section, keys in found:
        yield from ((one, keys[id(one)]) for one in _every(section) if one.node.type.startswith(PROVIDERS))


def _section(section: Section, keys: Mapping[int, str], key: str) -> dict[str, Any]:
    look = section.risk.replace(" ", "-")
    return {
        "key": f"{key}-{look}",
        "look": look,
        "title": section.risk.capitalize(),
        "counted": COUNTED[section.risk],
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
        "sentence": safe(judgement.sentence),
        "kind": kind(one.node),
        "name": safe(one.node.name),
        "component": one.component,
        "rule": safe(judgement.rule),
        "causes": causes[:CAUSES],
        "more": max(len(causes) - CAUSES, 0),
        "dependents": dependents(one) if judgement.risk not in ("cost", "cosmetic") else [],
        "remedy": safe(judgement.remedy),
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
                "sentence": safe(one.judgement.sentence),
                "kind": kind(one.node),
                "name": safe(one.node.name),
            }
            for one in group.items
        ],
    }


def _folded(reason: str, held: Sequence[Any]) -> dict[str, Any]:
    found = [
        {
            "kind": kind(one.step.node),
            "name": safe(one.step.node.name),
            "paths": ", ".join(cut(safe(change.path)) for change in one.changes[:CAUSES]),
        }
        for one in held
    ]
    return {"why": reason, "count": len(held), "members": found}


def _words(verdict: Verdict) -> Iterator[str]:
    for why, words in (("has expired", verdict.expired), ("fits nothing in this change", verdict.unused)):
        for one in words:
            yield f"The acknowledgement of {safe(one.rule)} for {safe(one.resource)} ({safe(one.source)}) {why}."
