"""What a change costs, as text, for machines, and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cost.difference import CostDifference, Row
from reports.markdown_text import code, length, prose
from reports.names import stack_keys
from reports.safe_text import cut, safe

FEWER: Final = (50, 20, 5, 0)  # rows, and other lines, of one environment on a page, until the page has room for them
ENVIRONMENTS: Final = 30  # on a page


@dataclass(frozen=True, kw_only=True)
class Unpriced:
    """An environment that could not be priced, and why."""

    reason: str

    @property
    def sentence(self) -> str:
        """For a summary."""
        return f"cannot be priced: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What each environment, or stack of the account project, costs more since the commit `base`, by title."""

    base: str
    environments: Mapping[str, CostDifference | Unpriced]


def as_json(costs: Costs) -> dict[str, Any]:
    """The differences for machines; money is USD per month. One that could not be priced has `error` alone."""
    return {
        "base": safe(costs.base),
        "currency": "USD",
        "environments": [{**stack_keys(title), **_told(one)} for title, one in costs.environments.items()],
    }


def _told(one: CostDifference | Unpriced) -> dict[str, Any]:
    if isinstance(one, Unpriced):
        return {"error": safe(one.reason)}
    return {
        "before": _money(one.before),
        "after": _money(one.after),
        "difference": _money(one.delta),
        "resources": [
            {"resource": safe(row.resource), "urn": safe(row.urn), "type": safe(row.type), "before": _money(row.before),
             "after": _money(row.after), "difference": _money(row.delta)}
            for row in one.rows
        ],
        "more_usage": list(one.more_usage),
        "less_usage": list(one.less_usage),
        "not_priced": [{key: safe(held) if isinstance(held, str) else held for key, held in vars(each).items()}
                       for each in one.not_priced],
    }  # fmt: skip


def lines(costs: Costs) -> Iterator[str]:
    """The differences for people, line by line."""
    for name, one in costs.environments.items():
        yield f"{safe(name)} {safe(one.sentence)}"
        for row in one.rows if isinstance(one, CostDifference) else ():
            yield f"{row.delta:+9.2f}  {safe(row.resource)} ({_kind(row)}): {sides(row)}"
        yield from (f"  {line}" for line in others(one))


def markdown(costs: Costs, room: int) -> str:
    """The differences for a page, in at most about `room` characters: rows are left out, with a line that says so."""
    found = ""
    for most in FEWER:
        found = "\n".join(_page(costs, most)).strip() + "\n"
        if length(found) <= room:
            break
    return found


def _page(costs: Costs, most: int) -> Iterator[str]:
    yield f"## Cost\n\nSince {code(costs.base)}, by the price sheet, before use:\n"
    for name, one in list(costs.environments.items())[:ENVIRONMENTS]:
        yield f"**{prose(cut(name, 60))}** {prose(cut(one.sentence, 300))}\n"
        rows = one.rows if isinstance(one, CostDifference) else ()
        if rows[:most]:
            yield "| USD a month | resource | before, after |\n|---:|---|---|"
            for row in rows[:most]:
                name = f"{code(row.resource, 100, table=True)} ({prose(_kind(row))})"
                yield f"| {row.delta:+.2f} | {name} | {sides(row)} |"
            yield ""
        told = list(others(one))
        yield from (f"- {prose(cut(line, 300))}" for line in told[:most])
        left = len(rows[most:]) + len(told[most:])
        yield f"- {left} more lines are left out here; `diceytech cost --base` lists them\n" if left else ""
    if len(costs.environments) > ENVIRONMENTS:
        yield f"{len(costs.environments) - ENVIRONMENTS} more environments are left out here."


def others(one: CostDifference | Unpriced) -> Iterator[str]:
    """What is paid by use, and what has no price."""
    if isinstance(one, CostDifference):
        yield from (f"now paid by use: {what}" for what in one.more_usage)
        yield from (f"no longer paid by use: {what}" for what in one.less_usage)
        yield from (f"not priced: {safe(each.resource)} ({each.type}): {safe(each.reason)}" for each in one.not_priced)


def sides(row: Row) -> str:
    """`14.00 -> 28.00`."""
    return f"{row.before:.2f} -> {row.after:.2f}"


def _kind(row: Row) -> str:
    return safe(row.type.rpartition(":")[2]) or "all"


def _money(amount: Decimal) -> float:
    return float(round(amount, 2))
