"""A verdict in the terminal: one line first, then what it risks, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from changes.acknowledgements import FILE
from changes.change import DONE, Verdict
from reports.acknowledging import lines as acknowledgement
from reports.acknowledging import option, said
from reports.cost import Costs
from reports.cost import lines as cost_lines
from reports.names import dependents, kind
from reports.safe_text import cut, safe
from reports.view import (
    Group,
    Item,
    Section,
    counted,
    few,
    items,
    operations,
    outcome,
    reasons,
    sections,
    warnings,
)

DEPENDENTS = 5  # that are named
CAUSES = 8  # properties of one resource
LIKE = 12  # judgements of one risk in one line each
COLOURS: Final = {
    "data loss": "bold red", "security": "bold magenta", "unknown": "bold yellow", "downtime": "bold yellow",
    "cost": "bold cyan", "cosmetic": "bold",
}  # fmt: skip
STATES: Final = {"refused": "bold white on red", "acknowledged": "green", "passes": ""}
_MEASURE = Console(width=1)  # wrapping asks a console for its settings of tabs and justification
Line = tuple[int, Text, bool]  # its indentation, its text, whether it may be wrapped


def show(
    verdicts: Sequence[Verdict], *, guard: bool, verbose: bool = False, console: Console, costs: Costs | None = None
) -> None:
    """Prints the verdicts, and what they cost; `verbose` also what is grouped or folded, one by one."""
    for index, verdict in enumerate(verdicts):
        if index:
            console.print()
        lines = _verdict(verdict, guard=guard, verbose=verbose)
        text = Text("\n").join(part for line in lines for part in _fitted(line, console.width))
        console.print(text, soft_wrap=True)
    if costs is not None:
        console.print()
        for told in cost_lines(costs):
            console.print(told, markup=False, soft_wrap=True)


def _fitted(line: Line, width: int) -> Iterator[Text]:
    """The line with what follows of it under its beginning; what is to be copied stays one line."""
    indent, text, wraps = line
    room = max(width - indent, 20)
    parts = text.wrap(_MEASURE, room, overflow="fold") if wraps and text.cell_len > room else [text]
    for part in parts:
        part.rstrip()
        yield Text(" " * indent).append_text(part) if part.plain else part


def _verdict(verdict: Verdict, *, guard: bool, verbose: bool) -> Iterator[Line]:
    yield 0, headline(verdict, guard=guard), True
    change = verdict.report.change
    made = operations(change.steps)
    yield 0, Text(f"{safe(change.origin)}{f': {made}' if made else ''}", style="dim"), True
    for warning in warnings(verdict):
        yield 0, Text(f"warning: {safe(warning)}", style="yellow"), True
    for section in sections(verdict, whole=verbose):
        yield from _section(section, verbose=verbose)
    yield from _folded(verdict, verbose=verbose)
    yield from _words(verdict)
    yield from _how_to_allow(verdict)


def headline(verdict: Verdict, *, guard: bool) -> Text:
    """`prod: REFUSED. 1 would lose data, 2 change the cost, 14 folded`."""
    found = outcome(verdict)
    answer = found.upper() if guard or found != "refused" else "would be REFUSED by the guard"
    style = {"refused": "bold red", "allowed": "bold green"}.get(found, "bold")
    calm = found in ("no changes", "no drift", "allowed")
    text = Text(f"{safe(verdict.report.change.stack)}: ", style="bold").append(found if calm else answer, style=style)
    told = counted(verdict)
    return text.append(f". {told}" if told else "", style="not bold")


def _section(section: Section, *, verbose: bool) -> Iterator[Line]:
    yield 0, Text(), False
    yield 0, Text(f"{section.risk.upper()} ({section.count})", style=COLOURS[section.risk]), False
    brief = [one for one in section.items if _is_brief(one)]
    left = {id(one) for one in brief[LIKE:]} if not verbose else set()
    for one in section.items:
        if id(one) not in left:
            yield from _item(one)
    if left:
        yield 2, Text(f"and {len(left)} more of this kind (--verbose lists them)", style="dim"), True
    for group in section.groups:
        yield from _group(group)


def _is_brief(one: Item) -> bool:
    return one.state == "passes" and not one.causes and not one.remedy


def _item(one: Item) -> Iterator[Line]:
    judgement = one.judgement
    lead = {"refused": " REFUSED ", "acknowledged": "acknowledged", "passes": "-"}[one.state]
    text = Text("  ").append(lead, style=STATES[one.state]).append(f" {safe(one.sentence)}")
    text.stylize("bold", len(lead) + 3) if judgement.guarded else None
    yield 0, text, True
    where = f"{kind(one.node)} {safe(one.node.name)}, in {one.component}; rule {judgement.rule}"
    yield 6, Text(where, style="dim"), True
    for cause in one.causes[:CAUSES]:
        line = Text(f"{cause.path}: ").append(cause.before, style="red").append(" -> ")
        line.append(cause.after, style="green").append(" (replaces it)" if cause.replaces else "")
        yield 6, line, True
    if len(one.causes) > CAUSES:
        yield 6, Text(f"and {len(one.causes) - CAUSES} more properties", style="dim"), True
    yield from _consequences(one)
    if one.state == "refused":
        yield 6, Text("to allow it once: ").append(option(judgement), style="bold"), False


def _consequences(one: Item) -> Iterator[Line]:
    judgement = one.judgement
    if judgement.dependents and judgement.risk not in ("cost", "cosmetic"):
        names = dependents(judgement)
        verb = "depends" if len(names) == 1 else "depend"
        yield 6, Text(f"{len(names)} {verb} on it: {few(names, DEPENDENTS)}"), True
    if one.remedy:
        yield 6, Text("instead or first: ", style="italic").append(safe(one.remedy), style="not italic"), True
    if one.word is not None:
        yield 6, Text(f"acknowledged: {said(one.word)}", style="green"), True


def _group(group: Group) -> Iterator[Line]:
    number = len(group.items)
    yield 2, Text(f"- {number} are {DONE[group.op]} (--verbose lists them)"), True
    for component, kinds in group.places.items():
        told = ", ".join(f"{name} x{count}" if count > 1 else name for name, count in kinds.items())
        yield 6, Text(f"{component}: ").append(told, style="dim"), True


def _folded(verdict: Verdict, *, verbose: bool) -> Iterator[Line]:
    if not verdict.report.folded:
        return
    yield 0, Text(), False
    hint = "" if verbose else " (--verbose lists them)"
    yield 0, Text(f"FOLDED ({len(verdict.report.folded)}){hint}", style="dim bold"), False
    for reason, found in reasons(verdict):
        yield 2, Text(f"- {len(found)}: {reason}", style="dim"), True
        for one in found if verbose else ():
            paths = ", ".join(cut(safe(change.path)) for change in one.changes)
            name = f"{kind(one.step.node)} {safe(one.step.node.name)}"
            yield 6, Text(f"{name}{f': {paths}' if paths else ''}", style="dim"), True


def _words(verdict: Verdict) -> Iterator[Line]:
    """Acknowledgements that do not serve."""
    found = [
        *((one, "expired; take its line out, or give it a new day") for one in verdict.expired),
        *((one, "fits nothing in this change; take its line out") for one in verdict.unused),
    ]
    if found:
        yield 0, Text(), False
    for word, why in found:
        text = f"{safe(word.source)}: the acknowledgement of {safe(word.rule)} for {safe(word.resource)} {why}"
        yield 0, Text(text, style="red"), True


def _how_to_allow(verdict: Verdict) -> Iterator[Line]:
    """What to write for those that are refused, as one block to copy."""
    found = [one.judgement for one in items(verdict) if one.state == "refused"]
    if found:
        yield 0, Text(), False
        text = f"Refused until somebody says that they are wanted, and why. To allow them for all, in {FILE}:"
        yield 0, Text(text), True
        yield 0, Text(), False
    for line in (line for one in found for line in acknowledgement(one, verdict.report.change.stack)):
        yield 0, Text(line, style="cyan"), False
