"""An emulated AWS, and machines in directories, for the release program's tests."""

from __future__ import annotations

import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from small_machine import NGINX, SmallMachine


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_server)
    yield aws_server
    request = urllib.request.Request(f"{aws_server}/moto-api/reset", method="POST")  # noqa: S310 - loopback
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - loopback


@pytest.fixture
def machines(aws: str) -> Iterator[Callable[..., SmallMachine]]:
    """`machines(nginx=True, …)` makes a machine, which is ended with the test."""
    with ExitStack() as stack:

        def make(*, nginx: bool = True, **backend: Any) -> SmallMachine:
            if nginx and NGINX is None:
                pytest.skip("needs the Debian package nginx")
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="m-")))  # short: of sockets' paths
            machine = SmallMachine(root, aws, **backend)
            if nginx:
                process = machine.start_nginx()
                stack.callback(process.wait, 10)
                stack.callback(process.terminate)
            stack.callback(machine.stop)
            return machine

        yield make
