"""What lets everyone in, asked of the one function that the controls and the rehearsed S3 share."""

from __future__ import annotations

from typing import Any

import pytest
from control_graphs import graph, node, policy

from controls.evaluate import evaluate
from rehearsal.public_policies import is_public

ACCOUNT, TOPIC = "111111111111", "arn:aws:sns:eu-west-1:111111111111:t"
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
OPEN = [
    {"StringNotEquals": {"aws:SourceArn": TOPIC}},
    {"ArnNotLike": {"aws:SourceArn": TOPIC}},
    {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
    {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}},
    {"Null": {"aws:SourceArn": "false"}},
    {"StringEquals": {"aws:PrincipalArn": "*"}},
    {"ArnLike": {"aws:PrincipalArn": "*"}},
    {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:root", "*"]}},
    {"StringLike": {"aws:SourceAccount": "11111111111?"}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}},
    {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/1"]}},
    {"IpAddress": {"aws:SourceIp": "::/0"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:Referer": "https://example.com"}},
    {"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*"}},
]
CLOSED = [
    {"StringEquals": {"aws:SourceArn": TOPIC}},
    {"ArnLike": {"AWS:SOURCEARN": TOPIC}},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    {"StringLike": {"aws:PrincipalOrgID": "o-1234567890"}},
    {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1234567890/r-ab12/"}},
    {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
    {"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:111111111111:accesspoint/*"}},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "StringNotEquals": {"aws:SourceArn": TOPIC}},
]
ROWS = [*((one, True) for one in OPEN), *((one, False) for one in CLOSED)]


@pytest.mark.parametrize(("condition", "public"), ROWS, ids=str)
def test_only_a_comparison_with_fixed_values_of_who_or_from_where_narrows(
    condition: dict[str, Any], public: bool
) -> None:
    assert is_public({"Statement": [{**EVERYONE, "Condition": condition}]}) is public


@pytest.mark.parametrize(("condition", "public"), ROWS, ids=str)
def test_the_controls_read_conditions_as_the_rehearsed_s3_does(condition: dict[str, Any], public: bool) -> None:
    topic = node("aws:sns/topic:Topic", "t", policy=policy({**EVERYONE, "Condition": condition}))
    failed = {finding.control for finding in evaluate(graph([topic])).failed}
    assert ("SNS.4" in failed) is public


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (EVERYONE, True),
        ({**EVERYONE, "Principal": {"AWS": ["111111111111", "*"]}}, True),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sns:Publish", "Resource": "*"}, True),
        ({**EVERYONE, "Effect": "Deny"}, False),
        ({**EVERYONE, "Principal": {"Service": "cloudwatch.amazonaws.com"}}, False),
        ({**EVERYONE, "Principal": {"AWS": ACCOUNT}}, False),
    ],
)
def test_everyone_is_a_star_or_all_but_some(statement: dict[str, Any], public: bool) -> None:
    assert is_public({"Statement": statement}) is public
