"""What is there of a first `up` that never came to its end, so that the next one goes on with it.

Two things are written last and tell that an environment was whole once: the stack's outputs, which wait for all that
they are made of, and the platform parameter, which waits for every component. Where either is there, a part that is
added is a change of something in use, also when somebody has deleted the parameter since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from changes.preview_differences import Written
from changes.stack_titles import is_of_account
from rehearsal.graph import ROOT_TYPE

_LAST: Final = "aws:ssm/parameter:Parameter::platform-parameter"
_TAKEN_IN: Final = ("external", "importID")  # what was there before, and may be in use


def unfinished(written: Sequence[Written]) -> frozenset[str]:
    """URNs of what a first `up` made that was never whole, by all steps of a preview; nothing where one was."""
    stacks = [one.get("oldState") or {} for one in written if str(one["urn"]).split("::")[2] == ROOT_TYPE]
    never_whole = len(stacks) == 1 and bool(stacks[0]) and not stacks[0].get("outputs")
    last = [one for one in written if _is_last(str(one["urn"]))]
    if not never_whole or [one["op"] for one in last] != ["create"] or last[0].get("oldState"):
        return frozenset()
    there = [state for one in written if (state := one.get("oldState"))]
    return frozenset(str(one["urn"]) for one in there if not any(one.get(sign) for sign in _TAKEN_IN))


def _is_last(urn: str) -> bool:
    return not is_of_account(urn) and urn.endswith(_LAST)
