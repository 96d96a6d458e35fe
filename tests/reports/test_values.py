from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_changes import CANARY, DATABASE, PARAMETER, node, step

from changes.change import PropertyChange
from rehearsal.graph import SECRET, UNKNOWN, Node
from reports.masking import masked
from reports.safe_text import MOST, safe
from reports.secret_names import is_secret_name
from reports.values import shown

THING = node("acme:x/y:Thing", "thing")
ANY = step("update", THING, THING)


def told(before: Any, after: Any, path: str = "setting", of: Node = THING) -> tuple[str, str]:
    found = shown(PropertyChange(path=path, before=before, after=after), step("update", of, of))
    return found.before, found.after


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "masterPassword",
        "dbpassword",
        "DATABASE_PASSWORD",
        "ses_smtp_password_v4",
        "sesSmtpPasswordV4",
        "secretString",
        "clientSecret",
        "authToken",
        "privateKey",
        "private_key_pem",
        "secretAccessKey",
        "apiKey",
        "SECRET_KEY",
        "X-Origin-Secret",
        "apikey",
        "APIKEY",
        "apikeys",
        "SECRETKEY",
        "secretkey",
        "accesstoken",
        "accesskey",
        "SENTRY_DSN",
    ],
)
def test_a_name_that_looks_secret_is_masked(name: str) -> None:
    assert is_secret_name(name)
    assert told(CANARY, f"{CANARY}-2", name) == (SECRET, f"{SECRET}, another")


