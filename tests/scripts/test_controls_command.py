"""`diceytech controls`: what a person and a machine are shown, and when it exits with 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import diceytech, edit, repository

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

ACCEPTED = "  platform:accepted:\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def test_a_finding_shows_severity_why_what_to_do_and_awss_page(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "  multi_az: true", "  multi_az: false")
    done = diceytech("controls", "--env", "prod", "--plan", cwd=copy)
    assert done.returncode == 2
    assert "failed RDS.5 (medium) database-instance:" in done.stdout
    assert "  why: When the one zone fails," in done.stdout
    assert "  fix: set database.multi_az to true" in done.stdout
    assert "AWS: Security Hub CSPM controls for Amazon RDS, https://docs.aws.amazon.com/securityhub/" in done.stdout


def test_machines_are_told_the_same(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "  multi_az: true", "  multi_az: false")
    found = json.loads(diceytech("controls", "--env", "prod", "--plan", "--json", cwd=copy).stdout)
    assert (found["ok"], found["planned"], [one["control"] for one in found["failed"]]) == (False, True, ["RDS.5"])
    assert set(found["failed"][0]) >= {"severity", "why", "remedy", "reference", "url", "resource", "problem"}


def test_an_expired_acceptance_and_an_unused_one_fail_each_with_a_line(copy: Path) -> None:
    file = copy / "Pulumi.dev.yaml"
    edit(file, "      reason: one zone in dev, ", '      until: "2026-01-31"\n      reason: one zone in dev, ')
    edit(file, ACCEPTED, f"{ACCEPTED}    - {{id: S3.8, reason: buckets are closed anyway}}\n")
    done = diceytech("controls", "--env", "dev", "--plan", cwd=copy)
    assert done.returncode == 2
    assert "expired RDS.5: it was accepted until 2026-01-31; mend it, or decide anew" in done.stdout
    assert "failed RDS.5 (medium)" in done.stdout
    assert "unused S3.8: nothing is wrong there any more; remove the line" in done.stdout


def test_a_plan_says_that_it_does_not_tell_everything(copy: Path) -> None:
    done = diceytech("controls", "--env", "dev", "--plan", cwd=copy)
    assert done.returncode == 0, done.stdout
    assert "controls have parts that only the apply tells" in done.stdout
