"""A real S3 server for the tests of the website: versitygw on loopback, with a bucket for each test."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from website_world import ACCESS, REGION, SECRET, World

from scripts.aws.http import AwsHttp
from scripts.aws.signing import Credentials

ROOT = Path(__file__).parent.parent.parent


def versitygw() -> Path:
    """Where `make versitygw` puts the server."""
    pinned = re.search(r"versity/versitygw (v\S+)", (ROOT / "tools/versitygw/go.mod").read_text())
    assert pinned is not None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "diceytech-platform" / f"versitygw-{pinned[1]}" / "versitygw"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's address."""
    program = versitygw()
    if not program.is_file():
        pytest.skip("versitygw is not built: run `make versitygw`")
    directory, port = tmp_path_factory.mktemp("buckets"), free_port()
    command = [
        program,
        "--port",
        f"127.0.0.1:{port}",
        "--region",
        REGION,
        "--keep-alive",
        "--quiet",
        "posix",
        directory,
    ]
    variables = {"ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET, "PATH": os.defpath}
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def world(s3_server: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty bucket of its own, and a build to deploy."""
    bucket = f"site-{abs(hash(request.node.nodeid)) % 10**12}"
    keys = Credentials(access_key=ACCESS, secret_key=SECRET)
    AwsHttp(service="s3", region=REGION, endpoint=s3_server, credentials=lambda: keys).request("PUT", f"/{bucket}")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_CLOUDFRONT"):
        monkeypatch.delenv(name, raising=False)
    return World(bucket=bucket, server=s3_server, directory=tmp_path, monkeypatch=monkeypatch)
