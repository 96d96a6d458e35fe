"""Pulumi's self-managed state backends as files: a directory (`file://`) or a bucket (`s3://`).

Only what Pulumi itself has no command for: who holds a lock, and earlier versions of a state. Paths are those of
Pulumi's layout, below the backend's root: `.pulumi/stacks/<project>/<stack>.json` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from infra.errors import PlatformError
from scripts.aws.asking import asking


class BackendError(PlatformError):
    """The backend is of a kind that keeps its own history and locks."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One stored file as it was: its name, when it was written, and how it is read."""

    name: str
    written: datetime
    read: Callable[[], bytes]


class Backend(Protocol):
    """What is needed of a backend."""

    def read(self, path: str) -> bytes:
        """The file's content; nothing where there is none."""

    def below(self, path: str) -> Iterator[Version]:
        """All files whose path begins so, in every version that is kept."""

    def there(self, path: str) -> Iterator[Version]:
        """All files whose path begins so, as they are now: none that was deleted."""

    def replace(self, path: str, content: bytes, aside: str) -> None:
        """Writes the file; what was there is kept as `aside`."""


def backend(url: str) -> Backend:
    """The backend of a URL as `pulumi login` takes it; raises BackendError for any other kind."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Directory(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme == "s3":
        return Bucket(parts.netloc, parts.path.strip("/"), parse_qs(parts.query))
    raise BackendError(f"the state is kept at {url}, which keeps its own history: see `pulumi stack history`")


@dataclass(frozen=True)
class Directory:
    """A directory on this machine."""

    root: Path

    def read(self, path: str) -> bytes:
        """The file's content."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else b""

    def below(self, path: str) -> Iterator[Version]:
        """The files; a directory keeps one version of each."""
        start = f"{self.root}/{path}"  # with the slash that a directory ends in, so that `dev/` is not of `dev-2`
        parent = Path(start).parent
        for file in sorted(parent.rglob("*") if parent.is_dir() else ()):
            if file.is_file() and str(file).startswith(start):
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                yield Version(name=file.name, written=written, read=file.read_bytes)

    def there(self, path: str) -> Iterator[Version]:
        """The same files."""
        return self.below(path)

    def replace(self, path: str, content: bytes, aside: str) -> None:
        """Writes it beside, then renames."""
        file = self.root / path
        file.rename(self.root / aside)
        draft = file.with_name(f".{file.name}.draft")
        draft.write_bytes(content)
        draft.replace(file)


class Bucket:
    """A bucket, with the credentials that Pulumi would use."""

    def __init__(self, name: str, prefix: str, query: dict[str, list[str]]) -> None:
        from scripts.aws.session import any_account

        self._name = name
        self._prefix = f"{prefix}/" if prefix else ""
        region, endpoint = (query.get(key, [None])[0] for key in ("region", "endpoint"))
        self._s3: Any = any_account(region).client("s3", endpoint_url=endpoint)

    def read(self, path: str) -> bytes:
        """The object's content."""
        return self._content(self._prefix + path, "s3:GetObject")

    def below(self, path: str) -> Iterator[Version]:
        """The objects in all their versions."""
        for one in self._listed("list_object_versions", "Versions", path, "s3:ListBucketVersions"):
            yield Version(
                name=f"{one['Key'].rpartition('/')[2]} version {one['VersionId']}",
                written=one["LastModified"].astimezone(UTC),
                read=partial(self._content, one["Key"], "s3:GetObjectVersion", VersionId=one["VersionId"]),
            )

    def there(self, path: str) -> Iterator[Version]:
        """The objects; one that was deleted is still among the versions."""
        for one in self._listed("list_objects_v2", "Contents", path, "s3:ListBucket"):
            yield Version(
                name=one["Key"].rpartition("/")[2],
                written=one["LastModified"].astimezone(UTC),
                read=partial(self._content, one["Key"], "s3:GetObject"),
            )

    def replace(self, path: str, content: bytes, aside: str) -> None:
        """Copies what is there, then writes."""
        source = {"Bucket": self._name, "Key": self._prefix + path}
        with self._needing("s3:GetObject and s3:PutObject", "its objects"):
            self._s3.copy_object(Bucket=self._name, Key=self._prefix + aside, CopySource=source)
            self._s3.put_object(Bucket=self._name, Key=self._prefix + path, Body=content)

    def _listed(self, operation: str, key: str, path: str, permission: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._s3.get_paginator(operation).paginate(Bucket=self._name, Prefix=self._prefix + path))
        while True:
            with self._needing(permission, "the bucket"):
                page = next(pages, None)
            if page is None:
                return
            yield from page.get(key, [])

    def _content(self, key: str, permission: str, **version: str) -> bytes:
        with self._needing(permission, "its objects"):
            try:
                content: bytes = self._s3.get_object(Bucket=self._name, Key=key, **version)["Body"].read()
            except self._s3.exceptions.NoSuchKey:
                return b""
        return content

    def _needing(self, permission: str, on: str) -> AbstractContextManager[None]:
        remedy = f"it needs {permission} on {on}, and what the bucket's key needs"
        return asking(f"the state in the bucket {self._name}", remedy=remedy)
