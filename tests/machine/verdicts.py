"""What came of rows of the release matrix: a table, and docs/releases.md, which keeps each row as it last ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rehearsal.machine import world
from tests.machine.conftest import ROOT
from tests.machine.rows import ROWS, Row

DOCUMENT = ROOT / "docs/releases.md"
HEAD = (
    "| what happens | requests | failed | longest wait | uploads kept | back after | live then | exit | message "
    "| as it has to | day |\n|---|---:|---:|---:|---:|---:|---|---:|---|---|---|"
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one row; `wrong` is empty where it came out as it has to. Seconds are whole ones of the clock."""

    row: Row
    requests: int
    failed: int
    longest: float
    uploads: int
    recovery: float | None
    live: str
    code: int
    said: str
    seconds: float
    wrong: tuple[str, ...]

    @property
    def line(self) -> str:
        """Its line of the table."""
        back = "" if self.recovery is None else f"{self.recovery:.1f} s"
        said = self.said.replace("|", "\\|")[:200]
        verdict = "yes" if not self.wrong else "no: " + "; ".join(self.wrong)
        day = datetime.now(UTC).date().isoformat()
        return (
            f"| {self.row.what} | {self.requests} | {self.failed} | {self.longest:.2f} s | {self.uploads} | {back} "
            f"| {self.live} | {self.code} | {said} | {verdict} | {day} |"
        )


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    return "\n".join([HEAD, *(one.line for one in results)])


def kept() -> dict[str, str]:
    """The document's lines by what happens in them; none where there is no document."""
    if not DOCUMENT.exists():
        return {}
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    found = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    return {row.what: found[row.what] for row in ROWS if row.what in found}


def record(results: Sequence[Result]) -> None:
    """Writes the document anew: these results, and of other rows what it had."""
    lines = {**kept(), **{one.row.what: one.line for one in results}}
    DOCUMENT.write_text(document(lines), encoding="utf-8")


def document(lines: Mapping[str, str]) -> str:
    """docs/releases.md of these lines."""
    rows = "\n".join(lines[row.what] for row in ROWS if row.what in lines)
    missing = [row.what for row in ROWS if row.what not in lines]
    good = sum(" | yes | " in line for line in lines.values())
    limits = "\n".join(f"- {line}" for line in world.LIMITS)
    unrun = "Every row was run.\n" if not missing else "".join(["Not run yet:\n\n", *(f"- {one}\n" for one in missing)])
    return f"""# Releases of the backend: what was tried

Written by runs of the release matrix; `make matrix` runs all of it, and a run of some rows leaves the others as they
last ran, on the day in their last column. Each row is one release of the reference product on a machine that was booted
here, with wrk over eight connections and two uploads at a time that take a second to send. `live then` says which
release answers after it; then a good release has to go live. {good} of {len(lines)} rows came out as they have to.
The machine's two processors may be shared with other work, which makes waits and recoveries longer.

{HEAD}
{rows}

{unrun}
Requests may fail only where the machine or the database is away: a power cut, a database that is stopped. A power cut
is a SIGKILL of the whole machine at once; what it has written and not yet forced to the disk survives here,
which a real one need not grant.

What stood in for AWS:

{limits}

What to do for each failure: [runbook.md](runbook.md).
"""
