"""Which jobs of GitHub a trust lets in by a pattern."""

from __future__ import annotations

import pytest

from changes.conditions import written
from changes.exposure_jobs import open_jobs
from changes.grants import Grant

GITHUB = "token.actions.githubusercontent.com"
PROVIDER = "arn:aws:iam::111111111111:oidc-provider"
MADE = "[the arn of OpenIdConnectProvider/github]"
JOB = "repo:example/one:environment:prod"


def lets_in(who: str, key: str, subject: str) -> str | None:
    return open_jobs(
        Grant(
            kind="trust",
            effect="Allow",
            who=who,
            action="sts:AssumeRoleWithWebIdentity",
            resource="*",
            condition=written({"StringEquals": {key: subject}}),
            principal="Federated",
        )
    )


@pytest.mark.parametrize(
    ("who", "key"),
    [
        (f"{PROVIDER}/{GITHUB}", f"{GITHUB}:sub"),
        (f"{PROVIDER}/{GITHUB}/slug", f"{GITHUB}/slug:sub"),
        (f"{PROVIDER}/token.actions.example.ghe.com", "token.actions.example.ghe.com:sub"),
        (MADE, f"{GITHUB}:sub"),
    ],
)
def test_a_job_that_is_named_is_no_pattern_and_a_pattern_or_a_policy_variable_is(who: str, key: str) -> None:
    assert lets_in(who, key, JOB) is None
    assert "every job whose subject fits repo:*" in str(lets_in(who, key, "repo:*"))
    assert "every job whose subject fits ${" in str(lets_in(who, key, f"${{{key}}}"))
    for other in ("accounts.google.com:sub", f"{GITHUB}:aud"):
        assert lets_in(who, other, JOB) == "jobs of every repository"


def test_another_issuer_is_not_github() -> None:
    assert lets_in(f"{PROVIDER}/oidc.example", "oidc.example:sub", "*") is None
    assert lets_in(f"{PROVIDER}/{GITHUB}/slug", f"{GITHUB}:sub", JOB) == "jobs of every repository"
