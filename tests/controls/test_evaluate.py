"""An environment is held against the controls, and every exception it accepts must be needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
    until: date | None = None


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


DAY = date(2026, 11, 25)


def test_an_acceptance_holds_on_its_last_day_and_not_after() -> None:
    ending = Accepted(id="RDS.5", until=DAY)

    assert evaluate(graph(SINGLE_ZONE), [ending], today=DAY).ok
    late = evaluate(graph(SINGLE_ZONE), [ending], today=date(2026, 11, 26))
    assert late.expired == (ending,)
    assert [finding.control for finding in late.failed] == ["RDS.5"]


def test_an_expired_acceptance_that_nothing_needs_is_reported_once() -> None:
    report = evaluate(graph(DATABASE), [Accepted(id="RDS.5", until=DAY)], today=date(2027, 1, 1))

    assert ([one.id for one in report.expired], report.unused, report.failed) == (["RDS.5"], (), ())
    assert not report.ok


def test_in_a_plan_what_is_open_fails_nothing_and_can_be_accepted() -> None:
    nodes = changed(DATABASE, "db", multiAz=UNKNOWN)

    assert evaluate(graph(nodes), planned=True).ok
    assert evaluate(graph(nodes), [Accepted(id="RDS.5")], planned=True).unused == ()


def test_a_finding_says_how_grave_it_is_why_and_where_aws_describes_it() -> None:
    found = evaluate(graph(SINGLE_ZONE)).failed[0]

    assert found.severity == "medium"
    assert "zone" in found.why
    assert found.url == "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-5"


def test_only_production_is_held_to_what_is_for_production() -> None:
    unprotected = graph(DATABASE)

    assert "PLATFORM.1" in {finding.control for finding in evaluate(unprotected, scope="production").failed}
    assert "PLATFORM.1" not in {finding.control for finding in evaluate(unprotected).failed}
