"""People, their clients, and files to upload."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from accounts.authentication import log_in
from accounts.models import Skill, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from PIL import Image
from procrastinate.contrib.django import app
from projects.models import Project
from rest_framework.test import APIClient

from tests.services import BUCKET

PASSWORD = "testpass123"
MakeUser = Callable[..., User]


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """Makes users by name."""

    def make(name: str = "ada", **fields: Any) -> User:
        return User.objects.create_user(name, f"{name}@example.com", PASSWORD, **fields)

    return make


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada")


@pytest.fixture
def bob(make_user: MakeUser) -> User:
    return make_user("bob")


@pytest.fixture
def unused_tcp_port() -> int:
    """A port of loopback that is free now."""
    from rehearsal.postgres import free_port

    return free_port()


def client_of(user: User | None = None) -> APIClient:
    """A client with a real access token, or without one."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {log_in(user).access_token}")
    return client


@pytest.fixture
def as_ada(ada: User) -> APIClient:
    return client_of(ada)


@pytest.fixture
def as_bob(bob: User) -> APIClient:
    return client_of(bob)


def project(organizer: User, **fields: Any) -> Project:
    """A project that runs for a week."""
    values = {
        "title": "Compiler",
        "description": "Write one",
        "project_type": "practice",
        "difficulty": "beginner",
        "category": "languages",
        "start_date": now(),
        "end_date": now() + timedelta(days=7),
    }
    return Project.objects.create(organizer=organizer, **{**values, **fields})


@pytest.fixture
def python_skill(db: None) -> Skill:
    return Skill.objects.create(name="Python", category="language")


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), name: str = "me.png") -> SimpleUploadedFile:
    """A real picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/png")


def pdf(name: str = "cv.pdf") -> SimpleUploadedFile:
    """What looks like a PDF from its first bytes."""
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n", content_type="application/pdf")


def docx() -> SimpleUploadedFile:
    """The least that is a Word document."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return SimpleUploadedFile("cv.docx", buffer.getvalue())


def stored_keys(prefix: str = "") -> set[str]:
    """Keys in the emulated bucket."""
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return {item["Key"] for item in found.get("Contents", [])}


@pytest.fixture
def empty_bucket() -> Iterator[None]:
    """A bucket without files, before and after."""

    def empty() -> None:
        for key in stored_keys():
            boto3.client("s3").delete_object(Bucket=BUCKET, Key=key)

    empty()
    yield
    empty()


def work() -> None:
    """A worker on PostgreSQL that does everything in the queue, then stops."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
