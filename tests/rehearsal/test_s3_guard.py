"""The local S3 that judges: what boto3 signs is let in, and nothing else that the bucket's policy does not allow."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra import bucket_policies
from rehearsal.s3_guard import SECRET, cdn_key
from rehearsal.s3_signatures import Refusal, Request, signer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
ACCOUNT, BUCKET, DISTRIBUTION = "123456789012", "site", "E1ABC"
KEYS = ("index.html", "a b/ü+&=.txt", "a//b", "deep/er.~-_")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a local AWS with one bucket, which a distribution may read but for `.releases/`."""
    announcement = tmp_path_factory.mktemp("aws") / "aws.json"
    command = [sys.executable, "-m", "rehearsal.local_server", "--guard-s3", "--announce", str(announcement)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not announcement.exists():
            assert process.poll() is None
        address = f"http://127.0.0.1:{json.loads(announcement.read_text())['port']}"
        client = account(address)
        client.create_bucket(Bucket=BUCKET)
        for key in (*KEYS, ".releases/current.json"):
            client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
        cdn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{DISTRIBUTION}"
        statements = bucket_policies.read_by_distribution(BUCKET, prefixes=[""], distribution_arn=cdn, listing=False)
        hidden = bucket_policies.hidden_from_distribution(BUCKET, prefix=".releases/")
        policy = bucket_policies.bucket_policy(BUCKET, [*statements, hidden])
        client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        yield address
        process.terminate()


def account(address: str, key: str = ACCOUNT, secret: str = SECRET) -> Any:
    """A boto3 client with these keys."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}),
    )


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def code(client: Any, key: str) -> str:
    """S3's error code for a read, empty where it is answered."""
    from botocore.exceptions import ClientError

    try:
        client.get_object(Bucket=BUCKET, Key=key)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_the_owner_reads_writes_and_lists_whatever_the_keys_are(s3: str) -> None:
    client = account(s3)
    for key in KEYS:
        assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == key.encode()
    assert {one["Key"] for one in client.list_objects_v2(Bucket=BUCKET)["Contents"]} >= set(KEYS)


def test_a_wrong_secret_opens_nothing(s3: str) -> None:
    assert code(account(s3, secret="guess"), "index.html") == "SignatureDoesNotMatch"


def test_a_signed_url_opens_its_own_object_until_it_expires(s3: str) -> None:
    for key in KEYS:
        url = account(s3).generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
        assert status(url) == 200
        assert status(url.replace("Expires=60", "Expires=61")) == 403
        assert status(url.split("?")[0]) == 403
    asked = Request(method="GET", path=urlsplit(url).path, query=urlsplit(url).query, headers={"host": s3[7:]})
    now = datetime.now(UTC)
    assert signer(asked, secret=SECRET, now=now) == ACCOUNT
    late = signer(asked, secret=SECRET, now=now + timedelta(seconds=90))
    assert isinstance(late, Refusal)
    assert late.message == "Request has expired"


def test_only_the_named_distribution_reads_and_not_what_is_hidden_from_it(s3: str) -> None:
    mine = account(s3, key=cdn_key(ACCOUNT, DISTRIBUTION))
    assert code(mine, "index.html") == ""
    assert code(mine, ".releases/current.json") == "AccessDenied"
    assert code(mine, "none.html") == "AccessDenied"  # without ListBucket a missing key is not told apart
    assert code(account(s3, key=cdn_key(ACCOUNT, "E2OTHER")), "index.html") == "AccessDenied"
    assert code(account(s3, key=cdn_key("210987654321", DISTRIBUTION)), "index.html") == "AccessDenied"


def test_another_account_and_nobody_read_nothing(s3: str) -> None:
    assert code(account(s3, key="210987654321"), "index.html") == "AccessDenied"
    assert status(f"{s3}/{BUCKET}/index.html") == 403
    assert status(f"{s3}/{BUCKET}") == 403


def test_a_distribution_writes_nothing(s3: str) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError, match="AccessDenied"):
        account(s3, key=cdn_key(ACCOUNT, DISTRIBUTION)).put_object(Bucket=BUCKET, Key="x", Body=b"x")


def test_an_old_or_unreadable_signature_is_refused_as_such(s3: str) -> None:
    assert status(f"{s3}/{BUCKET}/index.html?AWSAccessKeyId={ACCOUNT}&Signature=x&Expires=9999999999") == 403
    assert status(f"{s3}/{BUCKET}/index.html?X-Amz-Signature=x&X-Amz-Credential=y") == 403
