"""The server's role and the media user, on the plan and in the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from infra.components.identity import Identity, IdentityArgs, MediaUser
from infra.names import Names
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import SECRET, Graph
from rehearsal.servicer import ProviderError

NAMES = Names(product="acme", environment="dev", account_id="123456789012")
ROLE, USER, KEY = "aws:iam/role:Role", "aws:iam/user:User", "aws:iam/accessKey:AccessKey"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ARGS = IdentityArgs(
    names=NAMES,
    region="us-east-1",
    media_bucket="acme-dev-media-123456789012",
    media_prefixes=("profile_pics/", "resumes/"),
    artifacts_bucket="acme-dev-artifacts-123456789012",
    secrets_store="ssm",
    secrets=("SECRET_KEY", "ORIGIN_SECRET"),
    database_secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-AbCdEf",
    log_groups=("acme-dev-backend",),
    metric_namespace="acme-dev",
    media_user=MediaUser(keys=(1,), current=1),
    keep=False,
)

BringUp = Callable[..., tuple[Graph, EmulatedAws]]


def program(**changes: Any) -> Callable[[pulumi.ResourceOptions], object]:
    return lambda opts: Identity("identity", replace(ARGS, **changes), opts)


def secret_value(aws: EmulatedAws) -> dict[str, str]:
    found = aws.client("secretsmanager").get_secret_value(SecretId="/acme/dev/media-user")
    value: dict[str, str] = json.loads(found["SecretString"])
    return value


def test_only_ec2_can_take_the_servers_role(bring_up: BringUp) -> None:
    graph, _ = bring_up(program())
    trust = json.loads(graph.of(ROLE)[0].inputs["assumeRolePolicy"])
    assert [one["Principal"] for one in trust["Statement"]] == [{"Service": "ec2.amazonaws.com"}]


def test_the_profile_holds_the_servers_role(bring_up: BringUp) -> None:
    _, aws = bring_up(program())
    profile = aws.client("iam").get_instance_profile(InstanceProfileName="acme-dev-server")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["acme-dev-server"]


def test_the_server_has_no_managed_policy_of_aws(bring_up: BringUp) -> None:
    _, aws = bring_up(program())
    iam = aws.client("iam")
    assert iam.list_attached_role_policies(RoleName="acme-dev-server")["AttachedPolicies"] == []
    held = iam.list_role_policies(RoleName="acme-dev-server")["PolicyNames"]
    assert sorted(held) == ["agent", "application", "database", "media"]


def test_a_plan_shows_what_the_server_may_do_before_its_database_exists(bring_up: BringUp) -> None:
    graph, _ = bring_up(program(), preview=True)
    policy = graph.named("aws:iam/rolePolicy:RolePolicy", "identity-server-application").inputs["policy"]
    assert "parameter/acme/dev/secrets/SECRET_KEY" in policy


def test_machines_wait_for_every_policy_of_their_profile(bring_up: BringUp) -> None:
    ready: list[pulumi.Resource] = []
    bring_up(lambda opts: ready.extend(Identity("identity", ARGS, opts).ready))
    assert sorted(type(one).__name__ for one in ready) == ["InstanceProfile", *["RolePolicy"] * 4]


def test_the_user_has_its_rights_from_a_group_only(bring_up: BringUp) -> None:
    _, aws = bring_up(program())
    iam = aws.client("iam")
    assert iam.list_user_policies(UserName="acme-dev-media")["PolicyNames"] == []
    assert iam.list_attached_user_policies(UserName="acme-dev-media")["AttachedPolicies"] == []
    groups = iam.list_groups_for_user(UserName="acme-dev-media")["Groups"]
    assert [group["GroupName"] for group in groups] == ["acme-dev-media"]


def test_the_current_key_is_in_secrets_manager_and_works_as_the_users(bring_up: BringUp) -> None:
    _, aws = bring_up(program())
    value = secret_value(aws)
    held = aws.client("iam").list_access_keys(UserName="acme-dev-media")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in held] == [value["AWS_ACCESS_KEY_ID"]]
    assert value["AWS_SECRET_ACCESS_KEY"]


def test_switching_the_current_key_keeps_both(bring_up: BringUp) -> None:
    graph, aws = bring_up(program(media_user=MediaUser(keys=(1, 2), current=2)))
    held = aws.client("iam").list_access_keys(UserName="acme-dev-media")["AccessKeyMetadata"]
    assert len(held) == 2
    assert secret_value(aws)["AWS_ACCESS_KEY_ID"] == graph.named(KEY, "identity-media-key-2").id


def test_aws_refuses_a_third_key(bring_up: BringUp) -> None:
    with pytest.raises(ProviderError, match="AccessKeysPerUser"):
        bring_up(program(media_user=MediaUser(keys=(1, 2, 3), current=3)))


def test_no_part_of_a_key_is_shown(bring_up: BringUp) -> None:
    graph, aws = bring_up(program())
    assert graph.of(VERSION)[0].inputs["secretString"] == SECRET
    assert (graph.of(KEY)[0].outputs or {})["secret"] == SECRET
    assert secret_value(aws)["AWS_SECRET_ACCESS_KEY"] not in repr(graph)


def test_without_a_media_user_there_is_neither_user_nor_key(bring_up: BringUp) -> None:
    graph, _ = bring_up(program(media_user=None))
    assert [len(graph.of(type_)) for type_ in (USER, KEY, VERSION)] == [0, 0, 0]


@pytest.mark.parametrize(("keep", "days"), [(True, 7), (False, 0)])
def test_a_deleted_key_can_be_brought_back_where_data_is_kept(bring_up: BringUp, keep: bool, days: int) -> None:
    graph, _ = bring_up(program(keep=keep))
    assert graph.of("aws:secretsmanager/secret:Secret")[0].inputs["recoveryWindowInDays"] == days


def test_the_boundary_is_on_the_role_and_on_the_user(aws: EmulatedAws, bring_up: BringUp) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("iam").create_policy(PolicyName="acme-dev-boundary", Path="/acme/deploy/", PolicyDocument=document)
    graph, _ = bring_up(program(permissions_boundary_arn=NAMES.boundary_arn))
    assert graph.of(ROLE)[0].inputs["permissionsBoundary"] == NAMES.boundary_arn
    assert graph.of(USER)[0].inputs["permissionsBoundary"] == NAMES.boundary_arn


def test_a_boundary_that_nobody_made_is_refused(bring_up: BringUp) -> None:
    with pytest.raises(ProviderError, match="bring the account project up first"):
        bring_up(program(permissions_boundary_arn=NAMES.boundary_arn))
