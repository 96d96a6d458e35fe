"""IAM policies are compared with what AWS says of its actions; what is right there raises nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from control_graphs import allow, graph, node, policy
from hypothesis import given
from hypothesis import strategies as st

from controls import iam_documents
from controls.catalogue import by_id
from controls.iam_data import arns_overlap, condition_keys, matching, overlap, resource_patterns

LINT = ("PLATFORM.12", "PLATFORM.13", "PLATFORM.14", "PLATFORM.15", "PLATFORM.16", "PLATFORM.17")
DEPLOY = "arn:aws:iam::111111111111:role/acme-*"


def found(statement: dict[str, object]) -> list[str]:
    inline = node(iam_documents.INLINE[1], "inline", role="r", policy=policy(statement))
    return [one.control for control in LINT for one in by_id(control).check(graph([inline]))]


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:GetObject", "arn:aws:s3:::media/*"),
        allow(["s3:Get*"], "arn:aws:s3:::media/*"),
        allow("S3:getobject", "arn:aws:s3:::media/a"),
        allow("s3:ListBucket", "arn:aws:s3:::media", Condition={"StringLike": {"s3:prefix": ["a/*"]}}),
        allow("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:backend:*"),
        allow("ec2:DescribeInstances", "*"),
        allow("cloudwatch:PutMetricData", "*", Condition={"StringEquals": {"cloudwatch:namespace": "acme"}}),
        allow("ec2:CreateTags", "*", Condition={"StringEquals": {"aws:RequestTag/Product": "acme"}}),
        allow(
            "ssm:SendCommand", "arn:aws:ec2:*:*:instance/*", Condition={"StringEquals": {"ssm:resourceTag/Role": "r"}}
        ),
        allow("cloudfront:TagResource", "arn:aws:cloudfront::111111111111:function/acme-*"),
        allow("iam:PassRole", DEPLOY),
        allow("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::media/*"},
    ],
    ids=lambda statement: str(statement["Action"]),
)
def test_what_aws_knows_raises_nothing(statement: dict[str, object]) -> None:
    assert [one for one in found(statement) if statement["Effect"] == "Allow" or one != "PLATFORM.12"] == []


@pytest.mark.parametrize(
    ("statement", "control"),
    [
        (allow("s4:GetObject"), "PLATFORM.14"),
        (allow("s3:Fetch*", "arn:aws:s3:::media/*"), "PLATFORM.14"),
        (allow("s3:GetObject", "arn:aws:s3:::m/*", Condition={"Bool": {"s3:IsNice": "true"}}), "PLATFORM.15"),
        (allow("s3:GetObject", "arn:aws:s3:::media"), "PLATFORM.16"),
        (allow("s3:GetObject", "arn:aws:sns:eu-west-1:111111111111:topic"), "PLATFORM.16"),
        (allow("ssm:GetParameter", "*"), "PLATFORM.17"),
        (allow("secretsmanager:GetSecretValue", "*"), "PLATFORM.17"),
        (allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/*"), "PLATFORM.13"),
        (allow("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/*"), "PLATFORM.13"),
        (allow("iam:*", "*"), "PLATFORM.13"),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "PLATFORM.12"),
    ],
    ids=lambda one: str(one.get("Action")) if isinstance(one, dict) else one,
)
def test_what_grants_nothing_or_too_much_is_found(statement: dict[str, object], control: str) -> None:
    assert control in found(statement)


@pytest.mark.parametrize(
    "subject",
    ["repo:example/*:environment:prod", "repo:example/diceytech:ref:refs/heads/*", "repo:example/diceytech:*"],
)
def test_a_role_for_github_is_bound_to_an_environment(subject: str) -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": subject,
                }
            },
        }
    )
    role = node(iam_documents.ROLE, "github", assumeRolePolicy=trust)
    assert "names no repository and environment" in by_id("PLATFORM.10").check(graph([role]))[0].problem


TEXT = st.text("ab", max_size=5)
PATTERN = st.text("ab*?", max_size=5)


def by_hand(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text, straight from what `*` and `?` mean."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(by_hand(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and by_hand(pattern[1:], text[1:])


@given(one=PATTERN, other=PATTERN, text=TEXT)
def test_patterns_that_match_one_text_overlap(one: str, other: str, text: str) -> None:
    if by_hand(one, text) and by_hand(other, text):
        assert overlap(one, other)
        assert overlap(other, one)


@given(pattern=PATTERN, text=TEXT)
def test_a_pattern_overlaps_a_plain_text_only_when_it_matches_it(pattern: str, text: str) -> None:
    assert overlap(pattern, text) is by_hand(pattern, text)


def test_an_arn_is_compared_part_by_part() -> None:
    assert not arns_overlap("arn:aws:s3:::media/*", "arn:*:s3:*:*:accesspoint/*")
    assert arns_overlap("arn:aws:s3:::media/*", "arn:*:s3:::*/*")


def test_aws_data_is_read_as_patterns() -> None:
    assert resource_patterns("s3:ListAllMyBuckets") == ()
    assert "arn:*:s3:::*/*" in resource_patterns("s3:PutObject")
    assert "aws:resourcetag/*" in condition_keys("ec2:RunInstances")
    assert matching("sns:publish") == ("sns:Publish",)
    with pytest.raises(LookupError, match="no action s3:Nothing"):
        condition_keys("s3:Nothing")


def test_the_library_is_read_only_when_a_policy_is_looked_at() -> None:
    program = "import sys, scripts.cli, scripts.controls, controls.catalogue; sys.exit('policy_sentry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_follows_the_environments_name_counts_too() -> None:
    github = "token.actions.githubusercontent.com"
    claims = {f"{github}:aud": "sts.amazonaws.com", f"{github}:sub": "repo:example/diceytech:environment:p*"}
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{github}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
    )
    assert by_id("PLATFORM.10").check(graph([node(iam_documents.ROLE, "github", assumeRolePolicy=trust)]))
