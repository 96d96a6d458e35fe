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
ATTACHED, RIGHTS = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/rolePolicy:RolePolicy"
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
    assert "opened-to-everyone:prod-app" in refused(without(plan, *names), opened)
    assert refused(Graph(()), opened) == {"opened-to-everyone:prod-app"}


def of(name: str, plan: Graph) -> set[str]:
    """Names of all that comes with an environment."""
    return {one.name for one in plan if one.name == name or one.name.startswith(f"{name}-")}


def with_node(plan: Graph, called: str, type_: str, like: str, /, **changes: Any) -> Graph:
    """The plan with a further resource like another one; `changes` are of its inputs but for `depends`."""
    old = plan.named(type_, like)
    depends = changes.pop("depends", old.property_dependencies)
    inputs = {**old.inputs, **changes}
    urn = old.urn.removesuffix(f"::{like}") + f"::{called}"
    return Graph((*plan, replace(old, urn=urn, name=called, inputs=inputs, property_dependencies=depends)))


def trusting(plan: Graph, like: str, edit: Callable[[Inputs], object]) -> str:
    return str(edited(plan, like, ROLE, edit).named(ROLE, like).inputs["assumeRolePolicy"])


def of_repository(condition: Inputs) -> None:
    condition["StringEquals"][f"{ISSUER}:sub"] = ["repo:evil/evil:environment:dev"]


def of_pull_requests(condition: Inputs) -> None:
    condition["StringEquals"][f"{ISSUER}:sub"] = ["repo:example/diceytech:pull_request"]


def of_the_account(held: Inputs) -> None:
    held["Statement"].append({"Effect": "Allow", "Action": "sts:AssumeRole",
                              "Principal": {"AWS": "arn:aws:iam::123456789012:root"}})  # fmt: skip


def of_a_service(held: Inputs) -> None:
    held["Statement"].append({"Effect": "Allow", "Action": "sts:AssumeRole",
                              "Principal": {"Service": "lambda.amazonaws.com"}})  # fmt: skip


def of_a_variable(condition: Inputs) -> None:
    condition["StringEquals"][f"{ISSUER}:sub"] = ["${token.actions.githubusercontent.com:sub}"]


NEW_TRUSTS = {
    "another repository": trust(of_repository),
    "pull requests": trust(of_pull_requests),
    "the account": document("assumeRolePolicy", of_the_account),
    "a service": document("assumeRolePolicy", of_a_service),
    "a policy variable": trust(of_a_variable),
    "no audience": trust(lambda held: held["StringEquals"].pop(f"{ISSUER}:aud")),
}


@pytest.mark.parametrize("whom", NEW_TRUSTS)
def test_a_new_environment_s_role_waits_where_it_trusts_others_than_the_roles_that_are_there(
    plan: Graph, whom: str
) -> None:
    before = without(plan, *of("dev", plan))
    assert told(before, plan).report.change.steps
    assert told(before, plan).refused == ()
    found = refused(before, edited(plan, "dev-infrastructure", ROLE, NEW_TRUSTS[whom]))
    assert "trust-widened:dev-infrastructure" in found


def test_a_service_that_a_deploy_role_trusts_waits(plan: Graph) -> None:
    after = edited(plan, "prod-app", ROLE, NEW_TRUSTS["a service"])
    assert refused(plan, after) == {"trust-widened:prod-app"}


def test_a_further_role_waits_with_another_trust_and_with_policies_that_are_there(plan: Graph) -> None:
    document_ = trusting(plan, "prod-app", trust(of_repository))
    evil = with_node(plan, "evil", ROLE, "prod-app", name="evil", assumeRolePolicy=document_)
    assert refused(plan, evil) == {"trust-widened:evil"}
    same = with_node(plan, "evil", ROLE, "prod-app", name="evil")
    assert refused(plan, same) == set()
    role = same.named(ROLE, "evil")
    owners = {**plan.named(ATTACHED, "prod-app-releases").property_dependencies, "role": (role.urn,)}
    attached = with_node(same, "evil-releases", ATTACHED, "prod-app-releases", role="evil", depends=owners)
    assert refused(plan, attached) == {"deploy-rights-widened:evil-releases"}
    held = with_node(plan, "evil", ROLE, "prod-app", name="evil", managedPolicyArns=["arn:aws:iam::aws:policy/Any"])
    assert refused(plan, held) == {"deploy-rights-widened:evil"}


def test_a_further_issuer_waits_where_the_account_is_there_already(plan: Graph) -> None:
    type_ = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    after = with_node(plan, "other", type_, "github", url="https://issuer.example")
    assert refused(plan, after) == {"deploy-issuer-added:other"}


def test_rights_that_go_to_another_role_wait(plan: Graph) -> None:
    name = str(plan.named(ROLE, "prod-plan").inputs["name"])
    for role in (name, "OrganizationAccountAccessRole"):
        after = edited(plan, "prod-infrastructure-data", ATTACHED, lambda held, role=role: held.update(role=role))
        assert refused(plan, after) == {"deploy-rights-widened:prod-infrastructure-data"}


def test_a_new_policy_waits_that_names_a_deploy_role_which_is_there_as_text(plan: Graph) -> None:
    name = str(plan.named(ROLE, "prod-infrastructure").inputs["name"])
    more = with_node(plan, "more", POLICY, "prod-app-releases", name="more")
    policy = more.named(POLICY, "more")
    owners = {"policyArn": (policy.urn,)}
    after = with_node(more, "more", ATTACHED, "prod-app-releases", role=name, depends=owners,
                      policyArn="[the arn of Policy/more]")  # fmt: skip
    assert refused(plan, after) == {"deploy-rights-widened:more"}
    inline = replace(
        policy, type=RIGHTS, urn=policy.urn.replace(POLICY, RIGHTS), inputs={**policy.inputs, "role": name},
        dependencies=(policy.urn,), property_dependencies={},
    )  # fmt: skip
    assert refused(plan, Graph((*more, inline))) == {"deploy-rights-widened:more"}


def test_a_longer_session_is_told_and_does_not_wait(plan: Graph) -> None:
    found = told(plan, edited(plan, "prod-app", ROLE, lambda held: held.update(maxSessionDuration=43200)))
    assert {one.rule for one in found.report.judgements} == {"deploy-session-lengthened"}
    assert found.refused == ()


def others(held: Inputs) -> None:
    for one in held["notifications"]:
        one["subscriberEmailAddresses"] = ["other@example.com"]


@pytest.mark.parametrize("edit", [others, lambda held: held.update(limitAmount="3000")], ids=["others", "limit"])
def test_a_budget_that_tells_nobody_of_before_or_much_later_waits(
    plan: Graph, edit: Callable[[Inputs], object]
) -> None:
    assert refused(plan, edited(plan, "budget-monthly", "aws:budgets/budget:Budget", edit)) == {
        "budget-weakened:budget-monthly"
    }


def test_every_type_of_the_account_has_a_meaning(plan: Graph) -> None:
    assert {one.type for one in plan if one.custom and one.type != PROVIDER and meaning(one) is None} == set()


def test_the_same_account_is_no_change(plan: Graph) -> None:
    again = account.planned(ROOT, "main", foretell=True)
    nodes: list[Node] = list(again)
    assert nodes
    assert told(plan, again).report.change.steps == ()
