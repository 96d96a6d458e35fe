"""How a deploy of the backend is shown while it goes on, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.terminal import err, out, plain


def say(text: str) -> None:
    """Progress, to standard error."""
    err.print(text, markup=False)


def line_shown(host: str, line: Mapping[str, Any]) -> None:
    """A step of the release program on a machine, once it is done or has failed."""
    state, step = line.get("state"), line.get("step")
    if state == "started" or step in (None, "end"):
        return
    seconds = f"{line['seconds']:>7.1f} s" if isinstance(line.get("seconds"), float | int) else ""
    more = line.get("message") or line.get("note") or ", ".join(map(str, line.get("found", ())))
    mark = "[red]failed[/]" if state == "failed" else "[green]done[/]  "
    err.print(f"  {host}  ", end="", markup=False)
    err.print(mark, end="")
    err.print(f"  {step:<12}{seconds}{f'  {more}' if more else ''}", markup=False)


def show_releases(rows: Sequence[Mapping[str, Any]]) -> None:
    """The history, for people."""
    from rich.table import Table

    if not rows:
        err.print("no release was ever deployed; `diceytech deploy backend` deploys the first", markup=False)
        return
    table = Table("", "release", "what", "by", "when (UTC)", "result", box=None, header_style="bold")
    for row in rows:
        result = f"{row['result']}: {row['message']}" if row["message"] else row["result"]
        when = str(row["began"])[:19].replace("T", " ")
        mark = "*" if row["live"] else "" if row["kept"] else "-"
        cells = (mark, row["release"], row["verb"], row["by"], when, result)
        table.add_row(*(plain(str(cell)) for cell in cells))
    out.print(table)
    out.print("* live: what machines take when they boot", markup=False)
    if not all(row["kept"] for row in rows):
        out.print("- no longer in the bucket: a rollback cannot reach it", markup=False)
