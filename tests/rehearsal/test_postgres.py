"""The throw-away PostgreSQL starts wherever its programs lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.postgres import PostgresError, programs, running

PRODUCT = Path(__file__).parent.parent.parent / "examples/diceytech/backend/.venv"


def test_it_runs_from_a_directory_that_is_its_owners_alone(tmp_path: Path) -> None:
    try:
        binaries = programs(PRODUCT)
    except PostgresError as error:
        pytest.skip(str(error))
    private = tmp_path / "private"
    private.mkdir(mode=0o700)  # whoever runs PostgreSQL for root cannot look into it, as in root's home
    site = binaries.parents[2]
    (private / "site").symlink_to(site)
    with running(private / "site" / binaries.relative_to(site)) as server:
        assert server.process.poll() is None
        assert os.geteuid() != 0 or Path(f"/proc/{server.process.pid}").stat().st_uid != 0
