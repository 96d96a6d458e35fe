"""`diceytech cost --base REF`: what a change costs in a month, of every environment, from both sides' plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from cost.difference import CostDifference, Row, difference
from rehearsal.foretold import as_planned
from scripts.diff import sides

ROWS = 50  # of one environment on a page; the sums are of all


def differences(root: Path, base: str, *, env: str | None) -> dict[str, CostDifference]:
    """The difference of each environment, or of one; raises PlatformError."""
    with sides(root, base, None, env=env, strict=False) as found:
        pairs = {name: found.of(name) for name in found.environments}
    return {name: difference(as_planned(before), as_planned(after)) for name, (before, after) in pairs.items()}


def as_json(found: Mapping[str, CostDifference], base: str) -> dict[str, Any]:
    """The differences for machines; money is USD per month."""
    return {
        "base": base,
        "currency": "USD",
        "environments": [
            {
                "environment": name,
                "before": _money(one.before),
                "after": _money(one.after),
                "difference": _money(one.delta),
                "resources": [
                    {"resource": row.resource, "urn": row.urn, "type": row.type, "before": _money(row.before),
                     "after": _money(row.after), "difference": _money(row.delta)}
                    for row in one.rows
                ],
                "more_usage": list(one.more_usage),
                "less_usage": list(one.less_usage),
                "not_priced": [vars(each) for each in one.not_priced],
            }
            for name, one in found.items()
        ],
    }  # fmt: skip


def show(found: Mapping[str, CostDifference]) -> None:
    """Prints the differences for people."""
    from scripts.terminal import out

    for name, one in found.items():
        out.print(f"{name} {one.sentence}", markup=False)
        for row in one.rows:
            out.print(f"{row.delta:+9.2f}  {row.resource} ({_kind(row)}): {_sides(row)}", markup=False)
        for line in _lines(one):
            out.print(f"  {line}", markup=False)


def markdown(found: Mapping[str, CostDifference], base: str) -> str:
    """The differences for a page."""
    from reports.markdown_text import code, prose

    lines = ["## Cost", "", f"Since {code(base)}, by the price sheet, before use:", ""]
    for name, one in found.items():
        lines += [f"**{prose(name)}** {prose(one.sentence)}", ""]
        if one.rows:
            lines += ["| USD a month | resource | before, after |", "|---:|---|---|"]
            lines += [f"| {row.delta:+.2f} | {code(row.resource, table=True)} ({_kind(row)}) | {_sides(row)} |"
                      for row in one.rows[:ROWS]]  # fmt: skip
            lines += [f"| | and {len(one.rows) - ROWS} more | |"] if len(one.rows) > ROWS else []
            lines += [""]
        lines += [f"- {prose(line)}" for line in _lines(one)]
        lines += [""]
    return "\n".join(lines).strip() + "\n"


def _lines(one: CostDifference) -> Iterator[str]:
    yield from (f"now paid by use: {what}" for what in one.more_usage)
    yield from (f"no longer paid by use: {what}" for what in one.less_usage)
    yield from (f"not priced: {each.resource} ({each.type}): {each.reason}" for each in one.not_priced)


def _kind(row: Row) -> str:
    return row.type.rpartition(":")[2] or "all"


def _sides(row: Row) -> str:
    return f"{row.before:.2f} -> {row.after:.2f}"


def _money(amount: Decimal) -> float:
    return float(round(amount, 2))
