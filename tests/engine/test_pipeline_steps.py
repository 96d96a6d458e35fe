"""Steps of the workflows that need an account, run from the YAML against the local AWS, by the real engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.engine.rehearsed import Rehearsed
from tests.workflows.pipelines import STEPS, Step

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def up(rehearsed: Rehearsed) -> Rehearsed:
    done = rehearsed.up("dev")
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return rehearsed


def step(workflow: str, words: str) -> Step:
    return next(
        one
        for one in STEPS
        if one.job.workflow == workflow and one.env.get("ENV") == "dev" and f"diceytech {words} " in one.command
    )


def run(up: Rehearsed, found: Step, summary: Path) -> subprocess.CompletedProcess[str]:
    own = {"ENV": found.env["ENV"], "GITHUB_STEP_SUMMARY": str(summary)}  # the state is the local one
    return up.run("bash", "-e", "-o", "pipefail", "-c", found.command, **own)


def test_the_nightly_job_passes_where_nothing_drifted_and_fails_where_something_did(
    up: Rehearsed, tmp_path: Path
) -> None:
    nightly, summary = step("drift.yml", "drift"), tmp_path / "summary"
    done = run(up, nightly, summary)
    assert done.returncode == 0, done.stderr
    assert "| `dev` | **no drift** | nothing |" in summary.read_text(encoding="utf-8")
    logs = up.account().client("logs")
    logs.put_retention_policy(logGroupName="diceytech-dev-backend", retentionInDays=3)
    done = run(up, nightly, summary)
    assert done.returncode == 2
    assert "| `dev` | **drifted** | 1 changed |" in summary.read_text(encoding="utf-8")
    undone = up.run("diceytech", "up", "--env", "dev", "--refresh", "--yes")
    assert undone.returncode == 0, undone.stderr
    held = logs.describe_log_groups(logGroupNamePrefix="diceytech-dev-backend")["logGroups"][0]
    assert held["retentionInDays"] == 14
    assert run(up, nightly, summary).returncode == 0


@pytest.mark.parametrize("workflow", ["preview.yml", "deploy.yml"])
def test_the_preview_is_in_the_summary_and_the_guard_stops_what_loses_data(
    up: Rehearsed, tmp_path: Path, workflow: str
) -> None:
    preview, summary = step(workflow, "preview"), tmp_path / "summary"
    up.edit("dev", "log_retention_days: 14", "log_retention_days: 30")
    done = run(up, preview, summary)
    up.edit("dev", "log_retention_days: 30", "log_retention_days: 14")
    assert done.returncode == 0, done.stderr
    assert "log-groups-backend" in summary.read_text(encoding="utf-8")
    up.edit("dev", "    # bucket: diceytech-storage", "    bucket: diceytech-storage")
    done = run(up, preview, summary)
    up.edit("dev", "    bucket: diceytech-storage", "    # bucket: diceytech-storage")
    assert done.returncode == 2, done.stderr
    assert "media" in summary.read_text(encoding="utf-8")
