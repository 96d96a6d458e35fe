"""A graph held against the controls, with the exceptions an environment accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from controls.catalogue import ALL
from controls.control import Control, Finding, Scope
from controls.standard import is_control_id
from rehearsal.graph import Graph


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
    because the next reader takes them for a weakness that is there.
    """

    passed: tuple[str, ...]
    absent: tuple[str, ...]
    failed: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...]
    unused: tuple[Acceptance, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed, nothing is open, and every acceptance is needed."""
        return not (self.failed or self.unknown or self.unused)


def evaluate(
    graph: Graph,
    accepted: Sequence[Acceptance] = (),
    *,
    scope: Scope = "environment",
    controls: Sequence[Control] = ALL,
) -> Report:
    """Hold a graph against the controls of its scope.

    For an environment the account's own settings are left out; for the account project every control counts. Give an
    applied graph where a final answer is needed: in a plan, what hangs on values not known yet is reported as unknown.
    """
    held = [control for control in controls if scope == "account" or control.scope == "environment"]
    outcomes = {control: control.outcomes(graph) for control in held}
    findings = [
        control.finding(outcome) for control in held for outcome in outcomes[control] if outcome.status != "passed"
    ]
    accepted = [one for one in accepted if is_control_id(one.id)]
    with_findings = {finding.control for finding in findings}
    cover = [_covering(finding, accepted) for finding in findings]
    open_ones = [finding for finding, one in zip(findings, cover, strict=True) if one is None]
    return Report(
        passed=tuple(one.id for one in held if outcomes[one] and one.id not in with_findings),
        absent=tuple(one.id for one in held if not outcomes[one]),
        failed=tuple(finding for finding in open_ones if finding.status == "failed"),
        unknown=tuple(finding for finding in open_ones if finding.status == "unknown"),
        accepted=tuple(
            AcceptedFinding(finding=finding, reason=one.reason)
            for finding, one in zip(findings, cover, strict=True)
            if one is not None
        ),
        unused=tuple(one for one in accepted if not any(_covers(one, finding) for finding in findings)),
    )


def _covering(finding: Finding, accepted: Sequence[Acceptance]) -> Acceptance | None:
    return next((one for one in accepted if _covers(one, finding)), None)


def _covers(acceptance: Acceptance, finding: Finding) -> bool:
    pattern = acceptance.resource
    return acceptance.id == finding.control and (pattern is None or fnmatchcase(finding.resource, pattern))
