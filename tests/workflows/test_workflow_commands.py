"""The workflows' commands are those that people type: they exist, and those that can be are run from the YAML."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from typer._click.core import Context
from typer._click.exceptions import UsageError
from typer.main import get_command

from scripts import cli
from tests.workflows.pipelines import ROOT, STEPS, Step, named, words


def test_every_make_target_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    used = {target for step in STEPS for each in words(step) if each[0] == "make" for target in each[1:]}
    assert used <= set(targets)
    assert {"test", "lint", "types", "rehearse", "workflows"} <= used


def parsed(arguments: list[str]) -> str:
    """Path of the command that the arguments are for; raises UsageError for what it does not know."""
    command, parent = get_command(cli.app), None
    rest = arguments
    while True:
        context: Context = command.make_context(command.name or "diceytech", list(rest), parent=parent)
        if not hasattr(command, "resolve_command"):
            return context.command_path
        _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parent = context


@pytest.mark.parametrize(
    "step",
    [one for one in STEPS if ".venv/bin/diceytech" in one.command],
    ids=lambda one: f"{named(one.job)}",
)
def test_every_diceytech_command_and_option_exists(step: Step) -> None:
    for each in words(step):
        if each[0] == ".venv/bin/diceytech":
            filled = [step.env.get(word.removeprefix("$"), "x") if word.startswith("$") else word for word in each[1:]]
            filled = ["backend" if word == "${{ inputs.part }}" else word for word in filled]
            assert parsed(filled)


def test_an_option_that_does_not_exist_is_found() -> None:
    with pytest.raises(UsageError):
        parsed(["controls", "--env", "dev", "--no-such-option"])


def test_what_else_the_steps_run_is_there() -> None:
    scripts = {named(step.job) for step in STEPS if not words(step)}
    assert scripts == {"pull-request.yml-comment-"}  # test_comment.py runs it
    others = {each[0] for step in STEPS for each in words(step)} - {"make", ".venv/bin/diceytech"}
    assert others == {".ci/programs", "cat"}
    assert (ROOT / ".ci" / "programs").stat().st_mode & 0o111


def bash(step: Step, directory: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The step as GitHub runs it: `bash -e` with its variables."""
    files = {"GITHUB_OUTPUT": str(directory / "output"), "GITHUB_STEP_SUMMARY": str(directory / "summary")}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step.command],
        cwd=ROOT,
        env={**os.environ, **step.env, **files, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


# Those that take seconds and need neither an account nor a change; the others are named in docs/pipelines.md.
CHEAP = ("config check", "controls --env", "permissions --env", "diff --base", "cost --base")


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [one for one in STEPS if any(f"diceytech {cheap}" in one.command for cheap in CHEAP)],
    ids=lambda one: f"{one.job.env.get('ENV', '')} {one.command[20:32]}",
)
def test_the_steps_that_need_no_account_pass_here(step: Step, tmp_path: Path) -> None:
    base = {"BASE": "HEAD"} if "BASE" in step.env else {}
    try:
        done = bash(step, tmp_path, **base)
    finally:
        (ROOT / "changes.md").unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
