"""A machine at work gets its role from a metadata service that does not answer at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROLE = "/latest/meta-data/iam/security-credentials/"
CREDENTIALS = {
    "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKIATEST", "SecretAccessKey": "x", "Token": "y",
    "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z",
}  # fmt: skip
ANSWERS = {"/latest/api/token": "a-token", ROLE: "server", f"{ROLE}server": json.dumps(CREDENTIALS)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A metadata service that closes the first connection for each path; the paths that it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            if paths.count(self.path) == 1:
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ANSWERS[self.path].encode())

        do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ROLE_ARN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_role_is_asked_for_again_where_the_metadata_service_hung_up(
    asked: list[str], program: Any, tmp_path: Path
) -> None:
    cloud = program.Cloud(program.Machine(tmp_path, "acme", {"region": "us-east-1"}))
    found = cloud._session.get_credentials()
    assert (found.access_key, found.token) == ("AKIATEST", "y")
    assert [asked.count(path) for path in ANSWERS] == [2, 2, 2]
