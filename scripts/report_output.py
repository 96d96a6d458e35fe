"""A report, to the terminal or to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from changes.change import Verdict
from reports.cost import Costs
from reports.report import Format, rendered
from scripts.terminal import out as terminal
from scripts.terminal import write


def render(
    verdicts: Sequence[Verdict],
    format: Format,
    out: Path | None,
    *,
    guard: bool,
    verbose: bool = False,
    costs: Costs | None = None,
) -> None:
    """Writes the verdicts to the file `out`, whole or not at all, or to standard output; raises PlatformError.

    `guard` says whether a refusal counts, `verbose` lists in the text what is otherwise grouped or folded; `costs` are
    told as well where they are given.
    """
    if format is Format.TEXT and out is None:
        from reports.as_text import show

        show(verdicts, guard=guard, verbose=verbose, console=terminal, costs=costs)
        return
    write(out, rendered(verdicts, format, guard=guard, verbose=verbose, costs=costs))
