"""The workflows: what each job may do, whom it can become, and that its commands are those that people type."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
from typer._click.core import Context
from typer.main import get_command

from infra.account_config import load_account
from infra.config_source import load
from infra.deploy_policies import github_trust
from infra.names import Names
from infra.stacks.account import deploy_args
from rehearsal.policy_evaluation import conditions_hold
from scripts import cli
from tests.workflows.pipelines import ROOT, WORKFLOWS, Job, Step, document, jobs

JOBS = jobs()
STEPS = [step for job in JOBS for step in job.steps]
PINNED = re.compile(r"uses: (?P<action>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")
CLAIMS = "token.actions.githubusercontent.com"
ACCOUNT = load_account(ROOT, "main")


def words(step: Step) -> list[list[str]]:
    """The commands of a step, without redirections, as lists of words."""
    lines = [line.strip() for line in step.command.splitlines()]
    return [shlex.split(re.split(r" >|\|\| ", line.replace('${TO:+--to "$TO"}', '--to "$TO"'))[0]) for line in lines]


def named(job: Job) -> str:
    return f"{job.workflow}-{job.name}-{job.env.get('ENV', '')}"


def test_there_is_a_pipeline_for_each_thing_that_happens() -> None:
    assert [path.stem for path in WORKFLOWS] == ["deploy", "drift", "preview", "pull-request", "rollback"]


def test_no_workflow_runs_a_strangers_code_with_the_repositorys_rights() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert "pull_request_target" not in text
        assert "workflow_run" not in text
        assert "secrets." not in text
        assert "secrets:" not in text


def test_every_action_is_pinned_by_its_commit_and_says_its_version() -> None:
    for path in WORKFLOWS:
        uses = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
        assert all(PINNED.search(line) for line in uses), path.name


def test_one_version_of_each_action_is_used() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    found = {(match["action"], match["commit"]) for match in re.finditer(PINNED.pattern[:-1], text)}
    assert len(found) == len({action for action, _ in found}) == 4


def test_permissions_are_none_but_what_a_job_asks_for() -> None:
    assert all(document(path)["permissions"] == {} for path in WORKFLOWS)
    for job in JOBS:
        rights = dict(job.body["permissions"])
        assert rights.pop("contents", "read") == "read", named(job)
        assert rights in ({}, {"id-token": "write"}, {"pull-requests": "write"}), named(job)


def test_only_the_job_that_comments_may_write_and_it_has_none_of_the_pull_requests_code() -> None:
    writers = [job for job in JOBS if "pull-requests" in job.body["permissions"]]
    assert [job.name for job in writers] == ["comment"]
    assert [step["uses"].partition("@")[0] for step in writers[0].uses] == ["actions/download-artifact"]
    assert "head.repo.full_name == github.repository" in writers[0].body["if"]


def test_no_expression_is_put_into_a_command() -> None:
    assert len(STEPS) > 60
    assert [step.command for step in STEPS if "${{" in step.command] == []


def test_no_checkout_leaves_its_token_behind() -> None:
    for job in JOBS:
        for step in job.uses:
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, named(job)


def test_no_deploy_is_cut_short_by_the_next_one() -> None:
    for job in JOBS:
        if job.environment in ("dev", "prod"):
            assert job.body["concurrency"]["cancel-in-progress"] is False
            assert (
                job.body["concurrency"]["group"].replace("${{ inputs.env }}", job.env["ENV"])
                == f"deploy-{job.env['ENV']}"
            )


def test_prod_follows_dev_and_its_preview_and_infrastructure_comes_before_backend_and_website() -> None:
    deploys = {job.name: job for job in JOBS if job.workflow == "deploy.yml"}
    assert [(name, job.body.get("needs")) for name, job in deploys.items()] == [
        ("preview-dev", None),
        ("dev", "preview-dev"),
        ("preview-prod", "dev"),
        ("prod", "preview-prod"),
    ]
    for name in ("dev", "prod"):
        order = [" ".join(each[1:3]) for step in deploys[name].steps for each in words(step) if "diceytech" in each[0]]
        assert order[2:] == ["up --env", "deploy backend", "deploy website", "status --env"]


# Who a job is to AWS: the `sub` claim of its token, held against the trust that the account project gives each role.


def subject(job: Job) -> str:
    if job.environment is not None:
        return ACCOUNT.github.environment_subject(job.environment)
    if "pull_request" in job.events:
        return f"{ACCOUNT.github.subject}:pull_request"
    return ACCOUNT.github.branch_subject


def trusted(env: str, kind: str, claim: str) -> bool:
    deployed = next(one for one in ACCOUNT.environments if one.name == env)
    args = deploy_args(ACCOUNT, deployed, load(ROOT, env), "arn")
    subjects = args.plan_subjects if kind == "plan" else args.deploy_subjects
    condition = github_trust("arn", subjects=subjects)["Statement"][0]["Condition"]
    return conditions_hold(condition, {f"{CLAIMS}:aud": "sts.amazonaws.com", f"{CLAIMS}:sub": claim})


def asked(job: Job) -> list[tuple[str, str]]:
    """Environments and roles that a job's steps ask `diceytech pipeline settings` for."""
    found = [each for step in job.steps for each in words(step) if each[1:3] == ["pipeline", "settings"]]
    return [(job.env["ENV"], each[each.index("--role") + 1]) for each in found]


