"""Pulumi's self-managed state backends as files: a directory (`file://`) or a bucket (`s3://`).

Only what Pulumi itself has no command for: who holds a lock, and earlier versions of a state. Paths are those of
Pulumi's layout, below the backend's root: `.pulumi/stacks/<project>/<stack>.json` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from infra.errors import PlatformError


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
        start = self.root / path
        for file in sorted(start.parent.rglob("*") if start.parent.is_dir() else ()):
            if file.is_file() and str(file).startswith(str(start)):
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                yield Version(name=file.name, written=written, read=file.read_bytes)

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
        import boto3

        self._name = name
        self._prefix = f"{prefix}/" if prefix else ""
        region, endpoint = (query.get(key, [None])[0] for key in ("region", "endpoint"))
        self._s3: Any = boto3.client("s3", region_name=region, endpoint_url=endpoint)

    def read(self, path: str) -> bytes:
        """The object's content."""
        return self._content(self._prefix + path)

    def below(self, path: str) -> Iterator[Version]:
        """The objects in all their versions."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._name, Prefix=self._prefix + path)
        for one in (one for page in pages for one in page.get("Versions", [])):
            yield Version(
                name=f"{one['Key'].rpartition('/')[2]} version {one['VersionId']}",
                written=one["LastModified"].astimezone(UTC),
                read=partial(self._content, one["Key"], VersionId=one["VersionId"]),
            )

    def replace(self, path: str, content: bytes, aside: str) -> None:
        """Copies what is there, then writes."""
        source = {"Bucket": self._name, "Key": self._prefix + path}
        self._s3.copy_object(Bucket=self._name, Key=self._prefix + aside, CopySource=source)
        self._s3.put_object(Bucket=self._name, Key=self._prefix + path, Body=content)

    def _content(self, key: str, **version: str) -> bytes:
        from botocore.exceptions import ClientError

        try:
            content: bytes = self._s3.get_object(Bucket=self._name, Key=key, **version)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return b""
            raise
        return content
