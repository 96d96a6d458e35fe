"""What the platform asks of the product: health, logs, settings, schema."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import boto3
import pytest
from accounts.models import User
from diceytech import environment, health, logs
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from rest_framework.test import APIClient

from tests.conftest import PASSWORD
from tests.services import BUCKET

pytestmark = pytest.mark.django_db


def test_an_answer_loads_nothing_and_is_kept_by_nobody_unless_its_view_says_so() -> None:
    data, page = Client().get("/api/projects/"), Client().get("/admin/login/")
    assert data.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert data.headers["Cache-Control"] == "no-store, max-age=0"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]


def test_healthz_answers_whatever_the_host_and_without_tls() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["only.example"]):
        answer = Client().get("/healthz", HTTP_HOST="localhost")
        alive = Client().get("/livez", HTTP_HOST="anything")
    assert (answer.status_code, alive.status_code) == (200, 200)
    checks = {"database": "ok", "migrations": "ok", "storage": "ok"}
    assert answer.json() == {"status": "ok", "version": "development", "checks": checks}


def test_healthz_is_503_while_a_migration_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "migrations", health._Migrations())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "failing"
    assert Client().get("/livez").status_code == 200


def test_healthz_is_503_while_the_bucket_is_gone(empty_bucket: None) -> None:
    client = boto3.client("s3")
    client.delete_bucket(Bucket=BUCKET)
    try:
        answer = Client().get("/healthz")
    finally:
        client.create_bucket(Bucket=BUCKET)
    assert (answer.status_code, answer.json()["checks"]["storage"]) == (503, "failing")


def test_health_for_the_world_needs_no_token() -> None:
    assert APIClient().get("/api/health/").json() == {"status": "ok", "version": "development"}


def test_the_version_is_that_of_the_artifact(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("1.2.3\n")
    assert environment.release(tmp_path) == "1.2.3"


def test_a_log_line_is_one_json_object_with_its_level() -> None:
    record = logging.LogRecord("a", logging.ERROR, __file__, 1, "two\nlines %s", ("x",), None)
    line = logs.JsonFormatter("dev", "1.0").format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["message"], found["release"]) == ("ERROR", "two\nlines x", "1.0")


def test_the_guides_watchtower_is_an_option() -> None:
    plain = logs.configuration(level="INFO", environment="dev", release="1", cloudwatch_group=None)
    with_it = logs.configuration(level="INFO", environment="dev", release="1", cloudwatch_group="diceytech-backend")
    assert list(plain["handlers"]) == ["stdout"]
    assert with_it["handlers"]["cloudwatch"]["class"] == "watchtower.CloudWatchLogHandler"
    assert with_it["root"]["handlers"] == ["stdout", "cloudwatch"]


def test_media_prefixes_that_would_show_resumes_are_an_error() -> None:
    with override_settings(MEDIA_PRIVATE_PREFIXES=["cvs/"]):
        assert "diceytech.E001" in [found.id for found in run_checks()]
    assert run_checks() == []


def test_the_schema_describes_every_path_and_the_page_needs_no_inline_script() -> None:
    schema = APIClient().get("/api/schema/").json()
    assert {"/api/auth/login/", "/api/projects/{id}/join/", "/api/notifications/{id}/read/"} <= set(schema["paths"])
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert b"<script>" not in page.content


def test_migrations_are_those_of_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_demo_data_is_made_once_and_lets_one_in(settings: Any) -> None:
    call_command("createdemo", verbosity=0)
    before = User.objects.count()
    call_command("createdemo", verbosity=0)
    assert User.objects.count() == before
    answer = APIClient().post("/api/auth/login/", {"email": "demo@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert not User.objects.get(email="demo@example.com").is_staff


def test_the_demo_log_in_works_with_the_password_that_was_given() -> None:
    call_command("createdemo", password="demo-pass-77", verbosity=0)
    body = {"email": "demo@example.com", "password": "demo-pass-77"}
    client = APIClient()
    access = client.post("/api/auth/login/", body).json()["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    for path in ("projects", "jobs", "hackathons", "notifications"):
        assert client.get(f"/api/{path}/").json()["count"] > 0, path


def test_the_admin_and_its_styles_are_served() -> None:
    assert Client().get("/admin/login/").status_code == 200
    style = Client().get("/static/admin/css/base.css")
    assert b"".join(style)  # type: ignore[arg-type] # a streamed answer
    assert style.status_code == 200
    style.close()
