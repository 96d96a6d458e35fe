"""docs/performance.md, whose parts are each written by a benchmark of its own."""

from __future__ import annotations

from rich.table import Table

from benchmarks.measure import ROOT

DOCUMENT = ROOT / "docs/performance.md"
HEADING = "\n\n## "
WEBSITE = "<!-- What follows is made by `make bench-website WRITE=--write`. -->\n"


def write_part(table: Table, *, day: str) -> None:
    """Puts a table into the general part, in the place of the one with the same title where there is one."""
    general, found, website = DOCUMENT.read_text(encoding="utf-8").partition(WEBSITE)
    introduction, *written = (part.strip() for part in general.split(HEADING))
    parts = {part.partition("\n")[0]: part for part in written}
    parts[str(table.title)] = f"{markdown(table).partition('## ')[2].strip()}\n\nMeasured on {day}."
    DOCUMENT.write_text(f"{HEADING.join([introduction, *parts.values()])}\n\n{found}{website}", encoding="utf-8")


def write_website(text: str) -> None:
    """Replaces the website's part."""
    general = DOCUMENT.read_text(encoding="utf-8").partition(WEBSITE)[0]
    DOCUMENT.write_text(f"{general.rstrip()}\n\n{WEBSITE}\n{text.rstrip()}\n", encoding="utf-8")


def markdown(table: Table) -> str:
    """A table as Markdown, under its title."""
    cells = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    rows = [" | ".join(row) for row in zip(*cells, strict=True)]
    rule = "|".join("---" for _ in cells)
    return "\n".join([f"\n## {table.title}\n", f"| {rows[0]} |", f"|{rule}|", *(f"| {row} |" for row in rows[1:]), ""])
