"""`diceytech up`: preview, guard, confirm, and `pulumi up` of exactly that plan."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from changes.change import Verdict
from infra.errors import PlatformError
from reports.report import Format
from scripts.engine.pulumi_cli import PulumiError, error_of, exported
from scripts.engine.pulumi_run import Ended, pass_through
from scripts.engine.stack import Stack
from scripts.preview import Word, acknowledgements, known_by_commit, previewed, refuse_unused, require_whole, verdict
from scripts.private_file import write_private
from scripts.report_output import render
from scripts.terminal import err, out

VIOLATES = "violates plan"  # the engine's words for a step that the plan does not allow


class RefusedError(PlatformError):
    """What was shown is not, or must not be, what would be done."""

    exit_code: ClassVar[int] = 2


class StoppedError(PlatformError):
    """The engine was told to stop, and did."""

    exit_code: ClassVar[int] = 130


def up(
    root: Path, stack: Stack, *, yes: bool, acknowledged: Sequence[str], refresh: bool = False, verbose: bool = False
) -> None:
    """Applies what it shows, or nothing; with `refresh` held against what AWS holds now, which the state then takes in.

    Raises RefusedError where the guard or the person refuses, or where the state or the program changed meanwhile.
    """
    words, known = acknowledgements(root, stack.title, acknowledged), known_by_commit(root)
    if not yes and not (sys.stdin and sys.stdin.isatty()):
        raise PlatformError("there is no terminal to ask on: pass --yes to apply what the guard allows without asking")
    with tempfile.TemporaryDirectory(prefix="diceytech-up-") as private:
        plan = Path(private) / "plan.json"
        write_private(plan, "")  # the engine keeps the mode; the plan holds what the state holds, secrets encrypted
        seen = fingerprint(stack)
        change = previewed(stack, plan=plan, refresh=refresh)
        found = verdict(change, words, today=datetime.now(UTC).date())
        if not change.steps:
            if found.expired:
                render([found], Format.TEXT, None, guard=True, verbose=verbose)
                _refuse(found, known)
            refuse_unused(found, known, again=True)
            out.print(f"{stack.title}: {'nothing to change at AWS' if refresh else 'nothing to do'}", markup=False)
            if not refresh:
                return
        else:
            require_whole(change)
            render([found], Format.TEXT, None, guard=True, verbose=verbose)
            _refuse(found, known)
        if not yes:
            _confirm(found, stack)
        if fingerprint(stack) != seen:
            raise RefusedError(f"the state of {stack.title} changed since the preview; {_nothing(stack)}")
        _apply(stack, plan, seen, refresh=refresh)


def fingerprint(stack: Stack) -> str:
    """A digest of the stack's resources and of what is pending; raises PulumiError."""
    deployment = exported(stack)["deployment"]
    held = {key: deployment.get(key) for key in ("resources", "pending_operations")}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _refuse(found: Verdict, known: Collection[Word]) -> None:
    if not found.allowed:
        raise RefusedError("nothing was applied: what is refused must be acknowledged or mended first, see above")
    refuse_unused(found, known)


def _confirm(found: Verdict, stack: Stack) -> None:
    """Asks on the terminal; the stack's title must be typed where something guarded is to happen."""
    title, guarded = stack.title, bool(found.acknowledged)
    what = "apply this to" if found.report.change.steps else "take what AWS holds into the state of"
    question = f"type {title} to apply this" if guarded else f"{what} {title}? [y/N]"
    err.print(f"{question}: ", end="", markup=False)
    said = sys.stdin.readline().strip()
    if said != title if guarded else said.lower() not in ("y", "yes"):
        raise RefusedError("nothing was applied, as you said")


def _apply(stack: Stack, plan: Path, seen: str, *, refresh: bool) -> None:
    """`pulumi up` of the plan, which previews under it first: what it does not allow ends before anything began."""
    words = ("up", "--yes", "--suppress-outputs", "--plan", str(plan), *(("--refresh",) if refresh else ()))
    ended = pass_through(stack, *words)
    if ended.interrupted:
        raise StoppedError(
            f"interrupted; `diceytech preview {stack.option}` shows what is left, and where the engine was killed"
            f" `diceytech recover {stack.option}` mends the state first"
        )
    if ended.code == 0:
        return
    if VIOLATES not in ended.text:
        raise _failed(stack, words, ended)
    if fingerprint(stack) == seen:
        raise RefusedError(f"what would be done now is not what was shown, see above; {_nothing(stack)}")
    raise RefusedError(f"stopped partway, before the first step that was not shown; `diceytech preview {stack.option}`")


def _failed(stack: Stack, words: Sequence[str], ended: Ended) -> PlatformError:
    """A lock and a damaged state by their own errors; else the engine's words are on the terminal already."""
    error = error_of(stack, words, ended.text)
    if type(error) is not PulumiError:
        return error
    return PlatformError(f"pulumi up of {stack.title} ended with exit code {ended.code}; its words are above")


def _nothing(stack: Stack) -> str:
    return f"nothing was applied; preview again: `diceytech preview {stack.option}`"
