"""A graph held against the controls, with the exceptions an environment accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Protocol

from controls.catalogue import ALL
from controls.control import Control, Finding, Scope
from controls.standard import is_control_id
from rehearsal.graph import Graph

_SCOPES: dict[Scope, tuple[Scope, ...]] = {
    "environment": ("environment",),
    "production": ("environment", "production"),
    "account": ("environment", "account"),
}


class Acceptance(Protocol):
    """One reasoned exception: an entry of `accepted` in the environment's YAML.

    `id` may also name a lint rule of the configuration (`short-backups`), which is no matter of the controls.
    `resource` narrows it to the resources whose name matches a shell pattern such as `*-logs`; None means all.
    """

    @property
    def id(self) -> str:
        """The control's id."""

    @property
    def reason(self) -> str:
        """Why the finding is accepted."""

    @property
    def resource(self) -> str | None:
        """A pattern for resource names, or None."""

    @property
    def until(self) -> date | None:
        """The last day on which it holds, or None for a choice without an end."""


@dataclass(frozen=True, kw_only=True)
class AcceptedFinding:
    """A finding that an acceptance covers, and the reason given."""

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of holding a graph against the controls.

    `passed` holds the ids that every resource they speak of meets, `absent` those that speak of nothing in the graph.
    `unknown` are findings that only the apply will settle. `unused` are acceptances that match nothing: an error,
    because the next reader takes them for a weakness that is there. `expired` are those whose last day is over: they
    cover nothing any more. `planned` says that a plan was held, so that what is unknown was to be expected.
    """

    passed: tuple[str, ...]
    absent: tuple[str, ...]
    failed: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...]
    unused: tuple[Acceptance, ...]
    expired: tuple[Acceptance, ...] = ()
    planned: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing failed, every acceptance is needed and in force, and nothing is open but in a plan."""
        return not (self.failed or self.unused or self.expired or (self.unknown and not self.planned))


def evaluate(
    graph: Graph,
    accepted: Sequence[Acceptance] = (),
    *,
    scope: Scope = "environment",
    controls: Sequence[Control] = ALL,
    planned: bool = False,
    today: date | None = None,
) -> Report:
    """Hold a graph against the controls of its scope.

    For an environment the account's own settings are left out, and what only production is held to is for the scope
    `production`; for the account project every control counts but those. Give an applied graph where a final answer is
    needed: in a plan (`planned`), what hangs on values not known yet is reported as unknown and fails nothing.
    """
    held = [control for control in controls if control.scope in _SCOPES[scope]]
    outcomes = {control.id: control.outcomes(graph) for control in held}
    findings = [
        control.finding(outcome) for control in held for outcome in outcomes[control.id] if outcome.status != "passed"
    ]
    asked = [one for one in accepted if is_control_id(one.id)]
    expired = [one for one in asked if one.until is not None and one.until < (today or date.today())]
    valid = [one for one in asked if one not in expired]
    with_findings = {finding.control for finding in findings}
    cover = [(finding, _covering(finding, valid)) for finding in findings]
    open_ones = [finding for finding, one in cover if one is None]
    return Report(
        passed=tuple(one.id for one in held if outcomes[one.id] and one.id not in with_findings),
        absent=tuple(one.id for one in held if not outcomes[one.id]),
        failed=tuple(finding for finding in open_ones if finding.status == "failed"),
        unknown=tuple(finding for finding in open_ones if finding.status == "unknown"),
        accepted=tuple(
            AcceptedFinding(finding=finding, reason=one.reason) for finding, one in cover if one is not None
        ),
        unused=tuple(one for one in valid if not any(_covers(one, finding) for finding in findings)),
        expired=tuple(expired),
        planned=planned,
    )


def _covering(finding: Finding, accepted: Sequence[Acceptance]) -> Acceptance | None:
    return next((one for one in accepted if _covers(one, finding)), None)


def _covers(acceptance: Acceptance, finding: Finding) -> bool:
    pattern = acceptance.resource
    return acceptance.id == finding.control and (pattern is None or fnmatchcase(finding.resource, pattern))
