"""The product as a process: gunicorn or the worker, on the tests' own PostgreSQL and S3 emulator."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.services import BACKEND

WITHIN = 30  # seconds until a process says that it is ready


@contextmanager
def gunicorn(port: int, log: IO[bytes], **variables: str) -> Iterator[None]:
    """The web process on a port of loopback."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "diceytech.wsgi"]
    with process(command, log, "Listening at", **variables):
        yield


@contextmanager
def process(command: list[str], log: IO[bytes], ready: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ready once its log says so; ended by SIGTERM, which it must obey."""
    started = subprocess.Popen(
        command, cwd=BACKEND, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert started.stdout is not None
    try:
        for line in started.stdout:
            log.write(line)
            if ready.encode() in line:
                break
        else:
            raise AssertionError(f"{command} ended before it was ready")
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        log.write(started.communicate(timeout=WITHIN)[0])
        log.flush()


def ask(port: int, path: str, *, token: str = "", host: str = "localhost") -> tuple[int, bytes]:
    """Status and body of one GET on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    try:
        headers = {"Host": host, **({"Authorization": f"Bearer {token}"} if token else {})}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def written(log: Path) -> str:
    """What a process has written so far."""
    return log.read_text(encoding="utf-8", errors="replace")
