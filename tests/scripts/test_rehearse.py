"""`diceytech rehearse`: progress, report, and one clear message when something fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def diceytech(*arguments: str, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.cli", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown() -> subprocess.CompletedProcess[str]:
    return diceytech("rehearse", "--env", "dev")


@pytest.mark.slow
def test_progress_names_the_component_the_resource_its_id_and_the_seconds(
    shown: subprocess.CompletedProcess[str],
) -> None:
    lines = [line.split() for line in shown.stderr.splitlines()]
    vpc = next(line for line in lines if line[:2] == ["network", "network-vpc"])
    assert vpc[2].startswith("vpc-")
    assert vpc[-1] == "s"
    assert float(vpc[-2]) >= 0
    assert {line[0] for line in lines[1:]} >= {
        "network",
        "media",
        "website",
        "database",
        "server",
        "identity",
        "alarms",
    }


@pytest.mark.slow
def test_the_report_has_outputs_what_was_emulated_the_time_and_what_to_do_next(
    shown: subprocess.CompletedProcess[str],
) -> None:
    assert shown.returncode == 0
    for wanted in (
        "site_url",
        "media_bucket",
        "database_address",
        "backend_log_group",
        "Emulated by moto:",
        "s3 Bucket",
    ):
        assert wanted in shown.stdout
    assert "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-" in shown.stdout
    assert "Not shown by any emulator" in shown.stdout
    after = shown.stdout[shown.stdout.index("Next:") :].splitlines()
    assert len(after) == 4


@pytest.mark.slow
def test_the_next_commands_work_as_they_are_printed(shown: subprocess.CompletedProcess[str], tmp_path: Path) -> None:
    lines = shown.stdout[shown.stdout.index("Next:") :].splitlines()[1:]
    for line in lines:
        arguments = line.split("  ")[1].split()[1:]
        arguments = [str(tmp_path / one) if one.endswith(".svg") else one for one in arguments]
        assert diceytech(*arguments).returncode == 0, line


@pytest.mark.slow
def test_the_report_for_machines_is_json_alone() -> None:
    done = diceytech("rehearse", "--env", "prod", "--json")
    found = json.loads(done.stdout)
    assert done.stderr == ""
    assert found["environment"] == "prod"
    assert all(one["id"] for one in found["resources"])
    assert found["emulated"]["lacking"]
    assert found["limits"]


@pytest.mark.slow
def test_a_failure_is_one_message_with_the_resources_name_and_exit_code_1(tmp_path: Path) -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "infra").mkdir()
    dev = tmp_path / "Pulumi.dev.yaml"
    dev.write_text(dev.read_text().replace("ami-0d13a000000000064", "ami-00000000000000000"))
    done = diceytech("rehearse", "--env", "dev", directory=tmp_path)
    assert done.returncode == 1
    assert "server-instance (aws:ec2/instance:Instance)" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("\nerror ") == 1


def test_an_unknown_environment_is_one_message_and_nothing_comes_up() -> None:
    done = diceytech("rehearse", "--env", "nope")
    assert done.returncode == 1
    assert "there is no environment 'nope'" in done.stderr
    assert "comes up" not in done.stderr
    assert done.stdout == ""
