"""`diceytech doctor` says what is there, what is missing, and the line that fixes it."""

from __future__ import annotations

import json
import os
import shutil
from importlib import metadata
from pathlib import Path

import pytest
from commands import ROOT, diceytech, edit, repository
from loopback_aws import loopback

from scripts.doctor.doctor import examine
from scripts.doctor.engine import engine
from scripts.doctor.finding import Finding


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


@pytest.fixture
def with_account(copy: Path) -> Path:
    (copy / "account").mkdir()
    shutil.copy(ROOT / "account" / "Pulumi.main.yaml", copy / "account")
    return copy


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials, no network and no engine, unless a test brings one."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.defpath}")


def install(tmp_path: Path, script: str) -> None:
    """A `pulumi` on PATH."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


def test_without_aws_and_engine_a_rehearsal_lacks_nothing(copy: Path) -> None:
    done = diceytech("doctor", cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "missing" not in done.stdout
    assert "optional AWS credentials: no AWS credentials\n" in done.stdout
    assert "-> run `aws configure`, or set AWS_PROFILE; rehearsals need none" in done.stdout


def test_a_real_run_lacks_engine_credentials_and_an_account(copy: Path) -> None:
    done = diceytech("doctor", "--aws", "--json", cwd=copy)
    assert done.returncode == 1
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)}
    missing = {what for what, finding in findings.items() if finding["status"] == "missing"}
    assert missing == {"Pulumi engine", "AWS credentials", "Account of dev", "Account of prod", "Mail of prod"}
    assert all(findings[what]["fix"] for what in missing)


def test_the_line_to_edit_is_the_one_that_names_the_account(copy: Path) -> None:
    fix = by_name(examine(copy, "dev", aws=True))["Account of dev"].fix
    number = int(fix.split()[2])
    assert "account_id:" in (copy / "Pulumi.dev.yaml").read_text().splitlines()[number - 1]


def test_the_committed_repository_and_addresses_are_named_with_their_lines(with_account: Path) -> None:
    found = by_name(examine(with_account, None, aws=True))
    assert found["Account of account main"].status == "missing"
    for what, value, file in (
        ("Repository of account main", "example/diceytech", with_account / "account" / "Pulumi.main.yaml"),
        ("Mail of account main", "ops@example.com", with_account / "account" / "Pulumi.main.yaml"),
        ("Mail of prod", "ops@example.com", with_account / "Pulumi.prod.yaml"),
    ):
        assert (found[what].status, found[what].detail.startswith(f"{value} is ")) == ("missing", True)
        number = int(found[what].fix.split()[2])
        assert value in file.read_text().splitlines()[number - 1]


def test_values_of_ones_own_are_good(with_account: Path) -> None:
    edit(with_account / "account" / "Pulumi.main.yaml", "example/diceytech", "acme/shop")
    edit(with_account / "account" / "Pulumi.main.yaml", "ops@example.com", "ops@acme.test")
    found = by_name(examine(with_account, None, aws=True))
    assert (found["Repository of account main"].status, found["Repository of account main"].detail) == (
        "ok",
        "acme/shop",
    )
    assert "Mail of account main" not in found


def test_one_environment_is_looked_at_on_demand(copy: Path) -> None:
    assert "Pulumi.prod.yaml" not in by_name(examine(copy, "dev", aws=False))


ENGINES = [
    ("echo v3.272.0", "ok", "v3.272.0"),
    ("echo v4.0.1-alpha.1+dirty", "ok", "v4.0.1-alpha.1+dirty"),
    ("echo v3.99.0", "missing", "v3.99.0"),
    ("true", "missing", "says no version"),
    ("echo 'no such home' >&2; exit 3", "missing", "does not run (no such home)"),
    ("exit 3", "missing", "does not run (exit code 3)"),
    ("sleep 600", "missing", "does not run (no answer in 0.3 seconds)"),
]


@pytest.mark.parametrize(("script", "status", "detail"), ENGINES)
def test_an_engine_is_good_when_it_answers_and_is_new_enough(
    tmp_path: Path, script: str, status: str, detail: str
) -> None:
    install(tmp_path, script)
    (finding,) = engine(needed=True, patience=0.3 if "sleep" in script else 5)
    assert (finding.status, detail in finding.detail, bool(finding.fix)) == (status, True, status != "ok")


def test_an_engine_that_is_no_program_is_said_so(tmp_path: Path) -> None:
    install(tmp_path, "")
    (tmp_path / "bin" / "pulumi").write_text("no program")
    (finding,) = engine(needed=False)
    assert (finding.status, "Exec format error" in finding.detail) == ("optional", True)


def test_a_library_that_is_locked_in_two_versions_for_two_pythons_is_there_in_one(copy: Path) -> None:
    lock = copy / "requirements.txt"
    twice = "rich==1.0 ; python_full_version < '3.11'\n" + f"rich=={metadata.version('rich')} ; python_version > '3'\n"
    lock.write_text(twice, encoding="utf-8")
    assert "not the locked versions" not in diceytech("doctor", cwd=copy).stdout


def test_libraries_that_are_not_the_locked_ones_are_named(copy: Path) -> None:
    assert by_name(examine(copy, "dev", aws=False))["Libraries"].status == "ok"
    lock = copy / "requirements.txt"
    lock.write_text("boto3==1.0.0 \\\nno-such-library==1.0\nonly-on-windows==1.0 ; sys_platform == 'win32' \\\n")
    found = by_name(examine(copy, "dev", aws=False))["Libraries"]
    assert (found.status, found.detail, found.fix) == (
        "missing",
        "not the locked versions: boto3, no-such-library",
        "make clean setup",
    )
    lock.unlink()
    assert "cannot be read" in by_name(examine(copy, "dev", aws=False))["Libraries"].detail


def test_a_configuration_with_errors_is_missing_and_the_rest_is_still_looked_at(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "multi_az: false", "multi_az: perhaps")
    found = by_name(examine(copy, None, aws=False))
    assert (found["Pulumi.dev.yaml"].status, found["Pulumi.dev.yaml"].detail) == ("missing", "1 errors, 0 unsafe")
    assert found["Pulumi.dev.yaml"].fix == "diceytech config check --env dev"
    assert found["Pulumi.prod.yaml"].status == "ok"
    assert "AWS credentials" in found


def test_an_unknown_environment_is_one_finding(copy: Path) -> None:
    found = by_name(examine(copy, "nope", aws=False))
    assert found["Pulumi.nope.yaml"].detail == "environment: there is no environment 'nope'"


def test_missing_secrets_are_listed_with_the_lines_that_set_them(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback() as aws:
        for name, value in aws.variables.items():
            monkeypatch.setenv(name, value)
        diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", "--generate", cwd=copy, **aws.variables)
        found = by_name(examine(copy, "dev", aws=True))
    assert found["AWS credentials"].detail.startswith("account 123456789012 as arn:aws:")
    assert (found["Secrets of dev"].status, found["Secrets of dev"].detail) == (
        "missing",
        "missing: ORIGIN_SECRET, SITE_PASSWORD",
    )
    assert found["Secrets of dev"].fix == (
        "diceytech secrets set ORIGIN_SECRET --env dev; diceytech secrets set SITE_PASSWORD --env dev"
    )


def test_credentials_of_another_account_look_for_no_secrets(copy: Path) -> None:
    with loopback("210987654321") as aws:
        done = diceytech("doctor", cwd=copy, **aws.variables)
    assert done.returncode == 0
    assert "ok       AWS credentials: account 210987654321" in done.stdout
    assert "Secrets of dev: not looked for: the credentials are for 210987654321, not for 123456789012" in done.stdout
    assert set(aws.operations()) == {"Action=GetCallerIdentity"}


def test_secrets_that_may_not_be_read_are_a_finding(copy: Path) -> None:
    with loopback() as aws:
        aws.refused = frozenset({"GetParameter"})
        done = diceytech("doctor", "--env", "dev", cwd=copy, **aws.variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Secrets of dev: AWS refused to look for SECRET_KEY (GetParameter: ValidationException)" in done.stdout


def test_an_endpoint_of_the_secrets_that_is_none_is_a_finding(copy: Path) -> None:
    with loopback() as aws:
        done = diceytech("doctor", "--env", "dev", cwd=copy, AWS_ENDPOINT_URL_SSM="localhost:1", **aws.variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Secrets of dev: AWS_ENDPOINT_URL_SSM: an endpoint begins with http:// or https://" in done.stdout


def test_the_requirements_of_this_repository_are_met() -> None:
    assert by_name(examine(ROOT, "dev", aws=False))["Libraries"].status == "ok"
