"""An environment is held against the controls, and every exception it accepts must be needed."""

from __future__ import annotations

from dataclasses import dataclass

from control_graphs import changed, graph, node
from control_rows_data import BUCKET, DATABASE

from controls import s3
from controls.evaluate import evaluate
from rehearsal.graph import UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Accepted:
    id: str
    reason: str = "dev is cheap"
    resource: str | None = None


SINGLE_ZONE = changed(DATABASE, "db", multiAz=False)


def test_a_failure_is_reported_and_the_report_is_not_ok() -> None:
    report = evaluate(graph(SINGLE_ZONE))

    assert [finding.control for finding in report.failed] == ["RDS.5"]
    assert report.failed[0].resource == "db"
    assert "database.multi_az" in report.failed[0].remedy
    assert "RDS.3" in report.passed
    assert not report.ok


def test_an_accepted_failure_carries_its_reason_and_the_report_is_ok() -> None:
    report = evaluate(graph(SINGLE_ZONE), [Accepted(id="RDS.5", reason="one zone in dev")])

    assert report.failed == ()
    assert [(one.finding.control, one.reason) for one in report.accepted] == [("RDS.5", "one zone in dev")]
    assert "RDS.5" not in report.passed
    assert report.ok


def test_an_acceptance_that_matches_nothing_is_an_error() -> None:
    needless = Accepted(id="RDS.5")
    report = evaluate(graph(DATABASE), [needless])

    assert report.unused == (needless,)
    assert not report.ok


def test_an_acceptance_covers_only_the_resources_it_names() -> None:
    second = node(s3.BUCKET, "site")
    nodes = [*BUCKET, second]

    narrow = evaluate(graph(nodes), [Accepted(id="S3.8", resource="si*")])
    wrong = evaluate(graph(nodes), [Accepted(id="S3.8", resource="media")])

    assert "S3.8" not in {finding.control for finding in narrow.failed}
    assert "S3.8" in {finding.control for finding in wrong.failed}
    assert len(wrong.unused) == 1


def test_what_the_plan_leaves_open_is_neither_passed_nor_failed() -> None:
    report = evaluate(graph(changed(DATABASE, "db", multiAz=UNKNOWN)))

    assert [finding.control for finding in report.unknown] == ["RDS.5"]
    assert "RDS.5" not in report.passed
    assert report.failed == ()
    assert not report.ok


def test_a_control_that_speaks_of_nothing_is_absent_not_passed() -> None:
    report = evaluate(graph(DATABASE))

    assert "ELB.4" in report.absent
    assert "ELB.4" not in report.passed


def test_account_settings_are_asked_of_the_account_project_alone() -> None:
    environment, account = evaluate(graph([])), evaluate(graph([]), scope="account")

    assert environment.ok
    assert "S3.1" in {finding.control for finding in account.failed}
    assert {finding.resource for finding in account.failed} == {"account"}


def test_an_accepted_lint_rule_is_not_for_the_controls() -> None:
    assert evaluate(graph(DATABASE), [Accepted(id="short-backups")]).ok


def test_an_acceptance_of_a_control_that_does_not_exist_is_an_error() -> None:
    assert [one.id for one in evaluate(graph(DATABASE), [Accepted(id="RDS.55")]).unused] == ["RDS.55"]
