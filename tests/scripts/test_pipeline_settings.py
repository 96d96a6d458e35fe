"""What a pipeline's job is told of an environment, from its YAML and its account's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.account_config import load_account
from infra.config_source import load
from infra.stacks.account import scope_of
from rehearsal.emulator import EmulatedAws
from rehearsal.in_process import run
from scripts.pipeline_settings import settings
from tests.rehearsal.lifecycles import account_program
from tests.scripts.commands import ROOT, diceytech, repository

STATE = """\
  account:state:
    bucket: pulumi-state-diceytech-123456789012
    key_arn: arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = repository(tmp_path / "copy")
    shutil.copytree(ROOT / "account", root / "account")
    file = root / "account" / "Pulumi.main.yaml"
    file.write_text(file.read_text(encoding="utf-8") + STATE, encoding="utf-8")
    return root


@pytest.mark.slow
def test_the_roles_are_those_that_the_account_project_makes(copy: Path) -> None:
    with EmulatedAws(account_id="123456789012", region="us-east-1") as aws:
        done = run(account_program(), aws=aws, project="account", stack="main", config={})
    for env in ("dev", "prod"):
        made = done.exports[f"{env}_deploy_roles"]
        assert {kind: settings(copy, env, kind).role_arn for kind in ("infrastructure", "app", "plan")} == made


def test_the_state_is_where_the_account_says_and_in_its_own_region(copy: Path) -> None:
    found = settings(copy, "dev", "plan")
    assert found.backend_url == "s3://pulumi-state-diceytech-123456789012?region=eu-west-1"
    assert found.region == load(copy, "dev").aws.region == "us-east-1"
    assert scope_of(load_account(copy, "main"), "dev", load(copy, "dev")).state_bucket in found.backend_url


def test_a_step_reads_them_as_its_outputs(copy: Path) -> None:
    done = diceytech("pipeline", "settings", "--env", "dev", "--role", "plan", cwd=copy)
    assert done.returncode == 0, done.stderr
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert lines["role_arn"] == "arn:aws:iam::123456789012:role/diceytech/deploy/diceytech-dev-deploy-plan"
    assert lines["github_environment"] == "dev-plan"


def test_a_state_that_was_never_bootstrapped_is_named() -> None:
    done = diceytech("pipeline", "settings", "--env", "dev", "--role", "app", cwd=ROOT)
    assert done.returncode == 1
    assert "account/Pulumi.main.yaml has no account:state" in done.stderr


def test_an_environment_that_no_account_deploys_is_named(copy: Path) -> None:
    file = copy / "account" / "Pulumi.main.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("    - name: dev\n", ""), encoding="utf-8")
    done = diceytech("pipeline", "settings", "--env", "dev", "--role", "app", cwd=copy)
    assert done.returncode == 1
    assert "lists dev; add it to account:environments" in done.stderr
