"""Who may do what: every identity of an environment, allowed and denied, and the ways out that must be closed.

What the server, the app role and the infrastructure role may do by name is in tests/test_policies.py, and every call of
a rehearsed life in tests/rehearsal/test_least_privilege.py; here are the jobs that people know them by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from infra import deploy_policies, policies
from infra.infrastructure_policies import infrastructure
from infra.plan_policies import plan
from rehearsal.policy_evaluation import allowed
from tests.test_policies import (
    BOUNDARY,
    FOREIGN_TAGS,
    KEY,
    NAMES,
    NEW,
    OTHER,
    SCOPE,
    SECRET,
    STATE,
    TAGS,
    iam,
    s3,
    server,
    ssm,
)

BOUND = {"iam:PermissionsBoundary": BOUNDARY}
EC2, RDS = "arn:aws:ec2:eu-west-1:123456789012:", "arn:aws:rds:eu-west-1:123456789012:"
CDN = "arn:aws:cloudfront::123456789012:"
SELF = {kind: iam("role", f"acme/deploy/acme-dev-deploy-{kind}") for kind in ("infrastructure", "app", "plan")}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
IDENTITIES: dict[str, Iterable[Mapping[str, Any]]] = {
    "app": [deploy_policies.app(SCOPE)],
    "infrastructure": list(infrastructure(SCOPE).values()),
    "plan": list(plan(SCOPE).values()),
    "server": list(server().values()),
    "media user": [policies.media_user(bucket=NAMES.bucket("media"))],
}
Row = tuple[str, str, str, dict[str, str], bool]

# The platform guide's two commands: `aws s3 sync build/ s3://… --delete` and `aws cloudfront create-invalidation`.
GUIDE: list[Row] = [
    ("app", "s3:ListBucket", s3("website"), {}, True),
    ("app", "s3:GetObject", s3("website", "index.html"), {}, True),
    ("app", "s3:PutObject", s3("website", "static/js/main.js"), {}, True),
    ("app", "s3:DeleteObject", s3("website", "static/js/old.js"), {}, True),
    ("app", "s3:AbortMultipartUpload", s3("website", "film.mp4"), {}, True),
    ("app", "cloudfront:CreateInvalidation", f"{CDN}distribution/E1", TAGS, True),
    ("app", "s3:PutObjectAcl", s3("website", "index.html"), {}, False),
    ("app", "s3:DeleteObjectVersion", s3("website", "index.html"), {}, False),
    ("app", "s3:PutBucketWebsite", s3("website"), {}, False),
    ("app", "s3:DeleteObject", s3("media", "resumes/1.pdf"), {}, False),
    ("app", "s3:DeleteObject", s3("website", "index.html", OTHER), {}, False),
    ("app", "cloudfront:CreateInvalidation", f"{CDN}distribution/E2", FOREIGN_TAGS, False),
    ("app", "cloudfront:UpdateDistribution", f"{CDN}distribution/E1", TAGS, False),
]
PLAN: list[Row] = [
    # a preview: the state, its key, what the program looks up
    ("plan", "s3:ListBucket", "arn:aws:s3:::acme-state", {}, True),
    ("plan", "s3:GetObject", f"{STATE}/platform/dev.json", {}, True),
    ("plan", "kms:Decrypt", KEY, {}, True),
    ("plan", "ssm:GetParameter", ssm("/acme/dev/secrets/SECRET_KEY"), {}, True),
    ("plan", "ec2:DescribeAvailabilityZones", "*", {}, True),
    ("plan", "ec2:GetManagedPrefixListEntries", "*", {}, True),
    # a refresh
    ("plan", "cloudfront:GetDistribution", f"{CDN}distribution/E1", TAGS, True),
    ("plan", "iam:GetRolePolicy", iam("role", "acme-dev-server"), {}, True),
    ("plan", "rds:DescribeDBInstances", f"{RDS}db:acme-dev", {}, True),
    ("plan", "s3:GetBucketPolicy", s3("media"), {}, True),
    # no write, not even of a lock
    ("plan", "s3:PutObject", f"{STATE}/platform/dev.json", {}, False),
    ("plan", "s3:PutObject", "arn:aws:s3:::acme-state/.pulumi/locks/organization/platform/dev/1.json", {}, False),
    ("plan", "kms:Encrypt", KEY, {}, False),
    ("plan", "kms:GenerateDataKey", KEY, {}, False),
    ("plan", "ssm:PutParameter", ssm("/acme/dev/release"), {}, False),
    ("plan", "ssm:SendCommand", "arn:aws:ssm:eu-west-1:123456789012:document/acme-dev-release", {}, False),
    ("plan", "ec2:TerminateInstances", f"{EC2}instance/i-1", TAGS, False),
    ("plan", "rds:CreateDBSnapshot", f"{RDS}db:acme-dev", TAGS, False),
    ("plan", "cloudfront:CreateInvalidation", f"{CDN}distribution/E1", TAGS, False),
    ("plan", "ec2:CreateTags", f"{EC2}vpc/vpc-1", {**NEW, "ec2:CreateAction": "CreateVpc"}, False),
    # nobody's files, and nothing of other environments or of the account
    ("plan", "s3:GetObject", s3("media", "resumes/1.pdf"), {}, False),
    ("plan", "s3:GetObject", s3("artifacts", "releases/1/app.tar.gz"), {}, False),
    ("plan", "secretsmanager:GetSecretValue", SECRET, {}, False),
    ("plan", "s3:GetObject", f"{STATE}/platform/prod.json", {}, False),
    ("plan", "s3:GetObject", f"{STATE}/account/main.json", {}, False),
    ("plan", "ssm:GetParameter", ssm("/acme/prod/secrets/SECRET_KEY"), {}, False),
    ("plan", "ec2:GetPasswordData", f"{EC2}instance/i-1", TAGS, False),
    ("plan", "logs:GetLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:acme-dev-backend:x", {}, False),
]
MEDIA: list[Row] = [
    ("media user", "s3:PutObject", s3("media", "profile_pics/1.png"), {}, True),
    ("media user", "s3:ListBucket", s3("media"), {}, True),
    ("media user", "s3:PutObject", s3("media", "resumes/1.pdf", OTHER), {}, False),
    ("media user", "s3:DeleteObjectVersion", s3("media", "resumes/1.pdf"), {}, False),
    ("media user", "s3:ListAllMyBuckets", "*", {}, False),
    ("media user", "iam:CreateAccessKey", iam("user", "acme-dev-media"), {}, False),
    ("media user", "secretsmanager:GetSecretValue", SECRET.replace("rds!db-0a1b", "/acme/dev/media-user"), {}, False),
]


@pytest.mark.parametrize(("who", "action", "resource", "context", "expected"), [*GUIDE, *PLAN, *MEDIA])
def test_each_identity_can_do_its_job_and_nothing_else(
    who: str, action: str, resource: str, context: dict[str, str], expected: bool
) -> None:
    assert allowed(IDENTITIES[who], action, resource, context) is expected


ANY_TAGS = {**TAGS, **NEW, **BOUND}
ESCALATIONS = [
    # its own or another's policies, trust, boundary
    *[
        (f"iam:{verb}", role)
        for role in SELF.values()
        for verb in (
            "AttachRolePolicy", "DeleteRolePermissionsBoundary", "DetachRolePolicy", "PutRolePermissionsBoundary",
            "PutRolePolicy", "UpdateAssumeRolePolicy", "UpdateRole",
        )
    ],
    *[
        (f"iam:{verb}", policy)
        for policy in (BOUNDARY, iam("policy", "acme/deploy/acme-dev-deploy-app-releases"))
        for verb in ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")
    ],
    ("iam:DeleteRolePermissionsBoundary", iam("role", "acme-dev-server")),
    ("iam:DeleteUserPermissionsBoundary", iam("user", "acme-dev-media")),
    # another way in
    ("iam:CreatePolicy", iam("policy", "acme-dev-wide")),
    ("iam:CreateLoginProfile", iam("user", "acme-dev-media")),
    ("iam:AttachUserPolicy", iam("user", "acme-dev-media")),
    ("iam:PutUserPolicy", iam("user", "acme-dev-media")),
    ("iam:AttachGroupPolicy", iam("group", "acme-dev-media")),
    ("iam:CreateAccessKey", iam("user", "administrator")),
    ("iam:AddUserToGroup", iam("group", "administrators")),
    ("iam:UpdateOpenIDConnectProviderThumbprint", iam("oidc-provider", "token.actions.githubusercontent.com")),
    ("iam:CreateOpenIDConnectProvider", iam("oidc-provider", "evil.example")),
    ("iam:AddRoleToInstanceProfile", iam("instance-profile", "administrator")),
    ("sts:AssumeRole", iam("role", "acme-prod-server")),
    ("sts:AssumeRole", SELF["infrastructure"]),
    ("organizations:LeaveOrganization", "*"),
    ("lambda:CreateFunction", "arn:aws:lambda:eu-west-1:123456789012:function:acme-dev-x"),
    ("cloudformation:CreateStack", "arn:aws:cloudformation:eu-west-1:123456789012:stack/acme-dev-x/1"),
    # another environment's state, and that of the account project
    ("s3:PutObject", f"{STATE}/platform/prod.json"),
    ("s3:PutObject", f"{STATE}/account/main.json"),
    ("kms:PutKeyPolicy", KEY.replace("1111", "9999")),
]  # fmt: skip


@pytest.mark.parametrize(("action", "resource"), ESCALATIONS)
@pytest.mark.parametrize("who", ["app", "infrastructure", "plan"])
def test_no_deploy_role_can_widen_itself_or_open_another_way_in(who: str, action: str, resource: str) -> None:
    context = {name: value for name, value in ANY_TAGS.items() if not action.startswith("kms:")}
    assert not allowed(IDENTITIES[who], action, resource, context)


@pytest.mark.parametrize("who", ["app", "infrastructure", "plan"])
@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "lambda.amazonaws.com", "monitoring.rds.amazonaws.com"])
def test_no_deploy_role_passes_a_role_outside_its_prefix(who: str, service: str) -> None:
    for role in (iam("role", "administrator"), iam("role", "acme-prod-server"), *SELF.values()):
        assert not allowed(IDENTITIES[who], "iam:PassRole", role, {"iam:PassedToService": service})


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:CreateUser"])
@pytest.mark.parametrize("boundary", [None, ADMINISTRATOR, BOUNDARY.replace("acme-dev", "acme-prod")])
def test_the_infrastructure_role_makes_no_role_or_user_without_the_environments_boundary(
    action: str, boundary: str | None
) -> None:
    resource = iam("user" if "User" in action else "role", "acme-dev-new")
    context = {"iam:PermissionsBoundary": boundary} if boundary else {}
    assert allowed(IDENTITIES["infrastructure"], action, resource, BOUND)
    assert not allowed(IDENTITIES["infrastructure"], action, resource, context)


@pytest.mark.parametrize("who", ["app", "infrastructure", "plan"])
def test_no_deploy_role_attaches_administrator_access_or_any_policy_that_the_platform_does_not_use(who: str) -> None:
    role, monitoring = (
        iam("role", "acme-dev-server"),
        "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    )
    for policy in (ADMINISTRATOR, "arn:aws:iam::aws:policy/IAMFullAccess", iam("policy", "acme-dev-wide")):
        assert not allowed(IDENTITIES[who], "iam:AttachRolePolicy", role, {**BOUND, "iam:PolicyARN": policy})
    used = allowed(IDENTITIES[who], "iam:AttachRolePolicy", role, {**BOUND, "iam:PolicyARN": monitoring})
    assert used is (who == "infrastructure")


@pytest.mark.parametrize(("action", "resource"), ESCALATIONS)
def test_an_administrators_inline_policy_on_a_role_that_it_makes_gains_nothing(action: str, resource: str) -> None:
    """The infrastructure role may write any inline policy on a role of its environment, and the boundary holds it."""
    inline = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert allowed(IDENTITIES["infrastructure"], "iam:PutRolePolicy", iam("role", "acme-dev-server"), BOUND)
    assert not allowed([inline], action, resource, ANY_TAGS, boundary=deploy_policies.boundary(SCOPE))


def test_the_table_can_fail() -> None:
    """With one statement more, rows of each kind would not hold."""
    wide = {"Statement": [{"Effect": "Allow", "Action": ["iam:*", "s3:*"], "Resource": "*"}]}
    app = [*IDENTITIES["app"], wide]
    assert allowed(app, "iam:PutRolePolicy", SELF["app"], ANY_TAGS)
    assert allowed(app, "s3:DeleteObject", s3("website", "index.html", OTHER))
