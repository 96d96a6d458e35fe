"""The connections of AWS's API."""

from __future__ import annotations

import http.client
from collections import deque

import pytest

from scripts.aws.http import AwsError, AwsHttp, Retries, close_all, endpoint
from scripts.aws.session import any_account
from scripts.aws.signing import Credentials


class Returned(http.client.HTTPConnection):
    """A connection at whose close a thread that was still reading gives another one back."""

    def __init__(self, idle: deque[http.client.HTTPConnection], *others: Returned) -> None:
        super().__init__("localhost")
        self.idle, self.others, self.closed = idle, others, False

    def close(self) -> None:
        self.closed = True
        self.idle.extend(self.others)


def test_a_connection_that_comes_back_while_all_are_closed_is_closed_too() -> None:
    idle: deque[http.client.HTTPConnection] = deque()
    late = Returned(idle)
    early = Returned(idle, late)
    idle.append(early)
    close_all(idle)
    assert (early.closed, late.closed, len(idle)) == (True, True, 0)


@pytest.mark.parametrize(
    "value", ["localhost:1", "ftp://x", "http://x/path", "http://user:SECRET@x", "http://x\ny", "/"]
)
def test_an_endpoint_that_is_none_is_refused_by_its_variable(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", value)
    for asked in (lambda: endpoint("s3", "https://s3.amazonaws.com"), lambda: any_account("us-east-1").client("s3")):
        with pytest.raises(
            AwsError, match=r"^AWS_ENDPOINT_URL_S3: an endpoint begins with http:// or https://"
        ) as told:
            asked()
        assert "SECRET" not in str(told.value)


def test_an_endpoint_of_many_words_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://x/path")
    with pytest.raises(AwsError, match=r"^AWS_ENDPOINT_URL_SECRETS_MANAGER: an endpoint begins with"):
        any_account("us-east-1").client("secretsmanager")


def test_the_endpoint_of_a_service_that_is_not_called_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://gw.example/bedrock")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    assert endpoint("s3", "https://s3.amazonaws.com") == "http://127.0.0.1:1"
    assert any_account("us-east-1").client("s3").meta.endpoint_url == "http://127.0.0.1:1"


def asked(address: str, *, region: str = "us-east-1") -> None:
    """One request there, not repeated."""
    keys, once = Credentials(access_key="AKIA", secret_key="x"), Retries(attempts=1)
    AwsHttp(service="s3", region=region, endpoint=address, credentials=lambda: keys, retries=once).request("GET", "/")


@pytest.mark.parametrize("letter", ["\n", "“"])
def test_a_header_that_cannot_be_sent_is_told_without_it(letter: str) -> None:
    with pytest.raises(AwsError, match=r"the request to 127\.0\.0\.1:1 cannot be sent") as told:
        asked("http://127.0.0.1:1", region=f"eu{letter}west")
    assert "eu" not in str(told.value)


def test_certificates_that_cannot_be_read_are_told_by_their_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nope.pem")
    with pytest.raises(AwsError, match=r"AWS_CA_BUNDLE: /nope\.pem cannot be used \(No such file or directory\)"):
        asked("https://127.0.0.1:1")
