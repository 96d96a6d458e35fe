"""The account project: who may deploy, what is guarded, the budget; and its configuration's errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from controls.evaluate import evaluate
from infra.account_config import AccountConfig, account_from_engine, load_account, parse_account
from infra.config import PlatformConfig
from infra.config_source import ConfigError, load
from infra.stacks.account import account, scope_of
from rehearsal import policy_documents
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph
from rehearsal.in_process import run
from tests.stacks.environments import varied

ROOT = Path(__file__).parents[2]
POLICY, ROLE = "aws:iam/policy:Policy", "aws:iam/role:Role"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
ADOPTED = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    graph: Graph
    exports: Mapping[str, Any]
    aws: EmulatedAws


def environments(config: AccountConfig) -> dict[str, PlatformConfig]:
    return {one.name: load(ROOT, one.name) for one in config.environments}


def changed(**sections: Any) -> AccountConfig:
    raw = json.loads(load_account(ROOT, "main").model_dump_json())
    for name, values in sections.items():
        raw[name] = {**raw[name], **values} if isinstance(raw[name], dict) else values
    return parse_account(raw, source="account/Pulumi.main.yaml")


Rehearse = Callable[[AccountConfig], Rehearsed]


@pytest.fixture(scope="module")
def emulated() -> Rehearse:
    def rehearse(config: AccountConfig) -> Rehearsed:
        with EmulatedAws(account_id="123456789012", region="us-east-1") as aws:
            found = environments(config)
            done = run(
                lambda: account(config, found, source="account/Pulumi.main.yaml"),
                aws=aws,
                project="account",
                stack="main",
                config={},
            )
            return Rehearsed(graph=done.graph, exports=done.exports, aws=aws)

    return rehearse


@pytest.fixture(scope="module")
def committed(emulated: Rehearse) -> Rehearsed:
    return emulated(load_account(ROOT, "main"))


def subjects_of(graph: Graph, role: str) -> list[str]:
    trust = json.loads(graph.named(ROLE, role).inputs["assumeRolePolicy"])
    claims: dict[str, Any] = trust["Statement"][0]["Condition"]["StringEquals"]
    assert claims["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    found: list[str] = claims["token.actions.githubusercontent.com:sub"]
    return found


def test_every_environment_has_three_deploy_roles(committed: Rehearsed) -> None:
    names = {node.name for node in committed.graph.of(ROLE)}
    assert names == {f"{env}-{kind}" for env in ("dev", "prod") for kind in ("infrastructure", "app", "plan")}
    assert set(committed.exports["dev_deploy_roles"]) == {"infrastructure", "app", "plan"}


@pytest.mark.parametrize("kind", ["infrastructure", "app"])
def test_only_jobs_of_the_environment_in_the_repository_deploy(committed: Rehearsed, kind: str) -> None:
    assert subjects_of(committed.graph, f"prod-{kind}") == ["repo:example/diceytech:environment:prod"]


def test_a_pull_request_takes_no_role_unless_a_reviewer_of_the_plan_environment_lets_it_in(
    committed: Rehearsed,
) -> None:
    plan = ["repo:example/diceytech:environment:prod-plan", "repo:example/diceytech:ref:refs/heads/main"]
    assert subjects_of(committed.graph, "prod-plan") == plan
    every = [one for node in committed.graph.of(ROLE) for one in subjects_of(committed.graph, node.name)]
    assert not [one for one in every if one.endswith(":pull_request") or "*" in one]


def test_another_default_branch_can_be_named(emulated: Rehearse) -> None:
    graph = emulated(changed(github={"default_branch": "trunk"})).graph
    assert subjects_of(graph, "dev-plan")[-1] == "repo:example/diceytech:ref:refs/heads/trunk"


def test_a_repository_with_immutable_subject_claims_is_trusted_by_its_numbers(emulated: Rehearse) -> None:
    graph = emulated(changed(github={"owner_id": 12, "repository_id": 34})).graph
    assert subjects_of(graph, "dev-app") == ["repo:example@12/diceytech@34:environment:dev"]


def test_github_may_name_its_environment_otherwise(emulated: Rehearse) -> None:
    graph = emulated(changed(environments=[{"name": "prod", "github_environment": "production"}])).graph
    assert subjects_of(graph, "prod-app") == ["repo:example/diceytech:environment:production"]
    assert subjects_of(graph, "prod-plan")[0] == "repo:example/diceytech:environment:production-plan"


def test_githubs_provider_is_made_once(committed: Rehearsed) -> None:
    assert [node.inputs["url"] for node in committed.graph.of(PROVIDER)] == [
        "https://token.actions.githubusercontent.com"
    ]


def test_a_provider_that_the_account_has_is_adopted(emulated: Rehearse) -> None:
    graph = emulated(changed(github={"oidc_provider": ADOPTED})).graph
    assert graph.of(PROVIDER) == []
    trust = json.loads(graph.named(ROLE, "dev-app").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Federated": ADOPTED}


def test_no_environments_policy_can_match_a_deploy_role(committed: Rehearsed) -> None:
    arns = [node.outputs["arn"] for node in committed.graph.of(ROLE) if node.outputs]
    assert arns
    assert all(":role/diceytech/deploy/" in arn for arn in arns)


def test_every_policy_fits_iam(committed: Rehearsed) -> None:
    sizes = {node.name: policy_documents.size(node.inputs["policy"]) for node in committed.graph.of(POLICY)}
    assert max(sizes.values()) <= policy_documents.MANAGED_SIZE, sizes


def test_no_policy_allows_every_action_of_a_service(committed: Rehearsed) -> None:
    for node in committed.graph.of(POLICY):
        for statement in json.loads(node.inputs["policy"])["Statement"]:
            assert not [one for one in statement["Action"] if one == "*" or one.endswith(":*")], node.name


def test_a_bucket_named_by_the_yaml_is_the_one_that_the_roles_reach() -> None:
    platform = load(ROOT, "dev")
    renamed = platform.model_copy(update={"media": platform.media.model_copy(update={"bucket": "diceytech-storage"})})
    assert scope_of(load_account(ROOT, "main"), "dev", renamed).media_bucket == "diceytech-storage"


def test_the_deploy_roles_know_the_vpc_that_an_environment_adopts() -> None:
    ids = [f"subnet-0000000000000000{letter}" for letter in "abcdef"]
    adopt = {
        "vpc_id": "vpc-0123456789abcdef0",
        "public_subnet_ids": ids[:2],
        "private_subnet_ids": ids[2:4],
        "database_subnet_ids": ids[4:],
    }
    scope = scope_of(load_account(ROOT, "main"), "prod", varied("prod", network={"adopt": adopt}))
    assert (scope.adopted_vpc, list(scope.adopted_subnets)) == ("vpc-0123456789abcdef0", ids[:4])
    assert scope_of(load_account(ROOT, "main"), "prod", load(ROOT, "prod")).adopted_vpc is None


def test_every_control_is_met_or_accepted_with_a_reason(committed: Rehearsed) -> None:
    report = evaluate(committed.graph, load_account(ROOT, "main").accepted, scope="account")
    assert (report.failed, report.unknown, report.unused) == ((), (), ())
    assert {"S3.1", "EC2.7", "EC2.182", "IAM.7", "SSM.6", "SSM.7", "IAM.1", "IAM.21", "KMS.1"} <= set(report.passed)


def test_the_deploy_roles_know_the_replica_of_an_environment_that_has_one() -> None:
    config = load_account(ROOT, "main")
    scopes = {name: scope_of(config, name, load(ROOT, name)) for name in ("dev", "prod")}
    replicas = scopes["prod"].names.replica_buckets
    assert set(replicas) < set(scopes["prod"].buckets)
    assert len(scopes["dev"].buckets) == len(scopes["prod"].buckets) - len(replicas)


def test_vpcs_can_be_cut_off_where_every_environment_is_private(emulated: Rehearse) -> None:
    graph = emulated(changed(guards={"vpc_block_public_access": "block-ingress"})).graph
    modes = [
        node.inputs["internetGatewayBlockMode"]
        for node in graph.of("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions")
    ]
    assert modes == ["block-ingress"]


def test_the_guards_cover_the_region_of_every_environment(emulated: Rehearse) -> None:
    graph = emulated(changed(aws={"region": "eu-west-1"})).graph
    regions = {node.inputs["region"] for node in graph.of("aws:ebs/encryptionByDefault:EncryptionByDefault")}
    assert regions == {"eu-west-1", "us-east-1"}


def test_an_environment_of_another_account_is_refused() -> None:
    config = changed(aws={"account_id": "210987654321"}, github={"oidc_provider": "create"})
    with pytest.raises(ConfigError, match="dev is in account 123456789012, not in 210987654321"):
        account(config, environments(config), source="account/Pulumi.main.yaml")


def test_the_budget_warns_at_80_percent_spent_and_100_percent_forecast(committed: Rehearsed) -> None:
    budget = committed.graph.of("aws:budgets/budget:Budget")[0].inputs
    assert (budget["limitAmount"], budget["limitUnit"], budget["timeUnit"]) == ("300", "USD", "MONTHLY")
    warnings = [(one["notificationType"], one["threshold"]) for one in budget["notifications"]]
    assert warnings == [("ACTUAL", 80), ("FORECASTED", 100)]
    assert all(one["subscriberEmailAddresses"] == ["ops@example.com"] for one in budget["notifications"])


def test_the_engines_values_give_the_same_configuration_as_the_files() -> None:
    config = load_account(ROOT, "main")
    raw = json.loads(config.model_dump_json(exclude={"product"}))
    handed = {f"account:{name}": json.dumps(value) for name, value in raw.items()}
    assert account_from_engine({**handed, "pulumi:x": "1"}, root=ROOT, stack="main") == config


WRONG = [
    ({"github": {"owner_id": 12}}, "github.repository_id: is missing"),
    ({"github": {"repository": "no-slash"}}, "github.repository: 'no-slash' is not allowed"),
    ({"github": {"oidc_provider": ADOPTED.replace("1234", "9999")}}, "github.oidc_provider: is not in account"),
    ({"environments": [{"name": "dev"}, {"name": "dev"}]}, "environments: dev is named twice"),
    ({"environments": []}, "environments: is empty"),
    (
        {"environments": [{"name": "dev"}, {"name": "prod", "github_environment": "dev-plan"}]},
        "environments[1].github_environment: dev-plan, in which prod is deployed, is also where dev is planned",
    ),
    (
        {"environments": [{"name": "dev", "github_environment": "PROD"}, {"name": "prod"}]},
        "environments[1].name: prod, in which prod is deployed, is also where dev is deployed",
    ),
    (
        {"environments": [{"name": "dev", "github_environment": "Prod-Plan"}, {"name": "prod"}]},
        "environments[1].name: prod-plan, in which prod is planned, is also where dev is deployed",
    ),
    (
        {"environments": [{"name": one, "github_environment": "live"} for one in ("dev", "prod")]},
        "environments[1].github_environment: live, in which prod is deployed, is also where dev is deployed",
    ),
    ({"aws": {"account_id": 123456789012}}, "aws.account_id: is 123456789012; write text"),
    ({"budget": {"emails": []}}, "budget.emails"),
    ({"budget": {"monthly_usd": 0}}, "budget.monthly_usd"),
    ({"guards": {"vpc_block_public_access": "off"}}, "guards.vpc_block_public_access"),
    ({"state": {"bucket": "acme-state", "key_arn": "alias/acme"}}, "state.key_arn"),
    ({"state": {"bucket": "acme-state", "key_arn": KEY.replace("1234", "9999")}}, "state.key_arn: is not in account"),
    ({"state": {"bucket": "acme-state", "key_arn": KEY.replace("us-east-1", "x")}}, "state.key_arn: x is no"),
    ({"aws": {"region": "us-gov-west-1"}}, "aws.region: us-gov-west-1 is no commercial AWS region"),
    ({"aws": {"region": "xx-foo-9"}}, "aws.region: xx-foo-9 is no commercial AWS region"),
    ({"budget": {"emails": ["a@b.example", "a@b.example"]}}, "budget.emails[1]: a@b.example is named twice"),
]


@pytest.mark.parametrize(("sections", "message"), WRONG)
def test_a_mistake_is_named_by_its_path(sections: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        changed(**sections)
    assert message in str(caught.value)


def test_what_is_missing_is_named_with_its_namespace() -> None:
    with pytest.raises(ConfigError, match="add `account:github`"):
        parse_account({}, source="account/Pulumi.main.yaml")


def test_an_account_stack_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Pulumi\.other\.yaml: 1 error"):
        load_account(tmp_path, "other")
