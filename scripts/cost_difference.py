"""What a change costs: from both sides' plans."""

from __future__ import annotations

from pathlib import Path

from changes.stack_titles import kind_and_name
from cost.difference import CostDifference, difference
from infra.errors import PlatformError
from rehearsal.foretold import as_planned
from reports.cost import Costs, Unpriced
from scripts.diff import Sides, sides


def differences(root: Path, base: str, *, env: str | None) -> Costs:
    """The difference of each environment, or of one; raises PlatformError where one cannot be priced."""
    with sides(root, base, None, only=env, strict=False, whole=True) as found:
        return Costs(base=base, environments={title: _whole(found, title) for title in _priced(found)})


def of(found: Sides, base: str) -> Costs:
    """The same of plans that are there already; what cannot be priced says so, beside what can."""
    told: dict[str, CostDifference | Unpriced] = {}
    for title in _priced(found):
        try:
            told[title] = _difference(found, title)
        except PlatformError as error:
            told[title] = Unpriced(reason=str(error))
    return Costs(base=base, environments=told)


def _priced(found: Sides) -> list[str]:
    """The environments, and of the account project what may differ: the rest of it was not planned."""
    return [one for one in found.titles if kind_and_name(one)[0] == "environment" or any(map(len, found.of(one)))]


def _whole(found: Sides, title: str) -> CostDifference:
    """Raises PlatformError also for a price that the sheet lacks, as one environment's cost does."""
    told = _difference(found, title)
    missing = [one for one in told.not_priced if one.missing]
    if missing:
        names = ", ".join(dict.fromkeys(one.resource for one in missing))
        raise PlatformError(f"{title} cannot be priced ({names}): {missing[0].reason}")
    return told


def _difference(found: Sides, title: str) -> CostDifference:
    before, after = found.of(title)
    return difference(as_planned(before), as_planned(after))
