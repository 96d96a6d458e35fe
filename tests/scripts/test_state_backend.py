"""Locks and earlier versions of a state, in a bucket and in a directory (scripts/engine/state_backend.py)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from scripts import recover
from scripts.aws.asking import AwsRefusedError
from scripts.engine import pulumi_cli, state_restore
from scripts.engine.pulumi_cli import LockedError
from scripts.engine.stack import Stack
from scripts.engine.state_backend import Bucket
from scripts.engine.state_restore import locks, restore_state

STACK = Stack(directory=Path(), project="platform", name="dev", account_id="123456789012", region="eu-central-1")
STATE, LOCKS = ".pulumi/stacks/platform/dev.json", ".pulumi/locks/organization/platform"
GOOD = json.dumps({"checkpoint": {"latest": {"manifest": {"time": "now"}}}})


def lock(pid: int = 1) -> str:
    host = os.uname().nodename
    return json.dumps({"username": "me", "hostname": host, "pid": pid, "timestamp": "2026-11-26T00:00:00Z"})


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The state's bucket, which keeps versions."""
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="state")
        s3.put_bucket_versioning(Bucket="state", VersioningConfiguration={"Status": "Enabled"})
        monkeypatch.setattr(state_restore, "pulumi_whoami", lambda _: {"url": "s3://state?region=us-east-1"})
        yield s3


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state_restore, "pulumi_whoami", lambda _: {"url": tmp_path.as_uri()})
    return tmp_path


def put(directory: Path, name: str, content: str) -> None:
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def test_a_lock_in_a_bucket_that_was_released_is_none_and_one_that_is_held_is(bucket: Any) -> None:
    bucket.put_object(Bucket="state", Key=f"{LOCKS}/dev/1.json", Body=lock(1))
    bucket.delete_object(Bucket="state", Key=f"{LOCKS}/dev/1.json")
    assert locks(STACK) == []
    bucket.put_object(Bucket="state", Key=f"{LOCKS}/dev/2.json", Body=lock(2))
    bucket.put_object(Bucket="state", Key=f"{LOCKS}/dev-2/3.json", Body=lock(3))
    assert [getattr(one, "pid", None) for one in locks(STACK)] == [2]


def test_a_damaged_state_in_a_bucket_comes_back_from_its_earlier_version(bucket: Any) -> None:
    for content in (GOOD, GOOD[:9]):
        bucket.put_object(Bucket="state", Key=STATE, Body=content)
    said = restore_state(STACK)
    assert said is not None
    assert bucket.get_object(Bucket="state", Key=STATE)["Body"].read().decode() == GOOD


def test_a_lock_of_a_stack_whose_name_begins_alike_is_another_one(directory: Path) -> None:
    put(directory, f"{LOCKS}/dev-2/1.json", lock())
    assert locks(STACK) == []


@pytest.mark.parametrize("content", ['{"pid":47', "", "[]", '{"pid": 47}'])
def test_a_lock_that_is_cut_off_is_told_and_broken_by_force_alone(
    directory: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    put(directory, f"{LOCKS}/dev/1.json", content)
    called: list[tuple[str, ...]] = []

    def engine(_stack: Stack, *words: str) -> str:
        called.append(words)
        return json.dumps({"deployment": {}})

    monkeypatch.setattr(recover, "pulumi", engine)
    monkeypatch.setattr(pulumi_cli, "pulumi", engine)
    with pytest.raises(LockedError, match=r"its lock file 1\.json is damaged.*recover --env dev --force"):
        recover.recover(STACK, force=False, restore=False)
    assert called == []
    assert recover.recover(STACK, force=True, restore=False) == []
    assert called[0] == ("cancel", "--yes")


@pytest.mark.parametrize(
    ("refused", "needed"),
    [
        ("ListObjectVersions", "s3:ListBucketVersions on the bucket"),
        ("ListObjectsV2", "s3:ListBucket on the bucket"),
        ("GetObject", "s3:GetObjectVersion on its objects"),
        ("PutObject", "s3:GetObject and s3:PutObject on its objects"),
    ],
)
def test_what_the_credentials_may_not_is_named(bucket: Any, refused: str, needed: str) -> None:
    bucket.put_object(Bucket="state", Key=STATE, Body=GOOD)
    stored = Bucket("state", "", {"region": ["us-east-1"]})
    versions = list(stored.below(STATE))

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, refused)

    stored._s3.meta.events.register(f"before-call.s3.{refused}", refuse)
    does = {
        "ListObjectVersions": lambda: list(stored.below(STATE)),
        "ListObjectsV2": lambda: list(stored.there(STATE)),
        "GetObject": lambda: versions[0].read(),
        "PutObject": lambda: stored.replace(STATE, b"x", f"{STATE}.damaged"),
    }
    with pytest.raises(AwsRefusedError) as told:
        does[refused]()
    assert f"AWS refuses {refused} (AccessDenied: no); it needs {needed}" in str(told.value)
