"""An emulated AWS that runs commands, and machines in directories, for the tests of releases."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from small_fleet import Fleet
from small_machine import NGINX, SmallMachine
from werkzeug.serving import WSGIRequestHandler, make_server

from rehearsal.machine.ssm_stand_in import SsmStandIn

PROGRAM = Path(__file__).parent.parent.parent / "server/release.py"
HOSTS: dict[str, Any] = {}  # what the stand-in for the SSM agents knows, by instance id


class Quiet(WSGIRequestHandler):
    """A server without a log."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    application = SsmStandIn(DomainDispatcherApplication(create_backend_app), lambda: HOSTS)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
def hosts() -> Iterator[dict[str, Any]]:
    """The machines that have an agent: a test puts its own here."""
    yield HOSTS
    HOSTS.clear()


@pytest.fixture
def fleet(aws: str, hosts: dict[str, Any], tmp_path: Path) -> Callable[[int], Fleet]:
    """`fleet(3)`: acme's dev with three machines."""
    assert aws
    return lambda size: Fleet(hosts, tmp_path, size)


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


@pytest.fixture(scope="module")
def program() -> Any:
    """The release program as a module."""
    spec = importlib.util.spec_from_file_location("release_program", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def releases(program: Any, tmp_path: Path) -> Any:
    """A machine's releases, none yet."""
    machine = program.Machine(tmp_path, "acme", {"product": "acme", "environment": "dev"})
    for folder in ("releases", "slots"):
        (machine.home / folder).mkdir(parents=True)
    machine.units.mkdir(parents=True)
    return program.Releases(machine, program.Report())
