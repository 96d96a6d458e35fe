"""Verdicts as Markdown for a pull request: the summary first, what the guard looks at open, the rest folded away.

Resources' names and values come from whoever wrote the YAML. They stand in code spans, where GitHub reads no mention,
link or HTML; sentences are escaped. See GitHub Flavored Markdown's specification, "Code spans" and "Autolinks".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from changes.acknowledgements import FILE
from changes.change import DONE, Verdict
from changes.judge import GRAVEST_FIRST
from reports.acknowledging import lines as acknowledgement
from reports.acknowledging import option
from reports.cost import Costs
from reports.cost import markdown as cost_page
from reports.markdown_text import code, length, prose
from reports.names import dependents, kind
from reports.safe_text import cut
from reports.view import (
    Group,
    Item,
    counted,
    few,
    operations,
    outcome,
    reasons,
    sections,
    title,
    warnings,
)

MARKER: Final = "<!-- diceytech-changes -->"  # by which a workflow finds the comment that it wrote before
LIMIT: Final = 65_000  # characters; GitHub takes 65,536
COSTS: Final = 20_000  # of these, that what a change costs may take
ENVIRONMENTS, WARNINGS, CAUSES, DEPENDENTS, COMPONENTS = 30, 3, 6, 5, 30  # that are shown of each
OUTPUT: Final = "what AWS told, not shown here"
_LEFT_OUT = 300  # characters kept for an environment's line that says what was left out


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A part that can be left out: the gravest have the lowest `rank`; `entry` is what to write to allow it."""

    rank: tuple[int, int]
    text: str
    entry: str = ""
    count: int = 1

    @property
    def size(self) -> int:
        return length(self.text) + length(self.entry) + 2


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One stack: its heading and its blocks, the guarded ones and the rest."""

    head: str
    guarded: tuple[_Block, ...]
    rest: tuple[_Block, ...]
    outside: bool


def markdown(verdicts: Sequence[Verdict], costs: Costs | None = None) -> str:
    """The comment, always shorter than LIMIT: the least grave is left out, with a line that says so.

    With `costs` they are the last part of it, in at most COSTS characters.
    """
    priced = "" if costs is None else f"\n{cost_page(costs, COSTS)}"
    ordered = sorted(verdicts, key=lambda one: one.allowed)
    shown = ordered[:ENVIRONMENTS]
    parts = [_part(one) for one in shown if one.report.change.steps or not one.allowed]
    head = _head(ordered, shown)
    room = LIMIT - length(head) - length(priced) - _LEFT_OUT
    parts, left = _fitting(parts, room)
    if left:
        head += f"\nWhat {left} of these change is left out here; `--format html --out F` shows all.\n"
    room -= sum(length(part.head) + _LEFT_OUT for part in parts)
    kept = _kept([block for part in parts for block in (*part.guarded, *part.rest)], room)
    return "\n".join([head, *(_assembled(part, kept) for part in parts)]) + priced


def _fitting(parts: Sequence[_Part], room: int) -> tuple[list[_Part], int]:
    """The first parts whose headings alone have room, and how many have none."""
    ends = accumulate(length(part.head) + _LEFT_OUT for part in parts)
    found = [part for part, end in zip(parts, ends, strict=True) if end <= room]
    return found, len(parts) - len(found)


def _kept(blocks: Sequence[_Block], room: int) -> frozenset[int]:
    """Identities of the gravest blocks that have room; once one has not, what is less grave has none either."""
    found = set()
    for block in sorted(blocks, key=lambda block: block.rank):
        room -= block.size
        if room < 0:
            break
        found.add(id(block))
    return frozenset(found)


def _head(verdicts: Sequence[Verdict], shown: Sequence[Verdict]) -> str:
    lines = [MARKER, f"## {title(verdicts)}", "", *_table(shown)]
    if len(verdicts) > len(shown):
        lines += ["", f"{len(verdicts) - len(shown)} more environments are left out here; `--format html` shows all."]
    return "\n".join([*lines, ""])


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    outside = any(one.report.change.outside for one in verdicts)
    head = "AWS and the state | what was done" if outside else "the guard | what is done"
    yield f"| stack | {head} | {' | '.join(GRAVEST_FIRST)} | folded |"
    yield f"|---|---|---|{'---|' * (len(GRAVEST_FIRST) + 1)}"
    for one in verdicts:
        risks = [sum(each.risk == risk for each in one.report.judgements) for risk in GRAVEST_FIRST]
        told = " | ".join(str(count) if count else "" for count in risks)
        name = code(one.report.change.stack, 60, table=True)
        steps = operations(one.report.change.steps) or "nothing"
        yield f"| {name} | **{outcome(one)}** | {steps} | {told} | {len(one.report.folded)} |"


def _part(verdict: Verdict) -> _Part:
    change = verdict.report.change
    name = code(change.stack, 60)
    lines = [f"### {name}: {outcome(verdict)}", "", f"{code(change.origin)}: {counted(verdict) or outcome(verdict)}."]
    lines += [f"- **Warning:** {prose(cut(one, 300))}" for one in warnings(verdict)[:WARNINGS]]
    lines += [
        f"- **{why}:** the acknowledgement {code(f'{word.rule}:{word.resource}')} in {code(word.source)}"
        for why, words in (("Expired", verdict.expired), ("Fits nothing", verdict.unused))
        for word in words[:WARNINGS]
    ]
    guarded: list[_Block] = []
    rest: list[_Block] = []
    for index, section in enumerate(sections(verdict)):
        for one in section.items:
            block = _block(one, index, change.stack, outside=change.outside)
            (guarded if one.judgement.guarded or change.outside else rest).append(block)
        rest += [_group(one, index, section.risk) for one in section.groups]
    rest += [_folded(*pair) for pair in ((reason, len(held)) for reason, held in reasons(verdict))]
    return _Part(head="\n".join([*lines, ""]), guarded=tuple(guarded), rest=tuple(rest), outside=change.outside)


def _block(one: Item, index: int, environment: str, *, outside: bool) -> _Block:
    judgement = one.judgement
    entry = "\n".join(acknowledgement(judgement, environment)) if one.state == "refused" else ""
    grave = 0 if one.state == "refused" else 1 if judgement.guarded else 2
    return _Block(rank=(grave, index), text="\n".join(_item(one, outside=outside)), entry=entry)


def _item(one: Item, *, outside: bool) -> Iterator[str]:
    judgement = one.judgement
    state = "" if one.state == "passes" else f"**{one.state}** "
    yield f"- {state}{judgement.risk}: {prose(cut(one.sentence, 400))}"
    yield f"  - {prose(kind(one.node))} {code(one.node.name)}, in {prose(one.component)}; rule {code(judgement.rule)}"
    for cause in one.causes[:CAUSES]:
        before = OUTPUT if cause.output else code(cause.before)
        after = OUTPUT if cause.output and outside else code(cause.after)
        yield f"  - {code(cause.path)}: {before} → {after}{' (replaces it)' * cause.replaces}"
    if len(one.causes) > CAUSES:
        yield f"  - and {len(one.causes) - CAUSES} more properties"
    if judgement.dependents and judgement.risk not in ("cost", "cosmetic"):
        names = [code(name, 60) for name in dependents(judgement)]
        yield f"  - {len(names)} {'depends' if len(names) == 1 else 'depend'} on it: {few(names, DEPENDENTS)}"
    if one.remedy:
        yield f"  - instead or first: {prose(cut(one.remedy, 300))}"
    if one.word is not None:
        until = "for this command" if one.word.until is None else f"until {one.word.until}"
        yield f"  - acknowledged {until}: {prose(cut(one.word.reason, 300))} ({code(one.word.source)})"
    if one.state == "refused":
        yield f"  - to allow it once: {code(option(judgement), 300)}"


def _group(group: Group, index: int, risk: str) -> _Block:
    lines = [f"- {risk}: {len(group.items)} are {DONE[group.op]}"]
    places = list(group.places.items())
    for component, kinds in places[:COMPONENTS]:
        told = ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in kinds.items())  # noqa: RUF001
        lines.append(f"  - {prose(cut(component, 60))}: {prose(cut(told, 300))}")
    if len(places) > COMPONENTS:
        lines.append(f"  - and in {len(places) - COMPONENTS} more components")
    return _Block(rank=(2, index), text="\n".join(lines), count=len(group.items))


def _folded(reason: str, count: int) -> _Block:
    return _Block(rank=(3, 0), text=f"- folded, {count}: {prose(cut(reason, 300))}", count=count)


def _assembled(part: _Part, kept: frozenset[int]) -> str:
    guarded, rest = ([one for one in blocks if id(one) in kept] for blocks in (part.guarded, part.rest))
    lines = [part.head, *(one.text for one in guarded)]
    entries = [one.entry for one in guarded if one.entry]
    if entries:
        lines += ["", f"To allow them for all, in `{FILE}`:", "", "```yaml", *entries, "```"]
    if rest:
        number = sum(one.count for one in rest)
        lines += [
            "",
            f"<details><summary>{number} {'more' if part.outside else 'that wait for nobody'}</summary>",
            "",
            *(one.text for one in rest),
        ]
        lines += ["", "</details>"]
    missing = sum(one.count for one in (*part.guarded, *part.rest) if id(one) not in kept)
    if missing:
        lines += ["", f"**{missing} more, the least grave, are left out here;** `--format html --out F` shows all."]
    return "\n".join([*lines, ""])
