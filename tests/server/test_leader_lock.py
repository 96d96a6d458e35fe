"""The scheduler's lock on a real PostgreSQL: one session has it, and it goes with that session however that ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from test_leader import TICK, running, said, wait_until

from rehearsal.postgres import Postgres, PostgresError, programs
from rehearsal.postgres import running as postgres_running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ROOT / "examples/diceytech/backend/.venv"
LEADING = Path(__file__).with_name("leading_database.py")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    if not (PRODUCT / "bin/python").exists():
        pytest.skip("needs the reference backend's own environment; run `make backend`")
    try:
        binaries = programs(PRODUCT)
    except PostgresError as error:
        pytest.skip(str(error))
    with postgres_running(binaries) as server:
        yield server


@pytest.fixture
def start(postgres: Postgres, tmp_path: Path) -> Iterator[Start]:
    """`start()` is one more machine; `start("settings")` only prints them."""
    (tmp_path / "tick.py").write_text(TICK)
    (tmp_path / "go-on").touch()
    with ExitStack() as stack:

        def begin(*command: str) -> subprocess.Popen[str]:
            words = [str(LEADING), postgres.url(), str(ROOT / "server/leader.py")]
            words += command or (str(tmp_path / "tick.py"), str(tmp_path))
            python = str(PRODUCT / "bin/python")
            process = subprocess.Popen([python, "-B", *words], stdout=subprocess.PIPE, text=True)
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield begin
        (tmp_path / "go-on").unlink(missing_ok=True)  # ends a command whose machine was killed


def test_a_session_that_is_killed_leaves_its_lock_to_the_one_that_waits(start: Start, tmp_path: Path) -> None:
    first = start()
    assert said(first) == "this machine has the scheduler"
    wait_until(lambda: running(tmp_path))
    second = start()
    assert said(second) == "another machine has the scheduler; waiting"
    before = running(tmp_path)
    assert len(before) == 1
    first.send_signal(signal.SIGKILL)
    assert said(second) == "this machine has the scheduler"
    wait_until(lambda: running(tmp_path, but=before))


def test_a_session_that_the_server_ends_takes_its_command_with_it(
    start: Start, postgres: Postgres, tmp_path: Path
) -> None:
    first = start()
    said(first)
    wait_until(lambda: running(tmp_path))
    ending = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    code = f"import psycopg; psycopg.connect({postgres.url()!r}, autocommit=True).execute({ending!r})"
    subprocess.run([PRODUCT / "bin/python", "-W", "ignore", "-c", code], check=True)
    assert first.wait(20) == 1
    assert running(tmp_path) == set()
    assert said(start()) == "this machine has the scheduler"


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
def test_either_end_gives_up_on_the_other_within_20_seconds_also_with_data_on_its_way(start: Start) -> None:
    process = start("settings")
    assert process.stdout is not None
    found = json.loads(process.stdout.read())
    assert found["server"] == {
        "tcp_user_timeout": "20000",
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
    assert found["client"] == {
        "keepalives_idle": "5",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }
