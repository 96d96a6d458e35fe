"""docs/performance.md, whose parts are each written by a benchmark of its own."""

from __future__ import annotations

from rich.table import Table

from benchmarks.measure import ROOT

DOCUMENT = ROOT / "docs/performance.md"
WEBSITE = "<!-- What follows is made by `make bench-website WRITE=--write`. -->\n"


def write_general(text: str) -> None:
    """Replaces everything before the website's part."""
    _, found, website = DOCUMENT.read_text(encoding="utf-8").partition(WEBSITE)
    DOCUMENT.write_text(f"{text.rstrip()}\n\n{found}{website}", encoding="utf-8")


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
