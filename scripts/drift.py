"""`diceytech drift`: what AWS holds that Pulumi's state does not say, found by the engine's own refresh, unapplied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from changes.change import Change, Judgement, Verdict
from changes.judge import judge
from changes.refresh import change
from scripts.engine.pulumi_cli import pulumi_json
from scripts.engine.stack import Stack
from scripts.terminal import out

_DONE: Final = {"update": ("changes ", "changed"), "delete": ("deletes ", "deleted")}


def find(stack: Stack) -> Change:
    """Every resource that drifted; raises PulumiError."""
    return change(pulumi_json(stack, "refresh", "--preview-only"), stack=stack.title)


def verdict(found: Change) -> Verdict:
    """What the drift means; nobody is asked, since it has happened already."""
    report = judge(found)
    told = tuple(replace(one, sentence=_happened(one), remedy="") for one in report.judgements)
    return Verdict(report=replace(report, judgements=told), refused=(), acknowledged=(), expired=(), unused=())


def _happened(judgement: Judgement) -> str:
    """The sentence of what is to be done, as what was done; what a rule says of the resource holds now."""
    lead, done = _DONE.get(judgement.step.op, ("", "changed"))
    was = f"was {done} outside of the program: "
    return was + (judgement.sentence.removeprefix(lead) if lead else judgement.sentence)


def show_ways(found: Verdict, stack: Stack) -> None:
    """For people: how many drifted, and the ways from there."""
    report = found.report
    drifted = {one.step.node.urn for one in report.judgements}
    if not drifted:
        noise = f", but for {len(report.folded)} that mean nothing" if report.folded else ""
        out.print(f"{stack.title}: AWS holds what the state says{noise}", markup=False)
        return
    count = f"{len(drifted)} resource{'s' if len(drifted) > 1 else ''}"
    out.print(f"\n{stack.title}: {count} changed outside of the program; the ways from there:", markup=False)
    for line in _ways(stack):
        out.print(f"  {line}", markup=False)


def _ways(stack: Stack) -> Iterator[str]:
    """To undo it, or to keep it."""
    up = f"{stack.up} --refresh"
    yield f"to undo it: `{up}` shows what it would put back as {stack.file} says, and asks"
    yield f"to keep it: write it in {stack.file}, then the same command takes it into the state"
