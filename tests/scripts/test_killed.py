"""`diceytech demo` and `live` after a kill -9: none of their processes and none of their directories stays.

tests/browser/test_live_prod.py kills a `live` that is up.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from commands import DICEYTECH

from tests.processes import descendants, killed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
LOOKS, LOOK = 2400, 0.05  # how often, and seconds between


@pytest.fixture(autouse=True)
def _backend() -> None:
    if not (ROOT / "examples/diceytech/backend/.venv/.ready").exists():
        pytest.skip("the backend's environment is not there: make backend")


@contextmanager
def started(*words: str, room: Path) -> Iterator[subprocess.Popen[str]]:
    """The command with a directory for temporary files of its own, below which nobody else makes any."""
    room.chmod(0o755)  # PostgreSQL runs as nobody under root
    variables = {**os.environ, "TMPDIR": str(room)}
    with subprocess.Popen([DICEYTECH, *words], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def room() -> Iterator[Path]:
    """Where everybody may go: pytest's own directories are their owner's alone."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="killed-") as directory:
        yield Path(directory)


def test_a_demo_that_is_killed_leaves_no_process_and_no_directory(room: Path) -> None:
    with started("demo", "--port", "0", room=room) as demo:
        assert demo.stdout is not None
        assert any("Ctrl-C" in line for line in demo.stdout)
        assert len(descendants(demo.pid)) > 6  # PostgreSQL, S3, the API, the worker, the guardian
        assert {path.name.partition("-")[0] for path in room.iterdir()} >= {"demo", "postgres"}
        assert killed(demo) == []
    assert list(room.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        (("demo", "--port", "0"), "postgres-*/data/cluster/postgresql.conf"),  # initdb is at work
        (("live", "--port", "0"), "package-*/wheelhouse"),  # pip fetches wheels
        (("live", "--port", "0"), "live-*/venv/bin"),  # the release is being installed
    ],
    ids=["demo-initdb", "live-wheels", "live-install"],
)
def test_a_start_that_is_killed_leaves_no_process_and_no_directory(
    words: tuple[str, ...], sign: str, room: Path, tmp_path: Path
) -> None:
    site = tmp_path / "build"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><title>site</title>")
    more = ("--dir", str(site)) if words[0] == "live" else ()
    with started(*words, *more, room=room) as process:
        for _ in range(LOOKS):
            if list(room.glob(sign)):
                break
            with suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"ended with {process.wait(LOOK)}")
        assert list(room.glob(sign))
        assert killed(process) == []
    assert [
        path.name for path in room.iterdir() if path.name.startswith(("live-", "demo-", "postgres-", "package-"))
    ] == []
