"""Rows for the platform's own controls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from control_graphs import allow, changed, node, policy, row

from controls import ec2, iam_documents, iam_grants, platform, rds, s3
from rehearsal.graph import SECRET, Node

ROLE, INLINE, MANAGED = iam_documents.ROLE, iam_documents.INLINE[1], iam_documents.IDENTITY[0]
GITHUB = iam_grants.GITHUB


def protected(one: Node) -> Node:
    return replace(one, protect=True)


def github(**equal: str) -> str:
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{GITHUB}:{claim}": value for claim, value in equal.items()}},
        }
    )


def trust(**principal: Any) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


STATEFUL = [
    protected(node(rds.DATABASE, "db", skipFinalSnapshot=False, manageMasterUserPassword=True)),
    protected(node(s3.BUCKET, "media", forceDestroy=False)),
    node(
        platform.CORS,
        "cors",
        bucket="media-id",
        corsRules=[{"allowedMethods": ["GET", "PUT"], "allowedOrigins": ["*"]}],
    ),
    node(s3.BUCKET, "site"),
]
MACHINE = [node(ec2.INSTANCE, "server", metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1.0})]
INGRESS = [
    node(platform.INGRESS, "from-cloudfront", prefixListId="pl-1", securityGroupId="sg", ipProtocol="tcp"),
    node(platform.INGRESS, "from-vpc", cidrIpv4="10.0.0.0/16", securityGroupId="sg", ipProtocol="tcp"),
]
LOGS = [node(platform.LOG_GROUP, "backend", retentionInDays=14.0)]
SECRETS = [
    node(platform.SECRET_VERSION, "version", secretId="s", secretString=SECRET),
    node(platform.PARAMETER, "parameter", type="String", value="plain"),
]
TOPIC = [
    node(platform.TOPIC, "alarms", kmsMasterKeyId="key-id"),
    node(
        platform.ALARM,
        "cpu",
        alarmActions=["alarms-id"],
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=1,
    ),
]
ROLES = [
    node(ROLE, "server", permissionsBoundary="arn:b", assumeRolePolicy=trust(Service="ec2.amazonaws.com")),
    node(ROLE, "deploy", path="/p/deploy/", assumeRolePolicy=trust(Service="ec2.amazonaws.com")),
]
FOR_GITHUB = [
    node(
        ROLE,
        "github",
        assumeRolePolicy=github(aud="sts.amazonaws.com", sub="repo:example/diceytech:environment:prod"),
    )
]
OBJECTS = allow("s3:GetObject", "arn:aws:s3:::media/*", Condition={"StringEquals": {"s3:ExistingObjectTag/a": "b"}})
POLICIES = [
    node(INLINE, "inline", role="server-id", policy=policy(OBJECTS)),
    node(MANAGED, "managed", policy=policy(allow("iam:PassRole", "arn:aws:iam::111111111111:role/p-*"))),
]


def inline(**statement: Any) -> list[Node]:
    return changed(POLICIES, "inline", policy=policy({**OBJECTS, **statement}))


ROWS = [
    row("PLATFORM.1", STATEFUL, [replace(one, protect=one.name != "media") for one in STATEFUL]),
    row("PLATFORM.2", STATEFUL, changed(STATEFUL, "db", skipFinalSnapshot=True)),
    row("PLATFORM.3", MACHINE, changed(MACHINE, "server", metadataOptions={"httpTokens": "optional"})),
    row("PLATFORM.4", INGRESS, changed(INGRESS, "from-vpc", cidrIpv4="0.0.0.0/0")),
    row("PLATFORM.5", LOGS, changed(LOGS, "backend", retentionInDays=None)),
    row("PLATFORM.6", SECRETS, changed(SECRETS, "version", secretString="hunter2")),
    row("PLATFORM.7", STATEFUL, changed(STATEFUL, "db", manageMasterUserPassword=None)),
    row("PLATFORM.8", TOPIC, changed(TOPIC, "alarms", kmsMasterKeyId="alias/aws/sns")),
    row("PLATFORM.9", ROLES, changed(ROLES, "server", permissionsBoundary=None)),
    row("PLATFORM.10", FOR_GITHUB, changed(FOR_GITHUB, "github", assumeRolePolicy=github(aud="sts.amazonaws.com"))),
    row("PLATFORM.11", ROLES, changed(ROLES, "server", assumeRolePolicy=trust(AWS="*"))),
    row("PLATFORM.12", POLICIES, inline(Action=["s3:*"])),
    row("PLATFORM.13", POLICIES, changed(POLICIES, "managed", policy=policy(allow("iam:PassRole", "*")))),
    row("PLATFORM.14", POLICIES, inline(Action=["s3:GetObject", "s3:ReadObject"])),
    row("PLATFORM.15", POLICIES, inline(Condition={"StringEquals": {"s3:prefix": "a/"}})),
    row("PLATFORM.16", POLICIES, inline(Action=["s3:GetObject", "s3:ListBucket"], Condition={})),
    row("PLATFORM.17", POLICIES, inline(Resource="*", Condition={})),
]
