"""The roles of the account project held against every call of both environments' rehearsed lives."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra import deploy_policies, plan_policies
from infra.account_config import load_account
from infra.config_source import load
from infra.deploy_policies import Scope
from infra.infrastructure_policies import infrastructure
from infra.stacks.account import scope_of
from rehearsal.least_privilege import Verdict, judge, unknown_actions
from rehearsal.needs import Need, needs
from rehearsal.policy_documents import MANAGED_SIZE, size
from rehearsal.policy_evaluation import allowed
from rehearsal.recording import recorded

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

ROOT = Path(__file__).parents[2]


class Life:
    """One environment's scope, and what its life needs."""

    def __init__(self, name: str) -> None:
        config = load(ROOT, name)
        self.scope: Scope = scope_of(load_account(ROOT, "main"), name, config)
        self.needs: list[Need] = needs(recorded(config, name), config.aws.account_id)
        self.verdict: Verdict = judge(infrastructure(self.scope), self.needs)

    def of(self, *phases: str) -> list[Need]:
        return [one for one in self.needs if one.call.phase in phases]


@pytest.fixture(scope="module", params=["dev", "prod"])
def life(request: pytest.FixtureRequest) -> Life:
    return Life(request.param)


def refused(policies: object, found: list[Need]) -> list[tuple[str, str]]:
    assert isinstance(policies, dict)
    return [
        (one.action, one.resource)
        for one in found
        if not allowed(policies.values(), one.action, one.resource, one.context)
    ]


def test_the_infrastructure_role_may_do_all_that_up_refresh_and_destroy_need(life: Life) -> None:
    assert {one.call.phase for one in life.needs} == {"up", "refresh", "destroy"}
    assert len({one.action for one in life.needs}) > 200
    assert refused(infrastructure(life.scope), life.needs) == []


def test_the_plan_role_may_do_all_that_a_refresh_needs_and_nothing_that_up_writes(life: Life) -> None:
    policies = plan_policies.plan(life.scope)
    assert refused(policies, life.of("refresh")) == []
    writes = [one for one in life.of("up", "destroy") if not plan_policies.reads(one.action)]
    assert len(writes) > 200
    assert len(refused(policies, writes)) == len(writes)


def test_the_app_role_may_do_none_of_the_writes_that_the_infrastructure_needs(life: Life) -> None:
    app = {"app": deploy_policies.app(life.scope)}
    writes = [one for one in life.needs if not plan_policies.reads(one.action)]
    held = set(refused(app, writes))
    assert {(one.action, one.resource) for one in writes} - held == set()


def test_another_environments_role_may_do_none_of_the_writes_to_named_resources(life: Life) -> None:
    other = replace(life.scope, names=replace(life.scope.names, environment="other"))
    foreign = infrastructure(replace(other, **{part: f"other-{part}" for part in BUCKETS}, log_groups=(), domain=None))
    writes = [one for one in life.needs if not plan_policies.reads(one.action) and not names_nothing(one)]
    theirs = {(one.action, one.resource) for one in writes} - set(refused(foreign, writes))
    assert {action for action, _ in theirs} <= SHARED


BUCKETS = ("website_bucket", "artifacts_bucket", "media_bucket", "logs_bucket")
# What AWS cannot tie to an environment, by name or by tag: docs/decisions.md.
SHARED = {
    "cloudfront:DeleteFunction", "cloudfront:DeleteOriginAccessControl", "cloudfront:DeleteResponseHeadersPolicy",
    "cloudfront:PublishFunction", "ec2:CreateTags", "ec2:DisassociateAddress", "iam:CreateServiceLinkedRole",
    "logs:CreateDelivery", "logs:DeleteDelivery", "logs:DeleteDeliveryDestination", "logs:DeleteDeliverySource",
    "logs:PutDeliveryDestination", "logs:PutDeliverySource", "logs:TagResource",
    "secretsmanager:CreateSecret", "secretsmanager:TagResource",
}  # fmt: skip


def names_nothing(one: Need) -> bool:
    return one.resource == "*"


def test_without_a_statement_its_calls_are_missed(life: Life) -> None:
    """Each statement for writes that something needs is there for a reason: without it, a call is refused."""
    policies = {topic: document for topic, document in infrastructure(life.scope).items() if topic != "storage"}
    missed = {action for action, _ in refused(policies, life.needs)}
    assert {"s3:CreateBucket", "s3:PutBucketPolicy", "s3:GetBucketTagging"} <= missed
    assert all(action.startswith("s3:") for action in missed)


def test_the_derived_policies_cover_the_recording_fit_iam_and_keep_every_denial(life: Life) -> None:
    policies = infrastructure(life.scope)
    verdict = life.verdict
    assert verdict.uncovered == ()
    assert refused(verdict.derived, life.needs) == []
    assert unknown_actions(verdict.derived.values()) == []
    assert max(size(json.dumps(one)) for one in verdict.derived.values()) <= MANAGED_SIZE
    denials = [one for each in policies.values() for one in each["Statement"] if one["Effect"] == "Deny"]
    assert [one for each in verdict.derived.values() for one in each["Statement"] if one["Effect"] == "Deny"] == denials
    assert denials


def test_the_derived_policies_read_no_contents_that_the_role_does_not(life: Life) -> None:
    derived = life.verdict.derived.values()
    assert not allowed(derived, "s3:GetObject", f"arn:aws:s3:::{life.scope.media_bucket}/resumes/1.pdf")
    secret = life.scope.arn("secretsmanager", "secret:rds!db-0a1b-AbCdEf")
    assert not allowed(derived, "secretsmanager:GetSecretValue", secret)


def test_a_write_that_nothing_needed_is_named_and_not_derived(life: Life) -> None:
    verdict = life.verdict
    assert "iam:UpdateAssumeRolePolicy" in verdict.unused["identity"]["Roles"]
    roles = next(one for one in verdict.derived["identity"]["Statement"] if one["Sid"] == "Roles")
    assert "iam:UpdateAssumeRolePolicy" not in roles["Action"]
    assert "iam:DeleteRole" in roles["Action"]


def test_every_action_of_every_deploy_role_exists(life: Life) -> None:
    documents = [
        *infrastructure(life.scope).values(),
        *plan_policies.plan(life.scope).values(),
        deploy_policies.app(life.scope),
        deploy_policies.boundary(life.scope),
    ]
    assert unknown_actions(documents) == []
    wrong = {"Statement": [{"Action": ["s3:PutBucketLifecycleConfiguration"]}]}
    assert unknown_actions([wrong]) == ["s3:PutBucketLifecycleConfiguration"]
