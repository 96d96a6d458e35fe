"""What of the account's own plan the guard finds when it is weakened, and what it lets pass beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from changes.change import Verdict
from changes.compared import compared
from changes.guard import decide
from changes.judge import judge
from changes.meanings import meaning
from rehearsal import account
from rehearsal.graph import PROVIDER, Graph, Node

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ISSUER = "token.actions.githubusercontent.com"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
Inputs = dict[str, Any]


@pytest.fixture(scope="module")
def plan() -> Graph:
    return account.planned(ROOT, "main", foretell=True)


def told(before: Graph, after: Graph) -> Verdict:
    return decide(judge(compared(before, after, stack="account main", origin="a..b")), (), today=date(2026, 1, 1))


def refused(before: Graph, after: Graph) -> set[str]:
    return {f"{one.rule}:{one.step.node.name}" for one in told(before, after).refused}


def edited(plan: Graph, name: str, type_: str, edit: Callable[[Inputs], object]) -> Graph:
    """The plan in which one resource has other inputs."""
    inputs = json.loads(json.dumps(plan.named(type_, name).inputs))
    edit(inputs)
    return Graph(tuple(replace(one, inputs=inputs) if (one.type, one.name) == (type_, name) else one for one in plan))


def without(plan: Graph, *names: str) -> Graph:
    return Graph(tuple(one for one in plan if one.name not in names))


def trust(edit: Callable[[Inputs], object]) -> Callable[[Inputs], None]:
    return document("assumeRolePolicy", lambda held: edit(held["Statement"][0]["Condition"]))


def document(key: str, edit: Callable[[Inputs], object]) -> Callable[[Inputs], None]:
    def change(inputs: Inputs) -> None:
        held = json.loads(inputs[key])
        edit(held)
        inputs[key] = json.dumps(held)

    return change


def subject(*values: str) -> Callable[[Inputs], None]:
    def change(condition: Inputs) -> None:
        del condition["StringEquals"][f"{ISSUER}:sub"]
        condition["StringLike"] = {f"{ISSUER}:sub": list(values)}

    return trust(change)


def statement(*actions: str) -> Callable[[Inputs], None]:
    more = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return document("policy", lambda held: held["Statement"].append(more))


def no_denials(held: Inputs) -> None:
    held["Statement"] = [one for one in held["Statement"] if one["Effect"] != "Deny"]


def no_conditions(held: Inputs) -> None:
    for one in held["Statement"]:
        one.pop("Condition", None)


def named(one: object) -> str | None:
    """A case's name, the same in every process; None for what has one by its place alone."""
    return one if isinstance(one, str) else None


WEAKER: list[tuple[str, str, str, Callable[[Inputs], object]]] = [
    ("opened-to-everyone", ROLE, "prod-infrastructure", subject("repo:*")),
    ("opened-to-everyone", ROLE, "prod-infrastructure", subject("repo:example/diceytech:*")),
    ("trust-widened", ROLE, "prod-infrastructure", subject("repo:other/one:environment:prod")),
    ("trust-widened", ROLE, "prod-app", trust(lambda held: held.pop("StringEquals"))),
    ("condition-lifted", ROLE, "prod-app", trust(lambda held: held["StringEquals"].pop(f"{ISSUER}:aud"))),
    ("deploy-rights-widened", POLICY, "prod-app-releases", statement("ssm:SendCommand")),
    ("deploy-rights-widened", POLICY, "prod-boundary", statement("ec2:*")),
    ("administrator-rights", POLICY, "prod-infrastructure-identity", statement("iam:*")),
    ("condition-lifted", POLICY, "prod-boundary", document("policy", no_conditions)),
    ("deny-lifted", POLICY, "prod-infrastructure-identity", document("policy", no_denials)),
    ("trust-widened", "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github",
     lambda held: held.update(url="https://issuer.example")),
    ("trust-widened", "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github",
     lambda held: held["clientIdLists"].append("another")),
    ("public-access-unblocked", "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "guards-s3",
     lambda held: held.update(restrictPublicBuckets=False)),
    ("protection-weakened", "aws:ebs/encryptionByDefault:EncryptionByDefault", "guards-us-east-1-volumes",
     lambda held: held.update(enabled=False)),
    ("protection-weakened", "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "guards-us-east-1-snapshots",
     lambda held: held.update(state="block-new-sharing")),
    ("protection-weakened", "aws:ssm/serviceSetting:ServiceSetting", "guards-us-east-1-document-sharing",
     lambda held: held.update(settingValue="Enable")),
    ("protection-weakened", "aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "guards-passwords",
     lambda held: held.update(minimumPasswordLength=8)),
    ("protection-weakened", "aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "guards-passwords",
     lambda held: held.pop("requireSymbols")),
    ("protection-weakened", "aws:budgets/budget:Budget", "budget-monthly", lambda held: held.pop("notifications")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "type_", "name", "edit"), WEAKER, ids=named)
