"""A preview of the real engine, from `pulumi preview --json` or from a plan that it saved, as a change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from changes import saved_plan
from changes.change import Change
from changes.first_up import unfinished
from changes.preview_differences import Written
from changes.preview_steps import KNOWN, graphs, steps_of
from changes.stack_titles import option, title_of, words
from infra.errors import PlatformError

COUNTED: Final = ("create", "update", "replace", "delete", "import")
NOT_WHOLE: Final = (
    "the preview tells only of what changes: what depends on it is counted among that alone, and a protection of"
    " Pulumi's that is taken off is not seen; make it with --show-sames"
)


def read(file: Path, stack: str) -> Change:
    """What the preview or the saved plan in a file would do to a stack, by its title (changes/stack_titles.py).

    Raises PlatformError for what is neither, for one of another stack, and for one that failed or is cut.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PlatformError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _foreign(str(file), stack, "it is not UTF-8") from None
    try:
        return parse(json.loads(text), stack=stack, origin=str(file))
    except RecursionError:
        raise _foreign(str(file), stack, "it is nested too deeply") from None
    except ValueError as error:
        if _is_event_log(text):
            raise PlatformError(
                f"{file} is a log of events, one JSON object a line (--event-log, or streaming JSON): make the preview"
                f" without it, by `{_command(stack)}`"
            ) from None
        why = "it is empty" if not text.strip() else f"it is no whole JSON: {error}"
        raise _foreign(str(file), stack, why) from None


def parse(document: Any, *, stack: str, origin: str) -> Change:
    """The same of one already in memory; `origin` says where it is from.

    `whole` is whether the preview tells of all resources, those that stay as they are too.
    """
    try:
        if saved_plan.is_plan(document):
            return saved_plan.change(document, stack=stack, origin=origin)
        written = [dict(one) for one in document["steps"]]
        summary = {str(op): int(count) for op, count in document["changeSummary"].items()}
        _refuse_others(document, written, summary, stack, origin)
        before, after = graphs(written)
        whole = sum(one["op"] == "same" for one in written) == summary.get("same", 0)
        return Change(
            stack=stack,
            origin=origin,
            steps=steps_of(written),
            before=before,
            after=after,
            whole=whole,
            warnings=() if whole else (NOT_WHOLE,),
            unfinished=unfinished(written) if whole else frozenset(),
        )
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        why = f"no {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        if _is_event(document):
            why = "it is an event of a log"
        raise _foreign(origin, stack, why) from None


def failure(document: Any) -> str:
    """Why a preview failed, in the engine's words on one line; nothing where it did not."""
    told = document.get("diagnostics") if isinstance(document, Mapping) else None
    errors = [" ".join(str(one.get("message", "")).split()) for one in told or () if one.get("severity") == "error"]
    told_once = [one.removeprefix("error: ") for one in dict.fromkeys(errors) if one]
    return " ".join(one for one in told_once if not any(one in other for other in told_once if other != one))[:1000]


def _refuse_others(
    document: Mapping[str, Any], written: Sequence[Written], summary: Mapping[str, int], stack: str, origin: str
) -> None:
    """Raises PlatformError for a preview that must not be judged."""
    if why := failure(document):
        raise PlatformError(f"{origin} is of a preview that failed: {why}; mend that, then preview again")
    if not written and not sum(summary.values()):
        raise _foreign(origin, stack, "it counts no resource, and a stack is one itself")
    others = {title_of(str(one["urn"])) for one in written} - {stack}
    if others:
        other = min(others)
        raise PlatformError(f"{origin} is a preview of {other}, not of {stack}; pass {option(other)}")
    strange = sorted({str(one["op"]) for one in written} - KNOWN)
    if strange:
        raise PlatformError(f"{origin} has a step {strange[0]!r}, which nobody here knows; it cannot be judged")
    ops = Counter(str(one["op"]) for one in written)
    if ops["refresh"] and set(ops) == {"refresh"}:
        raise PlatformError(
            f"{origin} is a preview of a refresh; `diceytech drift {option(stack)}` reads what AWS holds"
        )
    short = [op for op in COUNTED if ops[op] != summary.get(op, 0)]
    if short:
        counts = f"{ops[short[0]]} steps {short[0]!r} of {summary.get(short[0], 0)}"
        raise PlatformError(f"{origin} is cut: it has {counts} in its summary; make it anew: `{_command(stack)}`")


def _foreign(origin: str, stack: str, why: str) -> PlatformError:
    return PlatformError(f"{origin} is no preview of a whole run ({why}); make it by `{_command(stack)}`")


def _command(stack: str) -> str:
    return f"pulumi preview --json --show-sames {words(stack)}"


def _is_event_log(text: str) -> bool:
    return any(_is_event(one) for one in _first_line(text))


def _first_line(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return


def _is_event(document: Any) -> bool:
    return isinstance(document, Mapping) and "sequence" in document and "timestamp" in document
