"""What the stand-ins for IAM, Secrets Manager, SSM and the account's settings refuse, as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as proto

from rehearsal import policy_documents, wire
from rehearsal.emulator import EmulatedAws
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import AwsServicer, ProviderError

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE, POLICY, USER = "aws:iam/role:Role", "aws:iam/policy:Policy", "aws:iam/user:User"
ROLE_POLICY, ATTACHMENT = "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP, GROUP_POLICY = "aws:iam/group:Group", "aws:iam/groupPolicy:GroupPolicy"
SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
PARAMETER, SETTING = "aws:ssm/parameter:Parameter", "aws:ssm/serviceSetting:ServiceSetting"
OIDC, BUDGET = "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws:budgets/budget:Budget"
KEY = "aws:iam/accessKey:AccessKey"
GITHUB = "https://token.actions.githubusercontent.com"


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def large(size: int) -> str:
    """A policy of about this many characters."""
    return document({**ALLOW, "Resource": ["arn:aws:s3:::" + "b" * (size - 120)]})


@pytest.fixture(scope="module")
def servicer() -> Iterator[AwsServicer]:
    with EmulatedAws(account_id="123456789012", region="us-east-1") as aws:
        yield AwsServicer(aws, RESOURCES, FUNCTIONS)


Made = tuple[str, struct_pb2.Struct]


def make(servicer: AwsServicer, token: str, **inputs: Any) -> Made:
    urn = f"urn:pulumi:dev::platform::{token}::x"
    checked = servicer.Check(proto.CheckRequest(urn=urn, news=wire.encode(inputs), randomSeed=b"1"), None)
    created = servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)
    return created.id, created.properties


def look_up(servicer: AwsServicer, token: str, **inputs: Any) -> struct_pb2.Struct:
    found = servicer.Invoke(proto.InvokeRequest(tok=token, args=wire.encode(inputs)), None)
    answer: struct_pb2.Struct = getattr(found, "return")
    return answer


REFUSED_POLICIES = [
    ("no JSON", "not JSON"),
    (document(ALLOW, version="2008-10-17"), "write 2012-10-17"),
    (json.dumps({"Version": "2012-10-17"}), "no Statement"),
    (document({**ALLOW, "Effect": "Permit"}), "write Allow or Deny"),
    (document({"Effect": "Allow", "Resource": "*"}), "exactly one of Action"),
    (document({"Effect": "Allow", "Action": "s3:GetObject"}), "exactly one of Resource"),
    (document({**ALLOW, "Resource": []}), "must not be empty"),
    (document({**ALLOW, "Action": "GetObject"}), "GetObject is no action"),
    (document({**ALLOW, "Resource": "bucket/*"}), "bucket/\\* is no ARN"),
    (document({**ALLOW, "Principal": "*"}), "cannot have"),
    (document({**ALLOW, "Sid": "not-allowed"}), "letters and digits"),
    (document({**ALLOW, "Sid": "A"}, {**ALLOW, "Sid": "A"}), "same Sid"),
    (document({**ALLOW, "Condition": {"StringIs": {"a": "b"}}}), "no condition operator"),
    (document({**ALLOW, "Condition": {"StringEquals": {"a": []}}}), "compares nothing"),
    (document({**ALLOW, "Resources": "*"}), "other parts"),
    (large(6_300), "of 6,144"),
]


@pytest.mark.parametrize(("policy", "message"), REFUSED_POLICIES)
def test_iam_refuses_a_malformed_or_too_large_policy(servicer: AwsServicer, policy: str, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        make(servicer, POLICY, policy=policy)


REFUSED_TRUSTS = [
    ({**TRUST, "Resource": "*"}, "cannot have"),
    ({**TRUST, "Action": "s3:GetObject"}, "not allowed in a trust policy"),
    ({**TRUST, "Principal": {"Service": "ec2"}}, "Service ec2 is no valid principal"),
    ({**TRUST, "Principal": {"AWS": "somebody"}}, "AWS somebody is no valid principal"),
    ({**TRUST, "Principal": {"AWS": "arn:aws:iam::123456789012:role/nobody"}}, "there is no role nobody"),
    ({**TRUST, "Principal": {"AWS": "arn:aws:iam::123456789012:user/nobody"}}, "there is no user nobody"),
    ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "exactly one of Principal"),
]


@pytest.mark.parametrize(("statement", "message"), REFUSED_TRUSTS)
def test_iam_refuses_a_trust_policy_that_names_nobody_real(
    servicer: AwsServicer, statement: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        make(servicer, ROLE, assumeRolePolicy=document(statement))


REFUSED_INPUTS = [
    (ROLE, {"assumeRolePolicy": document(TRUST), "name": "r" * 65}, "65 characters of 64"),
    (ROLE, {"assumeRolePolicy": document(TRUST), "name": "a role"}, "refuses the name a role"),
    (ROLE, {"assumeRolePolicy": document(TRUST), "path": "no/slash"}, "begin and end it with a slash"),
    (ROLE, {"assumeRolePolicy": document(TRUST), "maxSessionDuration": 60}, "3600 to 43200"),
    (ROLE, {"assumeRolePolicy": document(TRUST), "permissionsBoundary": "arn:aws:iam::1:policy/x"}, "not attachable"),
    (USER, {"name": "u" * 65}, "65 characters of 64"),
    (OIDC, {"url": "http://example.com", "clientIdLists": ["a"]}, "refuses the provider URL"),
    (SECRET, {"name": "white space"}, "refuses the name"),
    (SECRET, {"name": "x", "recoveryWindowInDays": 3}, "use 0, or 7 to 30"),
    (VERSION, {"secretId": "x", "secretString": "v" * 65_537}, "65,537 bytes"),
    (PARAMETER, {"name": "aws-thing", "type": "String", "value": "v"}, "AWS's own"),
    (PARAMETER, {"name": "/ssm/thing", "type": "String", "value": "v"}, "AWS's own"),
    (PARAMETER, {"name": "a b", "type": "String", "value": "v"}, "refuses the parameter name"),
    (PARAMETER, {"name": "/a" * 16, "type": "String", "value": "v"}, "16 levels of 15"),
    (PARAMETER, {"name": "n" * 1_000, "type": "String", "value": "v"}, "of 1011"),
    (PARAMETER, {"name": "/a", "type": "String", "value": "v" * 4_097}, "4,097 characters"),
    (PARAMETER, {"name": "/a", "type": "String", "value": "v" * 8_193, "tier": "Advanced"}, "8,193 characters"),
    (PARAMETER, {"name": "/a", "type": "String", "value": ""}, "keeps no empty values"),
    (PARAMETER, {"name": "/a", "type": "String", "value": "v", "insecureValue": "w"}, "not both"),
    (PARAMETER, {"name": "/a", "type": "SecureString", "insecureValue": "v"}, "takes value"),
    (PARAMETER, {"name": "/a", "type": "String", "value": "v", "keyId": "k"}, "has no key"),
    (SETTING, {"settingId": "public-sharing", "settingValue": "Disable"}, "no service setting"),
    (
        BUDGET,
        {"name": "b", "notifications": [{"subscriberEmailAddresses": []}]},
        "no subscriber",
    ),
]


@pytest.mark.parametrize(("token", "inputs", "message"), REFUSED_INPUTS)
def test_what_aws_refuses_is_refused_with_what_to_do(
    servicer: AwsServicer, token: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        make(servicer, token, **inputs)


@pytest.mark.parametrize("token", [VERSION, PARAMETER])
def test_no_refusal_shows_a_secrets_value(servicer: AwsServicer, token: str) -> None:
    value = "hunter2" * 10_000
    given = {"secretId": "x", "secretString": value} if token == VERSION else {"name": "/s", "value": value}
    with pytest.raises(ProviderError) as caught:
        make(servicer, token, **given)
    assert "hunter2" not in str(caught.value)


def test_a_role_may_trust_one_that_exists(servicer: AwsServicer) -> None:
    make(servicer, ROLE, assumeRolePolicy=document(TRUST), name="first", path="/deploy/")
    arn = "arn:aws:iam::123456789012:role/deploy/first"
    assert make(servicer, ROLE, assumeRolePolicy=document({**TRUST, "Principal": {"AWS": arn}}), name="next")[0]


def test_white_space_does_not_count_in_a_policys_size() -> None:
    assert policy_documents.size(json.dumps(json.loads(document(ALLOW)), indent=8)) == policy_documents.size(
        document(ALLOW)
    )


def test_all_inline_policies_of_a_role_share_one_limit(servicer: AwsServicer) -> None:
    make(servicer, ROLE, assumeRolePolicy=document(TRUST), name="inline")
    make(servicer, ROLE_POLICY, role="inline", name="one", policy=large(6_000))
    with pytest.raises(ProviderError, match="of 10,240"):
        make(servicer, ROLE_POLICY, role="inline", name="two", policy=large(6_000))


def test_all_inline_policies_of_a_group_share_one_limit(servicer: AwsServicer) -> None:
    make(servicer, GROUP, name="inline")
    make(servicer, GROUP_POLICY, group="inline", name="one", policy=large(3_000))
    with pytest.raises(ProviderError, match="of 5,120"):
        make(servicer, GROUP_POLICY, group="inline", name="two", policy=large(3_000))


def test_an_eleventh_managed_policy_is_refused(servicer: AwsServicer) -> None:
    make(servicer, ROLE, assumeRolePolicy=document(TRUST), name="many")
    arns = [make(servicer, POLICY, name=f"many-{index}", policy=document(ALLOW))[0] for index in range(11)]
    for arn in arns[:10]:
        make(servicer, ATTACHMENT, role="many", policyArn=arn)
    with pytest.raises(ProviderError, match="PoliciesPerRole"):
        make(servicer, ATTACHMENT, role="many", policyArn=arns[10])


def test_a_policy_that_does_not_exist_cannot_be_attached(servicer: AwsServicer) -> None:
    make(servicer, ROLE, assumeRolePolicy=document(TRUST), name="lonely")
    with pytest.raises(ProviderError, match="does not exist or is not attachable"):
        make(servicer, ATTACHMENT, role="lonely", policyArn="arn:aws:iam::123456789012:policy/none")


def test_a_third_access_key_is_refused(servicer: AwsServicer) -> None:
    make(servicer, USER, name="keys")
    assert make(servicer, KEY, user="keys")[0] != make(servicer, KEY, user="keys")[0]
    with pytest.raises(ProviderError, match="remove a key of keys first"):
        make(servicer, KEY, user="keys")


def test_an_access_keys_secret_is_marked_as_one(servicer: AwsServicer) -> None:
    make(servicer, USER, name="quiet")
    assert "secret" in wire.secret_names(make(servicer, KEY, user="quiet")[1])


def test_a_second_provider_for_one_url_is_refused(servicer: AwsServicer) -> None:
    make(servicer, OIDC, url=GITHUB, clientIdLists=["sts.amazonaws.com"])
    with pytest.raises(ProviderError, match="adopt it by its ARN"):
        make(servicer, OIDC, url=GITHUB, clientIdLists=["sts.amazonaws.com"])


def test_a_secrets_name_stays_taken_until_its_deletion_is_over(servicer: AwsServicer) -> None:
    arn, _ = make(servicer, SECRET, name="short-lived")
    servicer.aws.client("secretsmanager").delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    with pytest.raises(ProviderError, match="scheduled for deletion"):
        make(servicer, SECRET, name="short-lived")


def test_a_secrets_value_is_read_back_as_a_secret(servicer: AwsServicer) -> None:
    arn, _ = make(servicer, SECRET, name="/acme/dev/one")
    make(servicer, VERSION, secretId=arn, secretString="s3cret")
    found = look_up(servicer, "aws:secretsmanager/getSecretVersion:getSecretVersion", secretId="/acme/dev/one")
    assert wire.plain(found)["secretString"] == "s3cret"
    assert "secretString" in wire.secret_names(found)


def test_a_secure_parameter_is_decrypted_and_stays_secret(servicer: AwsServicer) -> None:
    servicer.aws.client("ssm").put_parameter(Name="/acme/dev/s", Value="s3cret", Type="SecureString")
    found = look_up(servicer, "aws:ssm/getParameter:getParameter", name="/acme/dev/s")
    assert (wire.plain(found)["value"], wire.plain(found)["insecureValue"]) == ("s3cret", "")
    assert "value" in wire.secret_names(found)


def test_a_plain_parameter_can_be_read_without_being_a_secret(servicer: AwsServicer) -> None:
    make(servicer, PARAMETER, name="/acme/dev/platform", type="String", insecureValue="{}", tags={"Product": "acme"})
    found = look_up(servicer, "aws:ssm/getParameter:getParameter", name="/acme/dev/platform")
    assert wire.plain(found)["insecureValue"] == "{}"
    assert "insecureValue" not in wire.secret_names(found)


def test_a_parameter_that_somebody_made_is_not_overwritten(servicer: AwsServicer) -> None:
    make(servicer, PARAMETER, name="/acme/dev/taken", type="String", value="ours")
    with pytest.raises(ProviderError, match="already exists"):
        make(servicer, PARAMETER, name="/acme/dev/taken", type="String", value="theirs")


def test_a_secret_that_was_never_set_is_named(servicer: AwsServicer) -> None:
    with pytest.raises(ProviderError, match="ParameterNotFound"):
        look_up(servicer, "aws:ssm/getParameter:getParameter", name="/acme/dev/secrets/NEVER_SET")
