"""Our signatures are botocore's, and credentials are found where botocore finds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from scripts.aws.credentials import from_profile, from_variables, provider
from scripts.aws.session import any_account
from scripts.aws.signing import Credentials, CredentialsError, encoded, query_text, signed_headers

NOW = datetime(2026, 11, 25, 10, 0, 0, tzinfo=UTC)
REQUESTS: list[tuple[str, str, str, list[tuple[str, str]], dict[str, str], bytes]] = [
    ("s3", "GET", "", [("list-type", "2"), ("continuation-token", "a/b+c= ü")], {}, b""),
    ("s3", "PUT", "a b/ü+&[id]~.html", [], {"content-type": "text/html; charset=utf-8", "if-match": '"x"'}, b"page"),
    ("s3", "POST", "", [("delete", "")], {"content-md5": "x=="}, b"<Delete/>"),
    ("s3", "GET", "a//b", [], {}, b""),
    ("ssm", "POST", "", [], {"x-amz-target": "AmazonSSM.GetParameter", "content-type": "x"}, b"{}"),
    ("cloudfront", "POST", "2020-05-31/distribution/E1/invalidation", [], {"content-type": "application/xml"}, b"<x/>"),
]


@pytest.mark.parametrize("token", [None, "session/token=="])
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: f"{one[0]}-{one[1]}-{one[2]}")
def test_a_signature_is_botocores(request_: Any, token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    service, method, key, query, headers, body = request_
    path, text = "/" + encoded(key, safe="/-_.~"), query_text(query)
    ours = signed_headers(
        method=method,
        host="example.amazonaws.com",
        path=path,
        query=text,
        headers=headers,
        body=body,
        service=service,
        region="eu-west-1",
        credentials=Credentials(access_key="AKIA", secret_key="secret", token=token),
        now=NOW,
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: NOW.replace(tzinfo=None))
    url = f"https://example.amazonaws.com{path}" + (f"?{text}" if text else "")
    theirs = AWSRequest(method=method, url=url, headers={**headers, "x-amz-content-sha256": "x"}, data=body)
    if service == "s3":
        theirs.context["payload_signing_enabled"] = True
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    del theirs.headers["x-amz-content-sha256"]
    if service != "s3":
        theirs.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    kind(BotocoreCredentials("AKIA", "secret", token), service, "eu-west-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]


STATIC = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = one\n"
OTHER = "[other]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=two\naws_session_token=three\n"
ROLE = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n"
PROCESS = "[profile process]\ncredential_process = echo nothing\n"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env"}
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "variables": (KEYS, "", ""),
    "variables with a token": ({**KEYS, "AWS_SESSION_TOKEN": "token"}, STATIC, ""),
    "variables before a profile": ({**KEYS, "AWS_PROFILE": "other"}, STATIC + OTHER, ""),
    "the default profile": ({}, STATIC + OTHER, ""),
    "a named profile": ({"AWS_PROFILE": "other"}, STATIC + OTHER, "[profile other]\nregion = eu-west-1\n"),
    "the default's default": ({"AWS_DEFAULT_PROFILE": "other", "AWS_PROFILE": "default"}, STATIC + OTHER, ""),
    "a profile with a space": ({"AWS_PROFILE": "a b"}, STATIC.replace("default", "a b"), '[profile "a b"]\nregion=x\n'),
}
# Whose keys are botocore's to find.
UNUSUAL: dict[str, tuple[dict[str, str], str, str]] = {
    "an assumed role": ({"AWS_PROFILE": "role"}, STATIC, ROLE),
    "a role beside static keys": ({"AWS_PROFILE": "role"}, STATIC + OTHER.replace("other", "role"), ROLE),
    "a process": ({"AWS_PROFILE": "process"}, STATIC, PROCESS),
    "single sign-on": ({"AWS_PROFILE": "s"}, OTHER.replace("other", "s"), "[profile s]\nsso_session = x\n"),
    "keys in the config file": ({}, "", STATIC),
    "web identity": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "x", "AWS_ROLE_ARN": "y"}, STATIC, ""),
    "half of the keys": ({"AWS_ACCESS_KEY_ID": "AKIAENV"}, STATIC, ""),
    "no such profile": ({"AWS_PROFILE": "none"}, STATIC, ""),
    "no readable file": ({}, "no section", ""),
    "nothing": ({}, "", ""),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    return tmp_path


def arrange(home: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[dict[str, str], str, str]) -> dict[str, str]:
    variables, credentials, config = case
    (home / ".aws/credentials").write_text(credentials)
    (home / ".aws/config").write_text(config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {**variables, "HOME": str(home)}


@pytest.mark.parametrize("case", CASES)
def test_static_keys_are_those_that_botocore_finds(home: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    variables = arrange(home, monkeypatch, CASES[case])
    ours = from_variables(variables) or from_profile(variables)
    theirs = botocore.session.get_session().get_credentials().get_frozen_credentials()
    assert ours == Credentials(access_key=theirs.access_key, secret_key=theirs.secret_key, token=theirs.token)


@pytest.mark.parametrize("case", UNUSUAL)
def test_everything_else_is_left_to_botocore(home: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    variables = arrange(home, monkeypatch, UNUSUAL[case])
    assert (from_variables(variables) or from_profile(variables)) is None


def test_a_credential_process_is_run_by_botocore(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = '{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "p", "SessionToken": "t"}'
    (home / "keys.json").write_text(answer)
    config = f"[profile process]\ncredential_process = cat {home}/keys.json\n"
    arrange(home, monkeypatch, ({"AWS_PROFILE": "process"}, "", config))
    assert provider("eu-west-1")() == Credentials(access_key="AKIAPROCESS", secret_key="p", token="t")


def test_without_credentials_the_way_out_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrange(home, monkeypatch, UNUSUAL["nothing"])
    with pytest.raises(CredentialsError, match="aws configure"):
        provider("eu-west-1")


SECRET = "SECRETVALUE1234"
WRAPPED = f"[default]\naws_access_key_id = AKIA\naws_secret_access_key = one\naws_session_token = {SECRET}\n  more\n"
UNSENDABLE: dict[str, tuple[tuple[dict[str, str], str, str], str]] = {
    "a token with a line break": (
        ({**KEYS, "AWS_SESSION_TOKEN": f"{SECRET}\n"}, "", ""),
        "session token from the AWS_",
    ),
    "a secret with a blank": (({**KEYS, "AWS_SECRET_ACCESS_KEY": f"{SECRET} x"}, "", ""), "secret key from the AWS_"),
    "a key in curly quotes": (({**KEYS, "AWS_ACCESS_KEY_ID": f"“{SECRET}”"}, "", ""), "access key from the AWS_"),
    "a token of a profile on two lines": (({}, WRAPPED, ""), "session token from the profile default"),
    "a token that botocore finds on two lines": (({}, "", WRAPPED), "session token from config-file"),
}


@pytest.mark.parametrize("case", UNSENDABLE)
def test_what_no_header_can_hold_is_refused_by_its_name_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    found, named = UNSENDABLE[case]
    arrange(home, monkeypatch, found)
    with pytest.raises(CredentialsError, match=f"the {named}.* holds a blank, a line break or a letter") as refusal:
        provider("eu-west-1")
    assert SECRET not in str(refusal.value)


def test_no_client_sends_what_no_header_can_hold(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrange(home, monkeypatch, UNSENDABLE["a token with a line break"][0])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(CredentialsError, match="the session token from env holds"):
        any_account("eu-west-1").client("s3").list_buckets()


def answer_of(**changes: object) -> str:
    keys = {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": SECRET, "SessionToken": SECRET}
    return json.dumps({**keys, **changes})


ANSWERS = {
    "expired": answer_of(Expiration="2020-01-01T00:00:00Z"),
    "no time": answer_of(Expiration=SECRET),
    "a line break": answer_of(SessionToken=f"{SECRET}\n"),
    "a number": answer_of(AccessKeyId=5),
    "a page": f"<html>{SECRET}</html>",
    "nothing": "",
    "a list": f'["{SECRET}"]',
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_process_that_gives_no_credentials_is_told_in_a_line_without_its_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    (home / "answer").write_text(ANSWERS[case])
    arrange(home, monkeypatch, ({}, "", f"[default]\ncredential_process = cat {home}/answer\n"))
    with pytest.raises(CredentialsError) as refusal:
        provider("eu-west-1")
    assert SECRET not in str(refusal.value)
    assert "\n" not in str(refusal.value)


UNUSABLE: dict[str, tuple[dict[str, str], str, str]] = {
    "a quote that does not end": ({}, "", "[default]\ncredential_process = cat 'x\n"),
    "a program that is not there": ({}, "", "[default]\ncredential_process = no-such-program\n"),
    "a container of another host": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.org/x"}, "", ""),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_whatever_botocore_cannot_use_is_told_in_a_line(home: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    arrange(home, monkeypatch, UNUSABLE[case])
    with pytest.raises(CredentialsError, match="no usable AWS credentials"):
        provider("eu-west-1")


def test_keys_that_cannot_be_renewed_are_told_in_mid_work(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    (home / "answer").write_text(answer_of(Expiration=soon))
    arrange(home, monkeypatch, ({}, "", f"[default]\ncredential_process = cat {home}/answer\n"))
    current = provider("eu-west-1")
    (home / "answer").write_text(f"<html>{SECRET}</html>")
    with pytest.raises(CredentialsError, match="cannot be understood: JSONDecodeError"):
        current()


def test_secrets_are_in_no_repr() -> None:
    assert "secret" not in repr(Credentials(access_key="AKIA", secret_key="secret", token="secret-too"))
