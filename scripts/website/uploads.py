"""Files into the bucket: many at once by obstore, each checked by the ETag that S3 answers with."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.errors import PlatformError
from scripts.aws.http import Retries
from scripts.aws.signing import Credentials
from scripts.website.bucket import Bucket
from scripts.website.headers import Headers
from scripts.website.plan import Wanted
from scripts.website.release import Stored

if TYPE_CHECKING:
    from obstore.store import S3Store

PART = 8 * 1024 * 1024  # bytes; a larger file goes in parts of this size
PARTS_AT_ONCE = 4
NO_PROXY, EVERY_HOST = "http://localhost", "*,0.0.0.0/0,::/0"
# Variables that obstore obeys, and for which it has no value that means none.
OBEYED = ("AWS_SERVER_SIDE_ENCRYPTION", "AWS_CHECKSUM_ALGORITHM")


class UploadError(PlatformError):
    """A file did not arrive as it is."""


class Uploads:
    """Writes files to one bucket; safe to use from several threads."""

    def __init__(self, bucket: Bucket, credentials: Callable[[], Credentials], retries: Retries | None = None) -> None:
        self._bucket = bucket
        self._made: S3Store | None = None
        self._making = threading.Lock()
        self._make: Callable[[], S3Store] = lambda: _store(bucket, credentials, retries or Retries())

    def put(self, file: Wanted, kept: Headers) -> Stored:
        """Writes one file, whole or not at all; raises UploadError or AwsError.

        An ETag that is not that of the content (a bucket under a KMS key has such) is settled by reading it back.
        """
        import obstore
        from obstore.exceptions import BaseError

        attributes: Any = {"Content-Type": kept.content_type, "Cache-Control": kept.cache_control}
        try:
            if file.size > PART:
                sha256, expected, size = _digests(file.path)
                result = obstore.put(
                    self._store(),
                    file.key,
                    Path(file.path),
                    attributes=attributes,
                    use_multipart=True,
                    chunk_size=PART,
                    max_concurrency=PARTS_AT_ONCE,
                )
            else:
                body = _read(file)
                size, sha256 = len(body), hashlib.sha256(body).hexdigest()
                expected = hashlib.md5(body, usedforsecurity=False).hexdigest()
                result = obstore.put(self._store(), file.key, body, attributes=attributes, use_multipart=False)
        except OSError as error:
            raise UploadError(f"{file.key}: cannot be read ({error.strerror}); build again") from None
        except BaseError as error:
            raise UploadError(
                f"{file.key}: was not written ({_first_line(error)}); run the same command again"
            ) from None
        etag = (result["e_tag"] or "").strip('"')
        if etag != expected:
            etag = self.read_back(file.key, sha256)
        return Stored(sha256=sha256, etag=etag, size=size, headers=kept)

    def _store(self) -> S3Store:
        """Made when the first file is written: most deploys of an unchanged build write none."""
        with self._making:
            self._made = self._made or self._make()
            return self._made

    def read_back(self, key: str, sha256: str) -> str:
        """The ETag of an object that has this content; raises UploadError where it has another."""
        found = self._bucket.get(key)
        if found is None or hashlib.sha256(found.body).hexdigest() != sha256:
            raise UploadError(f"{key}: arrived damaged, by its ETag and its content; run the same command again")
        return found.etag


def sha256_of(path: str, size: int) -> str:
    """SHA-256 of a file of `size` bytes, in hex; raises UploadError where it cannot be read."""
    try:
        if size > PART:
            return _digests(path)[0]
        with FileIO(path) as stream:
            return hashlib.sha256(stream.read(size + 1)).hexdigest()
    except OSError as error:
        raise UploadError(f"{path}: cannot be read ({error.strerror}); build again") from None


def etag_of(path: str, size: int) -> str:
    """The ETag that S3 gives to a file of `size` bytes, as it is uploaded here; raises UploadError."""
    try:
        if size > PART:
            return _digests(path)[1]
        with FileIO(path) as stream:
            return hashlib.md5(stream.read(size + 1), usedforsecurity=False).hexdigest()
    except OSError as error:
        raise UploadError(f"{path}: cannot be read ({error.strerror}); build again") from None


def _read(file: Wanted) -> bytes:
    if file.content is not None:
        return file.content
    with FileIO(file.path) as stream:
        return stream.readall()


def _digests(path: str) -> tuple[str, str, int]:
    """SHA-256, the ETag that S3 gives to an upload in parts (MD5 of the parts' MD5s), and the size in bytes."""
    whole, parts, size = hashlib.sha256(), [], 0
    with FileIO(path) as stream:
        while data := stream.read(PART):
            whole.update(data)
            parts.append(hashlib.md5(data, usedforsecurity=False).digest())
            size += len(data)
    joined = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()
    return whole.hexdigest(), f"{joined}-{len(parts)}", size


def _store(bucket: Bucket, credentials: Callable[[], Credentials], retries: Retries) -> S3Store:
    from obstore.store import S3Store

    def provide() -> Any:
        known = credentials()
        found = {"access_key_id": known.access_key, "secret_access_key": known.secret_key, "expires_at": None}
        return {**found, "token": known.token} if known.token else found

    for name in OBEYED:
        if name in os.environ:
            raise UploadError(f"{name}: would change how the files are written; unset it, the bucket's own rule holds")
    where = bucket.place
    plain = where.endpoint.startswith("http:")
    authority: Any = os.environ.get("AWS_CA_BUNDLE")
    # A proxy that is asked for no host, so that none of the environment's is: scripts/aws/http.py asks none either.
    client: Any = {"allow_http": plain, "timeout": "120s", "proxy_url": NO_PROXY, "proxy_excludes": EVERY_HOST}
    if authority and not plain:
        client["root_certificate"] = Path(authority).read_bytes()
    # obstore reads every variable of its own, so that whatever one could set has a value here.
    # The payload is not signed: that would hash every file once more, and its ETag is checked all the same.
    return S3Store(
        where.bucket,
        region=where.region,
        endpoint=where.endpoint,
        virtual_hosted_style_request=not where.base,
        unsigned_payload=True,
        skip_signature=False,
        s3_express=False,
        request_payer=False,
        disable_tagging=False,
        conditional_put="etag",
        copy_if_not_exists="multipart",
        client_options=client,
        credential_provider=provide,
        retry_config={
            "max_retries": retries.attempts - 1,
            "backoff": {
                "init_backoff": timedelta(seconds=retries.first),
                "max_backoff": timedelta(seconds=retries.most),
                "base": 2,
            },
            "retry_timeout": timedelta(minutes=3),
        },
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split("\n")[0].split())[:300]
