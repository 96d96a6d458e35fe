"""Where files are kept: a public store behind the CDN, and a private one whose URLs are signed and soon expire."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.signing import TimestampSigner
from django.urls import reverse

SIGNED_SECONDS = 300
PUBLIC, PRIVATE = "default", "private"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The media bucket; public files are served from `custom_domain`, S3's own address where it is empty."""

    name: str
    region: str
    custom_domain: str
    url_protocol: str
    signature_version: str

    def options(self) -> dict[str, Any]:
        """What both stores need of django-storages; credentials are boto3's own business."""
        timeouts = Config(
            signature_version=self.signature_version,
            connect_timeout=3,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        return {
            "bucket_name": self.name,
            "region_name": self.region,
            "client_config": timeouts,
            "default_acl": None,
            "file_overwrite": True,  # keys are random: asking whether one is taken would be a request for nothing
        }


def backends(bucket: Bucket | None, *, private_root: Path) -> dict[str, Any]:
    """Django's STORAGES; without a bucket files are kept on the local disk."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if bucket is None:
        return {
            PUBLIC: {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            PRIVATE: {"BACKEND": "diceytech.storage.PrivateFileSystemStorage", "OPTIONS": {"location": private_root}},
            "staticfiles": static,
        }
    public = {
        "custom_domain": bucket.custom_domain or None,
        "url_protocol": bucket.url_protocol,
        "querystring_auth": not bucket.custom_domain,
        "object_parameters": {"CacheControl": "max-age=86400"},
    }
    private = {
        "custom_domain": None,
        "querystring_auth": True,
        "querystring_expire": SIGNED_SECONDS,
        "object_parameters": {"CacheControl": "private, no-store", "ContentDisposition": "attachment"},
    }
    s3 = "storages.backends.s3.S3Storage"
    return {
        PUBLIC: {"BACKEND": s3, "OPTIONS": {**bucket.options(), **public}},
        PRIVATE: {"BACKEND": s3, "OPTIONS": {**bucket.options(), **private}},
        "staticfiles": static,
    }


def signer() -> TimestampSigner:
    """Signs the paths of private files on a local disk."""
    return TimestampSigner(salt="private-file")


def private_storage() -> Storage:
    """The private store, for model fields."""
    return storages[PRIVATE]


class PrivateFileSystemStorage(FileSystemStorage):
    """Files on the local disk whose URLs are signed, as S3's are."""

    def url(self, name: str | None) -> str:
        """A path that `private_file` answers for five minutes."""
        return reverse("private-file", args=[signer().sign(name or "")])
