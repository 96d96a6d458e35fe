"""A database password that rotates, by real processes on a real PostgreSQL, with the secret in an emulator."""

from __future__ import annotations

import json
import secrets
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from accounts.authentication import log_in
from diceytech.postgresql import base, password
from django.db import connection
from notifications.models import Notification
from notifications.tasks import tell

from tests.conftest import MakeUser
from tests.servers import ask, gunicorn, process

pytestmark = pytest.mark.django_db(transaction=True)
ROLE = "rotated"


@dataclass
class Rotation:
    """A role of its own, and the secret that holds its password as RDS keeps it."""

    client: Any = field(default_factory=lambda: boto3.client("secretsmanager"))
    arn: str = ""

    def start(self) -> None:
        first = secrets.token_hex(8)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE IF EXISTS {ROLE}")
            cursor.execute(f"CREATE ROLE {ROLE} SUPERUSER LOGIN PASSWORD '{first}'")
        value = json.dumps({"username": ROLE, "password": first})
        self.arn = self.client.create_secret(Name=f"rds-{first}", SecretString=value)["ARN"]

    def rotate(self, *, between: threading.Event | None = None) -> None:
        """A pending value, the new password, and only then the current value; waits for `between` before the last."""
        new = secrets.token_hex(8)
        value = json.dumps({"username": ROLE, "password": new})
        version = self.client.put_secret_value(SecretId=self.arn, SecretString=value, VersionStages=["AWSPENDING"])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {ROLE} PASSWORD '{new}'")
        if between is not None:
            assert between.wait(20)
        current = next(
            found["VersionId"]
            for found in self.client.list_secret_version_ids(SecretId=self.arn)["Versions"]
            if "AWSCURRENT" in found["VersionStages"]
        )
        self.client.update_secret_version_stage(
            SecretId=self.arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version["VersionId"],
            RemoveFromVersionId=current,
        )

    @property
    def variables(self) -> dict[str, str]:
        """What the platform gives a process: a URL without a password, and where the password is."""
        settings = connection.settings_dict
        url = f"postgresql://{ROLE}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
        return {"DATABASE_URL": url, "DATABASE_SECRET_ARN": self.arn, "DATABASE_CONNECTION_SECONDS": "0"}


@pytest.fixture
def rotation() -> Iterator[Rotation]:
    found = Rotation()
    found.start()
    yield found
    found.client.delete_secret(SecretId=found.arn, ForceDeleteWithoutRecovery=True)


@pytest.mark.slow
def test_a_password_rotated_under_load_fails_no_request(
    rotation: Rotation, make_user: MakeUser, unused_tcp_port: int, tmp_path: Path
) -> None:
    token = str(log_in(make_user()).access_token)
    stop, statuses, lock = threading.Event(), Counter[int](), threading.Lock()
    served = threading.Condition(lock)

    def load() -> None:
        while not stop.is_set():
            status, _ = ask(unused_tcp_port, "/api/projects/", token=token)
            with served:
                statuses[status] += 1
                served.notify_all()

    def after(number: int) -> None:
        with served:
            goal = sum(statuses.values()) + number
            assert served.wait_for(lambda: sum(statuses.values()) >= goal, 20)

    with (
        (tmp_path / "log").open("wb") as log,
        gunicorn(unused_tcp_port, log, **rotation.variables),
        ThreadPoolExecutor(4) as pool,
    ):
        running = [pool.submit(load) for _ in range(4)]
        after(10)
        for _ in range(5):
            between = threading.Event()
            moved = threading.Thread(target=_rotate_and_close, args=(rotation, between))
            moved.start()
            after(8)  # served while only the pending value is right
            between.set()
            moved.join()
            after(8)
        stop.set()
        for one in running:
            one.result()
    assert set(statuses) == {200}, statuses
    assert statuses[200] > 90


def _rotate_and_close(rotation: Rotation, between: threading.Event) -> None:
    try:
        rotation.rotate(between=between)
    finally:
        connection.close()


@pytest.mark.slow
def test_the_worker_goes_on_after_a_rotation(rotation: Rotation, make_user: MakeUser, tmp_path: Path) -> None:
    ada = make_user()
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--fetch-job-polling-interval", "1"]
    with (tmp_path / "log").open("wb") as log, process(command, log, "Starting worker", **rotation.variables):
        for turn in range(2):
            tell.defer(recipients=[ada.pk], kind="project_joined", message=f"turn {turn}", link="")
            _until_told(turn + 1)
            rotation.rotate()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
    assert "Traceback" not in (tmp_path / "log").read_text()


def _until_told(number: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(300):
            if Notification.objects.count() == number:
                return
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the worker does nothing")


def test_a_password_that_is_wrong_everywhere_is_refused_within_seconds(
    rotation: Rotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password, "PATIENCE", 0.3)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {ROLE} PASSWORD 'unknown'")
    wrapper = base.DatabaseWrapper({**connection.settings_dict, "USER": ROLE, "SECRET_ARN": rotation.arn})
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        wrapper.get_new_connection(wrapper.get_connection_params())


def test_a_secret_that_cannot_be_read_is_named_without_its_content() -> None:
    wrapper = base.DatabaseWrapper({**connection.settings_dict, "SECRET_ARN": "arn:aws:secretsmanager:::secret:none"})
    with pytest.raises(psycopg.OperationalError, match="DATABASE_SECRET_ARN does not exist"):
        wrapper.get_new_connection(wrapper.get_connection_params())
