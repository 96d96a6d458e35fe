"""The artifacts bucket as a deploy uses it: artifacts, releases, the release program and the audit record.

Nothing that a release is made of is ever overwritten: it is written on condition that its key is free, and keys follow
from the content.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError, asking
from scripts.backend.audit import read_record
from scripts.backend.release import (
    DESCRIPTOR,
    PREFIX,
    PROGRAM_KEY,
    Artifact,
    BackendRelease,
    artifact_key,
    descriptor,
)

AUDIT = f"{PREFIX}/audit/"
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An object, its ETag and how old it is in seconds, by the server's own clock."""

    body: bytes
    etag: str
    age: float


class ConflictError(PlatformError):
    """Somebody else wrote the object since it was read."""


@dataclass(frozen=True)
class ReleaseStore:
    """One environment's artifacts bucket; every method raises AwsRefusedError where AWS refuses."""

    session: Any
    bucket: str

    def publish(self, release: BackendRelease) -> bool:
        """Uploads artifact and release.json where they are not there yet; says whether it did anything."""
        artifact = release.artifact
        uploaded = self._put_new(artifact.key, artifact.path.read_bytes())
        return self._put_new(release.key, release.body) or uploaded

    def has(self, release_id: str) -> bool:
        """Whether the bucket has this release."""
        return self.get(descriptor(release_id)) is not None

    def has_artifact(self, artifact: Artifact) -> bool:
        """Whether the bucket has this artifact."""
        return self._exists(artifact.key)

    def artifact_key(self, release_id: str) -> str | None:
        """Key of what the release is made of; None where its release.json does not tell."""
        found = self.get(descriptor(release_id))
        try:
            return artifact_key(json.loads(found.body)["artifact"]["sha256"]) if found else None
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def has_artifact_of(self, release_id: str) -> bool:
        """Whether the bucket has what this release is made of."""
        key = self.artifact_key(release_id)
        return key is not None and self._exists(key)

    def put_program(self, program: bytes) -> bool:
        """Uploads the release program where another one, or none, is there; says whether it did."""
        found = self.get(PROGRAM_KEY)
        if found is not None and found.body == program:
            return False
        with asking(f"upload {PROGRAM_KEY}"):
            self._client().put_object(Bucket=self.bucket, Key=PROGRAM_KEY, Body=program, ChecksumSHA256=_sum(program))
        return True

    def record(self, key: str, what: Mapping[str, Any]) -> None:
        """Writes one audit record under a key of its own."""
        self.put(f"{AUDIT}{key}.json", (json.dumps(what, indent=1) + "\n").encode(), etag=None)

    def list_keys(self, prefix: str = f"{PREFIX}/") -> list[str]:
        """Every key with this prefix."""
        return [key for _, key in self._listed(prefix)]

    def remove(self, key: str) -> None:
        """Removes an object; the bucket's version of it stays for `artifacts.keep_days`."""
        with asking(f"remove {key}"):
            self._client().delete_object(Bucket=self.bucket, Key=key)

    def history(self) -> Iterator[dict[str, Any]]:
        """Every audit record, the newest first, each fetched when it is asked for; a damaged one is `unreadable`.

        The newest is what S3 got last: the keys follow the clocks of who deployed, and decide within a second only.
        """
        for _, key in sorted(self._listed(AUDIT), reverse=True):
            if (found := self.get(key)) is not None:
                yield read_record(key.removeprefix(AUDIT).removesuffix(".json"), found.body)

    def records(self, limit: int) -> list[dict[str, Any]]:
        """The newest audit records, the newest first."""
        return list(islice(self.history(), limit))

    def get(self, key: str) -> Stored | None:
        """One object; None where there is none."""
        client = self._client()
        with asking(f"read {key}"):
            try:
                answer = client.get_object(Bucket=self.bucket, Key=key)
            except client.exceptions.NoSuchKey:
                return None
            body = answer["Body"].read()
        from email.utils import parsedate_to_datetime

        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return Stored(body=body, etag=answer["ETag"], age=max(0.0, (now - answer["LastModified"]).total_seconds()))

    def put(self, key: str, body: bytes, *, etag: str | None) -> str:
        """Writes over the object with this ETag, or where there is none over nothing; gives the new ETag.

        Raises ConflictError where that is not what is there.
        """
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            with asking(f"write {key}"):
                answer = self._client().put_object(Bucket=self.bucket, Key=key, Body=body, **condition)
        except AwsRefusedError as error:
            if error.code in TAKEN:
                raise ConflictError(f"{key} was written by somebody else meanwhile; run this again") from None
            raise
        return str(answer["ETag"])

    def _listed(self, prefix: str) -> list[tuple[datetime, str]]:
        client, found = self._client(), list[tuple[datetime, str]]()
        with asking(f"list {prefix}"):
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                found += [(one["LastModified"], one["Key"]) for one in page.get("Contents", ())]
        return found

    def _put_new(self, key: str, body: bytes) -> bool:
        """Whether the object was written: False where it is there already with these bytes.

        Raises PlatformError where other bytes are there: somebody has altered them.
        """
        if self._exists(key, body):
            return False
        client = self._client()
        try:
            with asking(f"upload {key}"):
                client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    IfNoneMatch="*",
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=_sum(body),
                )
        except AwsRefusedError as error:
            if error.code not in TAKEN:
                raise
            return False
        return True

    def _exists(self, key: str, body: bytes | None = None) -> bool:
        client = self._client()
        try:
            with asking(f"look for {key}"):
                found = client.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
        except AwsRefusedError as error:
            if error.code in ("404", "NoSuchKey", "NotFound"):
                return False
            raise
        if body is not None and (found["ContentLength"], found.get("ChecksumSHA256")) != (len(body), _sum(body)):
            raise PlatformError(f"s3://{self.bucket}/{key} was altered; remove it, then deploy again")
        return True

    def _client(self) -> Any:
        return self.session.client("s3")


def released(keys: Iterable[str]) -> list[str]:
    """Ids of the releases among the bucket's keys."""
    ids = [key.removeprefix(f"{PREFIX}/").removesuffix(DESCRIPTOR) for key in keys if key.endswith(DESCRIPTOR)]
    return [one for one in ids if "/" not in one]


def _sum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
