"""A second product, of some 30 lines and with another name, from its sources to two releases under load."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_machine import SmallMachine
from small_release import HERE, git

from scripts.backend.release import artifact_of
from scripts.package.backend import build, plan

BAKERY = Path(__file__).with_name("bakery")
PRODUCT = {
    "name": "bakery",
    "backend": {"path": "backend", "wsgi": "bakery_wsgi", "settings": "bakery"},
    "website": {"path": "website"},
    "health_path": "/up",
}

pytestmark = [pytest.mark.slow, pytest.mark.machine]


def test_a_project_of_thirty_lines_is_packaged_and_deployed_twice(
    machines: Callable[..., SmallMachine], tmp_path: Path
) -> None:
    machine = machines(product=PRODUCT, variables={"BAKERY_DATABASE": str(tmp_path / "bakery.sqlite3")})
    shutil.copytree(BAKERY, tmp_path / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    git(tmp_path, "init", "-q")
    versions = []
    for bread in ("rye", "spelt"):
        source = tmp_path / "backend/bakery.py"
        source.write_text(source.read_text().replace('"rye"', f'"{bread}"'))
        git(tmp_path, "add", "backend")
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", bread)
        wanted = plan(tmp_path, machine.backend.config.product, HERE)
        release = machine.publish(artifact_of(build(wanted, tmp_path / "built").path))
        run = machine.run("deploy", release.id)
        assert run.code == 0, run.lines
        assert machine.ask("/api/bread") == (200, {"bread": [bread, "wheat"]})
        versions.append(machine.ask("/up")[1]["version"])
    assert len(set(versions)) == 2
    assert machine.run("rollback").code == 0
    assert machine.ask("/api/bread") == (200, {"bread": ["rye", "wheat"]})
    units = machine.run("status").lines[-1]["units"]
    assert list(units) == ["bakery-web@blue.service"]
