"""`diceytech drift`: what AWS holds that Pulumi's state does not say, found by the engine's own refresh, unapplied."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from changes.change import Change, Verdict
from changes.judge import judge
from changes.refresh import change
from scripts.pulumi_cli import pulumi_json
from scripts.stack import Stack
from scripts.terminal import out

_DONE: Final = {"deletes": "deleted", "changes": "changed"}


def find(stack: Stack) -> Change:
    """Every resource that drifted; raises PulumiError."""
    return change(pulumi_json(stack, "refresh", "--preview-only"), stack=stack.name)


def verdict(found: Change) -> Verdict:
    """What the drift means; nobody is asked, since it has happened already."""
    report = judge(found)
    told = tuple(replace(one, sentence=_past(one.sentence), remedy="") for one in report.judgements)
    return Verdict(report=replace(report, judgements=told), refused=(), acknowledged=(), expired=(), unused=())


def _past(sentence: str) -> str:
    """What is to be done, as what somebody did; what a rule says of the resource fits both."""
    verb, _, rest = sentence.partition(" ")
    return f"somebody {_DONE[verb]} {rest}" if verb in _DONE else sentence


def show_ways(found: Change, stack: Stack) -> None:
    """For people: how many drifted, and the ways from there."""
    if not found.steps:
        out.print(f"{stack.name}: AWS holds what the state says", markup=False)
        return
    count = f"{len(found.steps)} resource{'s' if len(found.steps) > 1 else ''}"
    out.print(f"\n{stack.name}: {count} changed outside of Pulumi", markup=False)
    out.print(f"  pulumi up {stack.words} --refresh   puts back what the YAML says", markup=False)
    out.print(f"  pulumi refresh {stack.words}        takes AWS's values into the state", markup=False)