@pytest.mark.parametrize(
    "name",
    [
        "httpTokens", "manageMasterUserPassword", "secretArn", "secretId", "passwordLength", "tokenTtl", "kmsKeyId",
        "publicKey", "keyName", "minimumPasswordLength", "accessKeyId", "compass", "instanceClass",
        "apikeyid", "dsnName", "monkey", "tokenizer", "keystone",
    ],
)  # fmt: skip
def test_a_name_that_only_speaks_of_a_secret_is_shown(name: str) -> None:
    assert told("required", "optional", name) == ("required", "optional")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("environment.variables", {"DB_PASSWORD": CANARY, "DEBUG": "1"}),
        ("settings", {"deep": [{"token": {"value": CANARY}}]}),
        ("document", json.dumps({"user": "x", "password": CANARY})),
        ("origins", [{"customHeaders": [{"name": "X-Origin-Secret", "value": CANARY}]}]),
        ("config", {"secure": CANARY}),
        ("config.secure", CANARY),
        ("origins[0].customHeaders[0].value", CANARY),
        ("raw", {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": CANARY}),
        ("url", f"postgresql://user:{CANARY}@db.example/x"),
        ("url", f"postgresql://user:a/{CANARY}@db.example/x"),
        ("url", "x://u:" * 20_000 + f"postgresql://user:{CANARY}@db.example/x" + "://" * 20_000),
        ("key", f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----"),
        ("passwords[2].text", CANARY),
        ("url", f"postgresql://user:a@{CANARY}@db.example/x"),
        ("url", f"https://{CANARY}@git.example/x"),
        ("url", f"https://b.example/k?X-Amz-Date=1&X-Amz-Signature={CANARY}&x=1"),
        ("url", f"https://b.example/k?sig={CANARY}"),
        ("url", f"https://b.example/k?AWSAccessKeyId=A&Signature={CANARY}"),
        ("headers", {"Authorization": f"Basic {CANARY}"}),
        ("command", f"curl -H 'Authorization: Bearer {CANARY}' https://x"),
        ("command", f"curl -u admin:{CANARY} https://x"),
        ("command", f"mysql --password={CANARY}"),
        ("command", f"mysql --password {CANARY}"),
        ("dsn", f"host=db user=app password={CANARY} port=5"),
        ("text", f"database:\n  password: {CANARY}\n"),
        ("userData", f"#!/bin/sh\nexport DB_PASSWORD='{CANARY} with blanks'\n"),
        ("userData", f"#!/bin/sh\nexport SECRET={CANARY}\nexport OTHER=1\n"),
        ("userDataBase64", base64.b64encode(f"#!/bin/sh\nexport SECRET={CANARY}\n".encode()).decode()),
        ("text", f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}"),
        ("text", f"-----BEGIN PRIVATE KEY-----\n{CANARY * 500}"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(path: str, value: Any) -> None:
    change = PropertyChange(path=path, before=None, after=value)
    assert CANARY not in repr(masked(change, ANY)) + repr(shown(change, ANY))
    assert SECRET in repr(masked(change, ANY))


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:/x/y-AbCdEf",
        "secretsmanager:GetSecretValue",
        "Basic Authentication, Bearer certificate",
        "export SECRET=$(aws ssm get-parameter) TOKEN_TTL=60 ORIGIN_SECRET=/product/dev/ORIGIN_SECRET",
        "https://b.example/k?version=1&designated=2",
        base64.b64encode(b"#!/bin/sh\necho hello to the world\n").decode(),
    ],
)
def test_a_text_that_only_speaks_of_a_secret_is_shown(text: str) -> None:
    change = PropertyChange(path="text", before=None, after=text)
    assert masked(change, ANY)[1] == text


def test_an_encrypted_parameter_is_a_secret_and_a_plain_one_is_not() -> None:
    assert told(None, CANARY, "value", node(PARAMETER, "p", {"type": "SecureString"}))[1] == SECRET
    assert told(None, CANARY, "value", node(PARAMETER, "p", {"type": UNKNOWN}))[1] == SECRET
    assert told(None, "plain", "value", node(PARAMETER, "p", {"type": "String"}))[1] == "plain"


def test_what_is_not_there_or_not_known_is_said_in_words() -> None:
    assert told(None, UNKNOWN) == ("not set", "known after the apply")
    assert told(True, 3) == ("true", "3")
    assert told("1", 1) == ("1", "1, another")


def test_of_two_lists_only_what_differs_is_told() -> None:
    assert told(["a", "b", "c"], ["a", "c", "d", "e"]) == ("b, (2 the same)", "d, e, (2 the same)")
    assert told(["a", "b"], ["b", "a"]) == ("the same items", "in another order")
    assert told([], ["a"]) == ("none", "a")
    assert told([1, 2, 3, 4, 5, 6], []) == ("1, 2, 3, 4, 2 more", "none")


def test_of_two_items_that_differ_a_little_the_difference_is_told() -> None:
    old, new = ([{"name": "x" * 300, "port": port, "tail": "y" * 300}] for port in (80, 443))
    assert [("80" in one, "443" in one, len(one) <= MOST) for one in told(old, new)] == [
        (True, False, True),
        (False, True, True),
    ]


def test_of_two_long_texts_the_words_that_differ_are_told() -> None:
    lead = "set -eu; " * 60
    before, after = told(f"{lead}install nginx{lead}", f"{lead}install caddy{lead}")
    assert "nginx" in before
    assert "caddy" in after
    assert len(before) < MOST
    assert before.startswith("…")
    assert before.endswith("…")


def test_lists_that_differ_in_a_secret_alone_are_not_called_the_same() -> None:
    lists = ([{"name": "X-Secret", "value": value}] for value in ("one-secret", "two-secret"))
    before, after = told(*lists)
    assert after == f"{before}, another"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)),
       st.text(st.characters()))  # fmt: skip
def test_any_value_becomes_one_short_line_that_a_terminal_only_prints(value: Any, text: str) -> None:
    for one in told(value, text, path=text, of=node(DATABASE, text)):
        assert len(one) <= MOST + len(", another")
        assert one == safe(one)
        assert one.isprintable() or not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in one)
        one.encode()


def test_a_value_without_an_end_to_its_depth_is_masked() -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    assert "bottom" not in repr(masked(PropertyChange(path="x", before=None, after=deep), ANY))
