"""The real engine: where there is none, its tests are skipped, and say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.engine.program import find
from tests.engine.rehearsed import Rehearsed, repository


@pytest.fixture(scope="session")
def engine() -> str:
    found = find()
    if found is None:
        pytest.skip("no Pulumi engine: `make engine` gets one")
    return str(found)


@pytest.fixture(scope="module")
def rehearsed(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsed]:
    assert engine
    with repository(tmp_path_factory.mktemp("platform")) as found:
        yield found


@pytest.fixture(scope="module")
def before(rehearsed: Rehearsed) -> dict[str, set[str]]:
    """What the local AWS holds before the first `up`: the seeds."""
    rehearsed.run("true")
    return rehearsed.inventory()
