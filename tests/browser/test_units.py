"""The website's own checks, with what its lock installs: types, and the services against a real HTTP server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts.package import node

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("script", ["types", "test"])
def test_the_websites_own_checks_pass(built: Path, script: str) -> None:
    found = node.find()
    path = os.pathsep.join([found.directory, os.environ["PATH"]])
    done = subprocess.run(
        [*found.npm, "run", script], cwd=built.parent, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_lock_names_no_registry(built: Path) -> None:
    lock = (built.parent / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert "http" not in "".join(line for line in lock.splitlines() if '"resolved"' in line)
