"""docs/runbook.md has a section for each failure of the release matrix, and a row for each exit code."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from scripts.backend.status import REMEDY
from tests.machine.rows import ROWS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
SECTIONS = {
    "broken-import": "The application cannot be imported",
    "missing-dependency": "A package is missing",
    "unhealthy": "The health check says no",
    "slow-boot": "Workers start slowly",
    "failing-migration": "A migration fails",
    "blocked-migration": "A migration waits for a lock",
    "two-at-once": "Two deploys at once",
    "rollback": "A rollback does not go where it should",
    "rotation": "The database's password rotates",
    "storage-away": "S3 is away",
    "disk-full": "The disk is full",
    "database-away": "The database is away",
    "reboot": "A machine reboots, or loses power",
    "power": "A machine reboots, or loses power",
    "kill": "The release program is killed",
}


@pytest.mark.parametrize("row", [row.name for row in ROWS if row.name != "good"])
def test_every_failure_of_the_matrix_has_a_section(row: str) -> None:
    section = SECTIONS.get(row) or SECTIONS[row.partition("-")[0]]
    assert f"\n### {section}\n" in TEXT


def test_what_status_says_of_a_unit_has_its_section() -> None:
    section = REMEDY.rpartition("docs/runbook.md, ")[2]
    assert f"\n### {section}\n" in TEXT


def test_every_exit_code_of_the_release_program_is_explained() -> None:
    spec = importlib.util.spec_from_file_location("release", ROOT / "server/release.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = program  # where its dataclasses look for themselves
    try:
        spec.loader.exec_module(program)
    finally:
        del sys.modules[spec.name]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)} == {int(one) for one in program.Exit}
