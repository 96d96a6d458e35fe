"""The database's password from Secrets Manager: read when it is first needed, and again when the server refuses it.

RDS changes the master password and the secret a moment apart, so around a rotation the current value or the pending
one may be the right one (Amazon RDS User Guide, "Password management with AWS Secrets Manager").
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import psycopg
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PATIENCE = 2.0  # seconds of new attempts after the first refusal
PAUSE = 0.1  # seconds between readings of the secret
STAGES = ("AWSCURRENT", "AWSPENDING")


class SecretPassword:
    """One secret's password, remembered by all threads of the process."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.known: str | None = None
        self._lock = threading.Lock()
        self._made: Any = None

    def attempts(self) -> Iterator[str]:
        """Passwords to try in turn: the known one, then what the secret holds, until two seconds are over."""
        if self.known is not None:
            yield self.known
        deadline = time.monotonic() + PATIENCE
        while True:
            for stage in STAGES:
                password = self._read(stage)
                if password is not None:
                    yield password
            if time.monotonic() > deadline:
                return
            time.sleep(PAUSE)

    def _read(self, stage: str) -> str | None:
        """The password of one stage; None where there is no such stage, OperationalError where it cannot be read."""
        client = self._client()
        try:
            answer = client.get_secret_value(SecretId=self.arn, VersionStage=stage)
            return str(json.loads(answer["SecretString"])["password"])
        except client.exceptions.ResourceNotFoundException:
            if stage != "AWSCURRENT":
                return None
            raise psycopg.OperationalError("the secret named by DATABASE_SECRET_ARN does not exist") from None
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:
            kind = type(error).__name__
            raise psycopg.OperationalError(f"the secret named by DATABASE_SECRET_ARN cannot be read ({kind})") from None

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                limits = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard"})
                self._made = boto3.session.Session().client("secretsmanager", config=limits)
            return self._made


@cache
def password_of(arn: str) -> SecretPassword:
    """The process's one memory of a secret."""
    return SecretPassword(arn)


def is_refusal(error: psycopg.OperationalError) -> bool:
    """Whether the server refused the password; libpq gives no SQLSTATE for a connection that failed."""
    return "authentication failed" in str(error)
