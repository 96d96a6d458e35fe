"""What a change costs: from both sides' plans."""

from __future__ import annotations

from pathlib import Path

from cost.difference import CostDifference, difference
from infra.errors import PlatformError
from rehearsal.foretold import as_planned
from reports.cost import Costs, Unpriced
from scripts.diff import Sides, sides


def differences(root: Path, base: str, *, env: str | None) -> Costs:
    """The difference of each environment, or of one; raises PlatformError where one cannot be priced."""
    with sides(root, base, None, env=env, strict=False, whole=True) as found:
        return Costs(base=base, environments={name: _difference(found, name) for name in found.environments})


def of(found: Sides, base: str) -> Costs:
    """The same of plans that are there already; what cannot be priced says so, beside what can."""
    told: dict[str, CostDifference | Unpriced] = {}
    for name in found.environments:
        try:
            told[name] = _difference(found, name)
        except PlatformError as error:
            told[name] = Unpriced(reason=str(error))
    return Costs(base=base, environments=told)


def _difference(found: Sides, name: str) -> CostDifference:
    before, after = found.of(name)
    return difference(as_planned(before), as_planned(after))
