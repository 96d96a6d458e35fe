"""What each identity may do and may not, evaluated over its policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import deploy_policies, infrastructure_policies, network_policies, plan_policies, policies
from infra.deploy_policies import Scope
from infra.names import Names
from rehearsal import policy_documents
from rehearsal.policy_evaluation import allowed, conditions_hold

NAMES = Names(product="acme", environment="dev", account_id="123456789012")
OTHER = Names(product="acme", environment="prod", account_id="123456789012")
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
TAGS = {"aws:ResourceTag/Product": "acme", "aws:ResourceTag/Environment": "dev"}
FOREIGN_TAGS = {**TAGS, "aws:ResourceTag/Environment": "prod"}
NEW = {"aws:RequestTag/Product": "acme", "aws:RequestTag/Environment": "dev"}
BOUNDARY = "arn:aws:iam::123456789012:policy/acme/deploy/acme-dev-boundary"
STATE = "arn:aws:s3:::acme-state/.pulumi/stacks"


def scope_of(names: Names, *, region: str = "eu-west-1", **changes: Any) -> Scope:
    values: dict[str, Any] = {
        "website_bucket": names.bucket("website"),
        "artifacts_bucket": names.bucket("artifacts"),
        "media_bucket": names.bucket("media"),
        "logs_bucket": names.bucket("logs"),
        "log_groups": tuple(names.log_group(part) for part in ("backend", "worker", "nginx")),
        "state_bucket": "acme-state",
        "state_key_arn": KEY,
        "domain": "www.example.com",
        "create_zone": True,
    }
    return Scope(names=names, region=region, **{**values, **changes})


SCOPE = scope_of(NAMES)
REPLICATING = scope_of(NAMES, website_replica=True)
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-0a1b-XyZabc"


def server(store: str = "ssm") -> dict[str, Any]:
    return {
        "agent": policies.server_agent(),
        "application": policies.server_application(
            names=NAMES,
            region="eu-west-1",
            artifacts_bucket=NAMES.bucket("artifacts"),
            secrets_store=store,
            secrets=["SECRET_KEY"],
            log_groups=["acme-dev-backend"],
            metric_namespace="acme-dev",
        ),
        "media": policies.server_media(bucket=NAMES.bucket("media"), prefixes=["resumes/", "profile_pics/"]),
        "database": policies.server_database(secret_arn=SECRET),
    }


INFRASTRUCTURE = infrastructure_policies.infrastructure(SCOPE)
PLAN = plan_policies.plan(SCOPE)
EVERY = {
    **{f"server {topic}": one for topic, one in server().items()},
    "server application, Secrets Manager": server("secretsmanager")["application"],
    "media user": policies.media_user(bucket=NAMES.bucket("media")),
    "boundary": deploy_policies.boundary(SCOPE),
    "app": deploy_policies.app(SCOPE),
    **{f"plan {topic}": one for topic, one in PLAN.items()},
    **{f"infrastructure {topic}": one for topic, one in INFRASTRUCTURE.items()},
}


# Service Authorization Reference, of the actions used here: those without a resource type, which need `*`.
KNOW_NO_RESOURCE = frozenset(
    {
        "acm:ListCertificates", "acm:RequestCertificate", "cloudfront:CreateDistribution",
        "cloudfront:CreateFunction", "cloudfront:CreateOriginAccessControl", "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:CreateVpcOrigin", "cloudwatch:PutMetricData", "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint", "ec2messages:GetMessages",
        "ec2messages:SendReply", "kms:CreateKey", "kms:ListAliases", "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery", "logs:DeleteResourcePolicy", "logs:DescribeLogGroups", "logs:PutResourcePolicy",
        "route53:CreateHostedZone", "route53:ListHostedZones", "route53:ListHostedZonesByName",
        "sns:GetSubscriptionAttributes", "sns:ListTopics", "sns:Unsubscribe", "ssm:CancelCommand",
        "ssm:DescribeParameters", "ssm:GetCommandInvocation",
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel", "wafv2:ListWebACLs",
    }
)  # fmt: skip


def ssm(name: str) -> str:
    return f"arn:aws:ssm:eu-west-1:123456789012:parameter{name}"


def s3(part: str, key: str = "", names: Names = NAMES) -> str:
    return f"arn:aws:s3:::{names.bucket(part)}" + (f"/{key}" if key else "")


def iam(kind: str, name: str) -> str:
    return f"arn:aws:iam::123456789012:{kind}/{name}"


def may(who: str, action: str, resource: str, context: Mapping[str, Any] | None = None) -> bool:
    held = {"server": server(), "infrastructure": INFRASTRUCTURE, "plan": PLAN}.get(who)
    documents = list(held.values()) if held else [EVERY[who]]
    return allowed(documents, action, resource, context)


@pytest.mark.parametrize("name", EVERY)
def test_no_policy_allows_every_action_of_a_service(name: str) -> None:
    for statement in EVERY[name]["Statement"]:
        assert not [one for one in statement["Action"] if one == "*" or one.endswith(":*")], statement["Sid"]


@pytest.mark.parametrize("name", EVERY)
def test_only_a_statement_with_a_stated_reason_names_every_resource(name: str) -> None:
    wide = {one["Sid"] for one in EVERY[name]["Statement"] if "*" in one["Resource"]}
    assert wide <= set(policies.UNNAMEABLE)


def test_no_stated_reason_is_left_without_its_statement() -> None:
    used = {one["Sid"] for each in EVERY.values() for one in each["Statement"] if "*" in one["Resource"]}
    assert used == set(policies.UNNAMEABLE)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_writes_to_a_resource_that_it_does_not_name(name: str) -> None:
    reads = ("Describe", "Get", "List")
    writes = {
        action
        for one in EVERY[name]["Statement"]
        if one["Effect"] == "Allow" and "*" in one["Resource"] and "Condition" not in one
        for action in one["Action"]
        if not action.split(":")[1].startswith(reads)
    }
    agent = {*policies.AGENT_CHANNELS, "ssm:UpdateInstanceInformation"}
    unnamed = {action for action in KNOW_NO_RESOURCE if not action.split(":")[1].startswith(reads)}
    assert writes <= {*agent, *unnamed}


@pytest.mark.parametrize("name", EVERY)
def test_an_action_that_knows_no_resource_is_not_allowed_on_named_ones(name: str) -> None:
    """Such a statement would be accepted, and allow nothing."""
    for one in EVERY[name]["Statement"]:
        if "*" not in one["Resource"]:
            assert KNOW_NO_RESOURCE.isdisjoint(one["Action"]), one["Sid"]


@pytest.mark.parametrize("name", EVERY)
def test_iam_accepts_every_policy(name: str) -> None:
    assert policy_documents.fault(json.dumps(EVERY[name]), "identity") is None


def test_every_managed_policy_fits_with_the_longest_names() -> None:
    names = Names(product="a" * 20, environment="e" * 12, account_id="123456789012")
    long = scope_of(
        names,
        region="ap-southeast-2",
        website_replica=True,
        **{f"{part}_bucket": part[0] * 63 for part in ("website", "artifacts", "media", "logs", "state")},
    )
    documents = {
        **infrastructure_policies.infrastructure(long),
        "app": deploy_policies.app(long),
        **{f"plan {topic}": one for topic, one in plan_policies.plan(long).items()},
        "boundary": deploy_policies.boundary(long),
    }
    sizes = {topic: policy_documents.size(json.dumps(one)) for topic, one in documents.items()}
    assert max(sizes.values()) <= policy_documents.MANAGED_SIZE, sizes


def test_the_infrastructure_role_has_fewer_managed_policies_than_iam_allows() -> None:
    assert len(INFRASTRUCTURE) <= 10
    assert len(PLAN) <= 10


SERVER = [
    (True, "s3:GetObject", s3("artifacts", "releases/1/app.tar.gz")),
    (False, "s3:PutObject", s3("artifacts", "releases/1/app.tar.gz")),
    (False, "s3:GetObject", s3("artifacts", "other")),
    (True, "ssm:GetParameter", ssm("/acme/dev/platform")),
    (True, "ssm:GetParameter", ssm("/acme/dev/release")),
    (True, "ssm:GetParameter", ssm("/acme/dev/secrets/SECRET_KEY")),
    (False, "ssm:GetParameter", ssm("/acme/dev/secrets/SITE_PASSWORD")),
    (False, "ssm:GetParameter", ssm("/acme/prod/secrets/SECRET_KEY")),
    (False, "ssm:GetParametersByPath", ssm("/acme/dev")),
    (False, "ssm:PutParameter", ssm("/acme/dev/release")),
    (True, "secretsmanager:GetSecretValue", SECRET),
    (False, "secretsmanager:GetSecretValue", SECRET.replace("0a1b", "9z9z")),
    (True, "s3:PutObject", s3("media", "resumes/1.pdf")),
    (True, "s3:DeleteObject", s3("media", "profile_pics/1.png")),
    (False, "s3:PutObject", s3("media", "elsewhere/1.png")),
    (False, "s3:PutObjectAcl", s3("media", "resumes/1.pdf")),
    (False, "s3:PutBucketPolicy", s3("media")),
    (True, "logs:PutLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-dev-backend:log-stream:i-1"),
    (False, "logs:PutLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-prod-backend:log-stream:i-1"),
    (False, "logs:CreateLogGroup", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-dev-backend:x"),
    (False, "kms:Decrypt", KEY),
    (False, "iam:PassRole", iam("role", "acme-dev-server")),
    (False, "sts:AssumeRole", iam("role", "acme/deploy/acme-dev-deploy-app")),
]


@pytest.mark.parametrize(("expected", "action", "resource"), SERVER)
def test_the_server_can_do_its_job_and_nothing_else(expected: bool, action: str, resource: str) -> None:
    assert may("server", action, resource) is expected


def test_the_server_lists_uploads_under_its_prefixes_only() -> None:
    assert may("server", "s3:ListBucket", s3("media"), {"s3:prefix": "resumes/2026/"})
    assert not may("server", "s3:ListBucket", s3("media"), {"s3:prefix": ""})
    assert not may("server", "s3:ListBucket", s3("media"))


def test_the_server_writes_metrics_in_its_own_namespace_only() -> None:
    assert may("server", "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "acme-dev"})
    assert not may("server", "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/EC2"})


def test_secrets_in_secrets_manager_are_read_by_their_full_name() -> None:
    document = server("secretsmanager")["application"]
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:/acme/dev/secrets/SECRET_KEY"
    assert allowed([document], "secretsmanager:GetSecretValue", f"{secret}-AbCdEf")
    assert not allowed([document], "secretsmanager:GetSecretValue", f"{secret}_OLD-AbCdEf")
    assert not allowed([document], "ssm:GetParameter", ssm("/acme/dev/secrets/SECRET_KEY"))


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_the_media_user_handles_objects_as_the_guide_says(action: str) -> None:
    assert may("media user", action, s3("media", "resumes/1.pdf"))
    assert not may("media user", action, s3("website", "index.html"))


def test_the_media_user_lists_the_bucket_and_cannot_change_who_reads_it() -> None:
    assert may("media user", "s3:ListBucket", s3("media"))
    for action in ("s3:PutObjectAcl", "s3:PutBucketPolicy", "s3:DeleteBucket"):
        assert not may("media user", action, s3("media", "resumes/1.pdf"))


APP = [
    (True, "s3:PutObject", s3("artifacts", "releases/2/app.tar.gz")),
    (True, "s3:PutObject", s3("website", "index.html")),
    (True, "s3:ListBucket", s3("website")),
    (False, "s3:GetObject", s3("media", "resumes/1.pdf")),
    (False, "s3:PutObject", s3("website", "index.html", OTHER)),
    (False, "s3:PutBucketPolicy", s3("website")),
    (True, "ssm:GetParameter", ssm("/acme/dev/platform")),
    (False, "ssm:PutParameter", ssm("/acme/dev/platform")),
    (True, "ssm:PutParameter", ssm("/acme/dev/release")),
    (True, "ssm:PutParameter", ssm("/acme/dev/maintenance")),
    (False, "ssm:DeleteParameter", ssm("/acme/dev/release")),
    (True, "s3:ListBucket", s3("artifacts")),
    (True, "s3:DeleteObject", s3("artifacts", "releases/2/release.json")),
    (True, "s3:DeleteObject", s3("artifacts", "releases/artifacts/ab.tar.gz")),
    (False, "s3:DeleteObjectVersion", s3("artifacts", "releases/2/release.json")),
    (False, "s3:DeleteObject", s3("artifacts", "releases/audit/1.json")),
    (False, "s3:DeleteObject", s3("artifacts", "releases/lock.json")),
    (False, "s3:DeleteObject", s3("artifacts", "releases/release.py")),
    (True, "ec2:DescribeInstances", "*"),
    (True, "ssm:CancelCommand", "*"),
    (True, "rds:CreateDBSnapshot", "arn:aws:rds:eu-west-1:123456789012:db:acme-dev"),
    (False, "rds:CreateDBSnapshot", "arn:aws:rds:eu-west-1:123456789012:snapshot:acme-prod-deploy-1"),
    (False, "rds:DeleteDBSnapshot", "arn:aws:rds:eu-west-1:123456789012:snapshot:acme-dev-deploy-1"),
    (False, "rds:RestoreDBInstanceFromDBSnapshot", "arn:aws:rds:eu-west-1:123456789012:db:acme-dev-2"),
    (False, "ssm:PutParameter", ssm("/acme/prod/release")),
    (False, "ssm:GetParameter", ssm("/acme/dev/secrets/SECRET_KEY")),
    (False, "secretsmanager:GetSecretValue", SECRET),
    (True, "ssm:SendCommand", "arn:aws:ssm:eu-west-1:123456789012:document/acme-dev-release"),
    (False, "ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"),
    (False, "ssm:StartSession", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"),
    (True, "logs:FilterLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-dev-backend:x"),
    (False, "ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"),
    (False, "iam:PassRole", iam("role", "acme-dev-server")),
    (False, "s3:GetObject", f"{STATE}/platform/dev.json"),
]


@pytest.mark.parametrize(("expected", "action", "resource"), APP)
def test_the_app_role_makes_releases_and_nothing_else(expected: bool, action: str, resource: str) -> None:
    assert may("app", action, resource, TAGS) is expected


def test_the_app_role_takes_snapshots_of_its_own_database_under_a_deploys_name_only() -> None:
    database, named = (f"arn:aws:rds:eu-west-1:123456789012:{one}" for one in ("db:1", "snapshot:acme-dev-deploy-1"))
    assert may("app", "rds:CreateDBSnapshot", named, NEW)
    assert not may("app", "rds:CreateDBSnapshot", named)
    assert not may("app", "rds:CreateDBSnapshot", database, FOREIGN_TAGS)


def test_the_app_role_reads_the_gates_password_where_the_site_has_a_gate_and_no_other_secret() -> None:
    arns = [ssm("/acme/dev/secrets/SITE_PASSWORD")]
    document = deploy_policies.app(scope_of(NAMES, gate_secret_arns=arns))
    assert allowed([document], "ssm:GetParameter", arns[0])
    assert not allowed([document], "ssm:GetParameter", ssm("/acme/dev/secrets/SECRET_KEY"))
    assert not may("app", "ssm:GetParameter", arns[0])


def test_the_app_role_commands_machines_of_its_environment_only() -> None:
    machine = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
    assert may("app", "ssm:SendCommand", machine, {"ssm:resourceTag/Role": "acme-dev-server"})
    assert not may("app", "ssm:SendCommand", machine, {"ssm:resourceTag/Role": "acme-prod-server"})
    assert not may("app", "ssm:SendCommand", machine)


def test_the_app_role_invalidates_its_own_distribution_only() -> None:
    distribution = "arn:aws:cloudfront::123456789012:distribution/E1"
    assert may("app", "cloudfront:CreateInvalidation", distribution, TAGS)
    assert not may("app", "cloudfront:CreateInvalidation", distribution, FOREIGN_TAGS)
    assert not may("app", "cloudfront:UpdateDistribution", distribution, TAGS)


@pytest.mark.parametrize("action", ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"])
def test_the_infrastructure_role_takes_no_boundary_away(action: str) -> None:
    kind = "role" if "Role" in action else "user"
    assert not may("infrastructure", action, iam(kind, "acme-dev-media"), {"iam:PermissionsBoundary": BOUNDARY})


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", iam("role", "acme/deploy/acme-dev-deploy-infrastructure")),
        ("iam:UpdateAssumeRolePolicy", iam("role", "acme/deploy/acme-dev-deploy-infrastructure")),
        ("iam:DetachRolePolicy", iam("role", "acme/deploy/acme-prod-deploy-app")),
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:SetDefaultPolicyVersion", BOUNDARY),
        ("iam:DeleteOpenIDConnectProvider", iam("oidc-provider", "token.actions.githubusercontent.com")),
        ("s3:PutObject", f"{STATE}/account/main.json"),
        ("s3:GetObject", f"{STATE}/account/main.json"),
        ("s3:PutObject", f"{STATE}/platform/prod.json"),
        ("s3:GetObjectVersion", f"{STATE}/platform/prod.json"),
        ("s3:PutAccountPublicAccessBlock", "*"),
        ("ec2:DisableEbsEncryptionByDefault", "*"),
        ("budgets:ModifyBudget", "arn:aws:budgets::123456789012:budget/acme-monthly"),
        ("iam:PassRole", iam("role", "acme/deploy/acme-dev-deploy-infrastructure")),
        ("iam:CreateAccessKey", iam("user", "administrator")),
    ],
)
def test_the_infrastructure_role_cannot_touch_itself_or_the_account(action: str, resource: str) -> None:
    assert not may("infrastructure", action, resource, {**TAGS, **NEW, "iam:PermissionsBoundary": BOUNDARY})


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"),
        ("rds:DeleteDBInstance", "arn:aws:rds:eu-west-1:123456789012:db:acme-prod-database"),
        ("rds:ModifyDBInstance", "arn:aws:rds:eu-west-1:123456789012:db:acme-prod-database"),
        ("ec2:DeleteVpc", "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"),
        ("cloudfront:UpdateDistribution", "arn:aws:cloudfront::123456789012:distribution/E1"),
        ("kms:ScheduleKeyDeletion", KEY),
        ("sns:DeleteTopic", "arn:aws:sns:eu-west-1:123456789012:alarms-1234567"),
        (
            "elasticloadbalancing:DeleteLoadBalancer",
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/x",
        ),
    ],
)
def test_the_infrastructure_role_changes_what_has_the_environments_tags_only(action: str, resource: str) -> None:
    assert may("infrastructure", action, resource, TAGS)
    assert not may("infrastructure", action, resource, FOREIGN_TAGS)
    assert not may("infrastructure", action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutBucketPolicy", s3("media")),
        ("s3:PutObject", f"{STATE}/platform/dev.json"),
        ("kms:Decrypt", KEY),
        ("ssm:PutParameter", ssm("/acme/dev/platform")),
        ("logs:CreateLogGroup", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-dev-backend"),
        ("ssm:CreateDocument", "arn:aws:ssm:eu-west-1:123456789012:document/acme-dev-release"),
    ],
)
def test_the_infrastructure_role_has_what_a_first_up_needs(action: str, resource: str) -> None:
    assert may("infrastructure", action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", "arn:aws:s3:::acme-state"),
        ("s3:ListBucketVersions", "arn:aws:s3:::acme-state"),
        ("s3:GetObjectVersion", f"{STATE}/platform/dev.json"),
        ("s3:GetObjectVersion", "arn:aws:s3:::acme-state/.pulumi/backups/platform/dev/dev.1.json"),
        ("s3:GetObjectVersion", "arn:aws:s3:::acme-state/.pulumi/history/platform/dev/dev-1.checkpoint.json"),
        ("s3:PutObject", f"{STATE}/platform/dev.json.damaged-20261126T000000Z"),
        ("s3:DeleteObject", "arn:aws:s3:::acme-state/.pulumi/locks/organization/platform/dev/1.json"),
    ],
)
def test_the_infrastructure_role_may_recover_its_state(action: str, resource: str) -> None:
    assert may("infrastructure", action, resource)


MACHINE, INTERFACE = (
    f"arn:aws:ec2:eu-west-1:123456789012:{one}" for one in ("instance/i-1", "network-interface/eni-1")
)
ADDRESS = "arn:aws:ec2:eu-west-1:123456789012:elastic-ip/eipalloc-1"
DELIVERY = "arn:aws:logs:us-east-1:123456789012:delivery-source:acme-dev-website-logs-1a2b3c4"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("ec2:AssociateAddress", ADDRESS, TAGS),
        ("ec2:AssociateAddress", MACHINE, TAGS),
        ("ec2:AssociateAddress", INTERFACE, {}),
        ("ec2:DisassociateAddress", INTERFACE, {}),
        ("cloudfront:CreateDistribution", "*", NEW),
        ("cloudfront:CreateVpcOrigin", "*", NEW),
        ("cloudfront:TagResource", "arn:aws:cloudfront::123456789012:vpcorigin/vo_1", NEW),
        ("cloudfront:CreateFunction", "*", {}),
        ("cloudfront:CreateOriginAccessControl", "*", {}),
        ("sns:GetSubscriptionAttributes", "*", {}),
        ("sns:Unsubscribe", "*", {}),
        ("kms:UpdateAlias", KEY, TAGS),
        ("logs:DeleteResourcePolicy", "*", {}),
        ("logs:ListTagsForResource", DELIVERY, {}),
        ("secretsmanager:UpdateSecretVersionStage", SECRET.replace("rds!db-0a1b", "/acme/dev/media-user"), {}),
    ],
)
def test_the_infrastructure_role_may_do_what_the_provider_asks_for(
    action: str, resource: str, context: dict[str, str]
) -> None:
    assert may("infrastructure", action, resource, context)


def test_a_distribution_without_the_environments_tags_cannot_be_made() -> None:
    assert not may("infrastructure", "cloudfront:CreateDistribution", "*")
    assert not may("infrastructure", "ec2:AssociateAddress", ADDRESS, FOREIGN_TAGS)
    assert not may("infrastructure", "ec2:AssociateAddress", MACHINE, FOREIGN_TAGS)


def test_the_infrastructure_role_of_one_environment_cannot_reach_anothers_names() -> None:
    assert not may("infrastructure", "s3:PutBucketPolicy", s3("media", names=OTHER))
    assert not may("infrastructure", "ssm:PutParameter", ssm("/acme/prod/platform"))
    assert not may("infrastructure", "iam:DeleteRole", iam("role", "acme-prod-server"))


def test_the_infrastructure_role_makes_things_only_with_the_environments_tags() -> None:
    vpc = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"
    assert may("infrastructure", "ec2:CreateVpc", vpc, NEW)
    assert not may("infrastructure", "ec2:CreateVpc", vpc)
    assert not may("infrastructure", "ec2:CreateVpc", vpc, {**NEW, "aws:RequestTag/Environment": "prod"})


def test_the_infrastructure_role_does_not_take_over_what_is_tagged_for_another_environment() -> None:
    group = "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1"
    assert not may("infrastructure", "ec2:CreateTags", group, {**NEW, **FOREIGN_TAGS})
    assert may("infrastructure", "ec2:CreateTags", group, NEW)


def test_roles_are_passed_to_the_services_that_use_them_only() -> None:
    role = iam("role", "acme-dev-server")
    assert may("infrastructure", "iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})
    assert not may("infrastructure", "iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"})


def test_s3_gets_the_role_that_copies_the_website_and_no_other() -> None:
    to_s3 = {"iam:PassedToService": "s3.amazonaws.com"}
    replicating = infrastructure_policies.infrastructure(REPLICATING).values()
    assert allowed(replicating, "iam:PassRole", iam("role", NAMES.replication_role), to_s3)
    assert not allowed(replicating, "iam:PassRole", iam("role", "acme-dev-server"), to_s3)
    assert not may("infrastructure", "iam:PassRole", iam("role", NAMES.replication_role), to_s3)


@pytest.mark.parametrize("action", ["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutReplicationConfiguration"])
def test_the_infrastructure_role_makes_replicas_where_the_environment_has_them(action: str) -> None:
    replicating = infrastructure_policies.infrastructure(REPLICATING).values()
    for bucket in NAMES.replica_buckets:
        assert allowed(replicating, action, f"arn:aws:s3:::{bucket}")
        assert not may("infrastructure", action, f"arn:aws:s3:::{bucket}")


def test_functions_are_tagged_only_as_the_environments_own() -> None:
    function, tag = "arn:aws:cloudfront::123456789012:function/website-site-1a2b3c4", "cloudfront:TagResource"
    assert may("infrastructure", tag, function, NEW)
    assert may("infrastructure", tag, function, TAGS)
    assert not may("infrastructure", tag, function, FOREIGN_TAGS)
    assert not may("infrastructure", tag, function)


def test_the_boundary_lets_the_website_be_copied_where_there_is_a_replica() -> None:
    website, replica = NAMES.bucket("website"), NAMES.replica_buckets[0]
    copier = policies.website_replication(bucket=website, replica=replica, account_id="123456789012")
    mine = {"aws:ResourceAccount": "123456789012"}
    source, target = f"arn:aws:s3:::{website}/index.html", f"arn:aws:s3:::{replica}/index.html"
    for action, resource in (("s3:GetObjectVersionForReplication", source), ("s3:ReplicateObject", target)):
        bounded = deploy_policies.boundary(REPLICATING)
        assert allowed([copier], action, resource, mine, boundary=bounded)
        assert not allowed([copier], action, resource, mine, boundary=EVERY["boundary"])


def test_the_infrastructure_role_builds_in_the_adopted_vpc_and_in_no_other() -> None:
    adopting = infrastructure_policies.infrastructure(
        scope_of(NAMES, adopted_vpc="vpc-1", adopted_subnets=("subnet-1",))
    ).values()
    ec2 = "arn:aws:ec2:eu-west-1:123456789012:"
    for action, kind in (("ec2:CreateSecurityGroup", "vpc/vpc"), ("ec2:RunInstances", "subnet/subnet")):
        assert allowed(adopting, action, f"{ec2}{kind}-1")
        assert not allowed(adopting, action, f"{ec2}{kind}-2")
        assert not may("infrastructure", action, f"{ec2}{kind}-1")
    for action, kind in (("ec2:DeleteVpc", "vpc/vpc-1"), ("ec2:ModifySubnetAttribute", "subnet/subnet-1")):
        assert not allowed(adopting, action, ec2 + kind)


def test_dns_records_are_written_under_the_sites_domain_only() -> None:
    zone, key = "arn:aws:route53:::hostedzone/Z1", "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    change = "route53:ChangeResourceRecordSets"
    assert may("infrastructure", change, zone, {key: ["www.example.com", "_a1.www.example.com"]})
    assert not may("infrastructure", change, zone, {key: ["www.example.com", "mail.example.com"]})
    assert not may("infrastructure", change, zone)


def test_without_a_domain_the_infrastructure_role_has_no_dns_at_all() -> None:
    documents = infrastructure_policies.infrastructure(scope_of(NAMES, domain=None, create_zone=False)).values()
    assert not allowed(documents, "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1")
    assert not allowed(documents, "route53:DeleteHostedZone", "arn:aws:route53:::hostedzone/Z1")


@pytest.mark.parametrize(("expected", "action", "resource"), [row for row in SERVER if row[0]])
def test_the_boundary_lets_the_server_do_its_job(expected: bool, action: str, resource: str) -> None:
    found = allowed(server().values(), action, resource, boundary=EVERY["boundary"])
    assert found is expected


def test_the_boundary_lets_flow_logs_be_written() -> None:
    group = "acme-dev-flow-logs"
    writer = network_policies.flow_log_writer(account_id="123456789012", region="eu-west-1", log_group=group)
    stream = f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}:log-stream:eni-1"
    assert allowed([writer], "logs:PutLogEvents", stream, boundary=EVERY["boundary"])


def test_the_boundary_lets_the_database_be_monitored_but_no_other_log_group_be_made() -> None:
    logs = "arn:aws:logs:eu-west-1:123456789012:log-group"
    assert allowed([EVERY["boundary"]], "logs:CreateLogGroup", f"{logs}:RDSOSMetrics")
    assert not allowed([EVERY["boundary"]], "logs:CreateLogGroup", f"{logs}:acme-dev-other")


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_the_boundary_lets_the_media_user_do_its_job(action: str) -> None:
    assert allowed([EVERY["media user"]], action, s3("media", "resumes/1.pdf"), boundary=EVERY["boundary"])


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", iam("role", "acme-dev-other")),
        ("s3:GetObject", s3("media", "resumes/1.pdf", OTHER)),
        ("ssm:GetParameter", ssm("/acme/prod/secrets/SECRET_KEY")),
        ("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"),
        ("s3:PutBucketPolicy", s3("media")),
    ],
)
def test_under_the_boundary_even_an_administrators_policy_stays_inside_the_environment(
    action: str, resource: str
) -> None:
    administrator = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert allowed([administrator], action, resource)
    assert not allowed([administrator], action, resource, boundary=EVERY["boundary"])


def test_github_jobs_of_other_repositories_and_environments_are_refused() -> None:
    trust = deploy_policies.github_trust("arn", subjects=["repo:acme/shop:environment:dev"])
    condition = trust["Statement"][0]["Condition"]
    claims = "token.actions.githubusercontent.com"
    ours = {f"{claims}:aud": "sts.amazonaws.com", f"{claims}:sub": "repo:acme/shop:environment:dev"}
    assert conditions_hold(condition, ours)
    for wrong in ("repo:acme/shop:environment:prod", "repo:evil/shop:environment:dev", "repo:acme/shop:pull_request"):
        assert not conditions_hold(condition, {**ours, f"{claims}:sub": wrong})
    assert not conditions_hold(condition, {**ours, f"{claims}:aud": "https://github.com/acme"})