WITH_ROLE = [job for job in JOBS if "id-token" in job.body["permissions"]]


@pytest.mark.parametrize("job", WITH_ROLE, ids=named)
def test_each_job_is_let_into_the_role_that_it_asks_for(job: Job) -> None:
    assert asked(job)
    for env, kind in asked(job):
        assert trusted(env, kind, subject(job)), (env, kind, subject(job))


@pytest.mark.parametrize("job", JOBS, ids=named)
def test_no_job_could_take_a_role_that_it_does_not_ask_for(job: Job) -> None:
    """But the plan-only one, which every job of the default branch could take, and those of its own environment."""
    if "id-token" not in job.body["permissions"]:
        assert asked(job) == []
        return
    for env in ("dev", "prod"):
        for kind in ("infrastructure", "app"):
            own = job.environment == env
            assert trusted(env, kind, subject(job)) is own


def test_a_pull_request_takes_the_plan_role_alone_and_behind_its_reviewers() -> None:
    pulls = [job for job in WITH_ROLE if "pull_request" in job.events]
    assert {job.environment for job in pulls} == {"dev-plan", "prod-plan"}
    assert {kind for job in pulls for _, kind in asked(job)} == {"plan"}
    assert all("head.repo.full_name == github.repository" in job.body["if"] for job in pulls)
    assert not trusted("dev", "plan", f"{ACCOUNT.github.subject}:pull_request")


def test_every_environment_of_the_repository_is_in_every_pipeline() -> None:
    known = {one.name for one in ACCOUNT.environments}
    for workflow in ("deploy.yml", "drift.yml", "preview.yml", "rollback.yml"):
        assert {job.env["ENV"] for job in JOBS if job.workflow == workflow} == known, workflow


# The commands are those that people type.


def test_every_make_target_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    used = {target for step in STEPS for each in words(step) if each[0] == "make" for target in each[1:]}
    assert used <= set(targets)
    assert {"test", "lint", "types", "rehearse", "workflows"} <= used


def parsed(arguments: list[str]) -> str:
    """Path of the command that the arguments are for; raises click's UsageError for what it does not know."""
    command, parent = get_command(cli.app), None
    rest = arguments
    while True:
        context: Context = command.make_context(command.name or "diceytech", list(rest), parent=parent)
        if not hasattr(command, "resolve_command"):
            return context.command_path
        _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parent = context


@pytest.mark.parametrize(
    "step", [one for one in STEPS if ".venv/bin/diceytech" in one.command], ids=lambda one: f"{named(one.job)}"
)
def test_every_diceytech_command_and_option_exists(step: Step) -> None:
    for each in words(step):
        if each[0] == ".venv/bin/diceytech":
            filled = [step.env.get(word.removeprefix("$"), "x") if word.startswith("$") else word for word in each[1:]]
            filled = ["backend" if word == "${{ inputs.part }}" else word for word in filled]
            assert parsed(filled)


def test_an_option_that_does_not_exist_is_found() -> None:
    with pytest.raises(typer._click.exceptions.UsageError):
        parsed(["controls", "--env", "dev", "--no-such-option"])


def test_what_else_the_steps_run_is_there() -> None:
    others = {each[0] for step in STEPS for each in words(step)} - {"make", ".venv/bin/diceytech"}
    assert others == {".ci/programs", "cat", "gh"}
    assert (ROOT / ".ci" / "programs").stat().st_mode & 0o111


def bash(step: Step, directory: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The step as GitHub runs it: `bash -e` with its variables."""
    files = {"GITHUB_OUTPUT": str(directory / "output"), "GITHUB_STEP_SUMMARY": str(directory / "summary")}
    import os

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
CHEAP = ("config check", "controls --env", "permissions --env")


@pytest.mark.parametrize(
    "step",
    [one for one in STEPS if any(f"diceytech {cheap}" in one.command for cheap in CHEAP)],
    ids=lambda one: f"{one.job.env.get('ENV', '')} {one.command[20:32]}",
)
def test_the_steps_that_need_no_account_pass_here(step: Step, tmp_path: Path) -> None:
    done = bash(step, tmp_path)
    assert done.returncode == 0, done.stderr


def test_settings_give_the_role_that_the_account_project_makes() -> None:
    names = Names(product="diceytech", environment="dev", account_id="123456789012")
    assert names.deploy_role("app") == "arn:aws:iam::123456789012:role/diceytech/deploy/diceytech-dev-deploy-app"