def test_what_is_weakened_waits(
    plan: Graph, rule: str, type_: str, name: str, edit: Callable[[Inputs], object]
) -> None:
    after = edited(plan, name, type_, edit)
    assert f"{rule}:{name}" in refused(plan, after)


BESIDE: list[tuple[str, str, Callable[[Inputs], object]]] = [
    (ROLE, "prod-plan", trust(lambda held: held["StringEquals"][f"{ISSUER}:sub"].pop())),
    (ROLE, "prod-app", lambda held: held.update(description="another", maxSessionDuration=3600)),
    (POLICY, "prod-app-releases", document("policy", lambda held: held["Statement"].pop())),
    ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "guards-passwords",
     lambda held: held.update(minimumPasswordLength=20)),
    ("aws:budgets/budget:Budget", "budget-monthly", lambda held: held.update(limitAmount="400")),
    ("aws:budgets/budget:Budget", "budget-monthly",
     lambda held: held["notifications"][0].update(subscriberEmailAddresses=["other@example.com"])),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "name", "edit"), BESIDE, ids=named)
def test_what_is_no_weaker_passes(plan: Graph, type_: str, name: str, edit: Callable[[Inputs], object]) -> None:
    found = told(plan, edited(plan, name, type_, edit))
    assert found.report.change.steps
    assert found.refused == ()


GONE: Mapping[str, str] = {
    "github": "oidc-deleted",
    "prod-app": "deploy-role-deleted",
    "prod-boundary": "policy-deleted",
    "guards-s3": "account-public-access-block-deleted",
    "guards-passwords": "password-policy-deleted",
    "guards-us-east-1-volumes": "disk-encryption-deleted",
    "guards-us-east-1-snapshots": "snapshot-block-deleted",
    "guards-us-east-1-document-sharing": "ssm-setting-deleted",
    "budget-monthly": "budget-deleted",
}


@pytest.mark.parametrize("name", GONE)
def test_what_goes_waits(plan: Graph, name: str) -> None:
    assert refused(plan, without(plan, name)) == {f"{GONE[name]}:{name}"}


def test_a_policy_that_a_deploy_role_gets_waits_and_the_roles_of_a_new_environment_do_not(plan: Graph) -> None:
    names = {one.name for one in plan if one.name == "prod" or one.name.startswith("prod-")}
    policy = {"prod-infrastructure-data"}
    assert refused(without(plan, *policy), plan) == {"deploy-rights-widened:prod-infrastructure-data"}
    assert told(without(plan, *names), plan).refused == ()
    assert told(Graph(()), plan).refused == ()


def test_a_new_role_that_any_repository_may_take_waits(plan: Graph) -> None:
    names = {one.name for one in plan if one.name == "prod" or one.name.startswith("prod-")}
    opened = edited(plan, "prod-app", ROLE, subject("repo:*"))
    assert refused(without(plan, *names), opened) == {"opened-to-everyone:prod-app"}


def test_every_type_of_the_account_has_a_meaning(plan: Graph) -> None:
    assert {one.type for one in plan if one.custom and one.type != PROVIDER and meaning(one) is None} == set()


def test_the_same_account_is_no_change(plan: Graph) -> None:
    again = account.planned(ROOT, "main", foretell=True)
    nodes: list[Node] = list(again)
    assert nodes
    assert told(plan, again).report.change.steps == ()
