"""The workflows: what each job may do, and whom it can become."""

from __future__ import annotations

import re
from functools import cache

import pytest

from infra.account_config import load_account
from infra.config_source import load
from infra.deploy_policies import github_trust
from infra.stacks.account import deploy_args, scope_of
from rehearsal.policy_evaluation import conditions_hold
from tests.workflows.pipelines import JOBS, ROOT, STEPS, WORKFLOWS, Job, document, named, words

PINNED = re.compile(r"uses: (?P<action>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")
CLAIMS = "token.actions.githubusercontent.com"
ACCOUNT = load_account(ROOT, "main")


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


@cache
def trusted(env: str, kind: str, claim: str) -> bool:
    deployed = next(one for one in ACCOUNT.environments if one.name == env)
    args = deploy_args(ACCOUNT, deployed, scope_of(ACCOUNT, env, load(ROOT, env)), "arn")
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
