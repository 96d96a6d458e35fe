"""Booted machines for tests; where none can be booted, the tests are skipped with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.machine import world
from rehearsal.machine.needs import lacking
from rehearsal.machine.places import STATE, Place, place_of

ROOT = Path(__file__).parent.parent.parent
LEFT = "pytest"


@pytest.fixture(scope="session", autouse=True)
def bootable() -> None:
    if (reason := lacking()) is not None:
        pytest.skip(f"no machine can be booted here: {reason}")
    for path in STATE.glob(f"{LEFT}-*"):
        owner = path.name.split("-")[1]
        if not Path(f"/proc/{owner}").exists():  # of a run that was killed
            world.clearing.clear(Place(name=path.name))


def place_for(environment: str) -> Place:
    """A world of this run's own."""
    return Place(name=f"{LEFT}-{os.getpid()}-{place_of(ROOT, environment).name[:6]}")


@pytest.fixture(scope="session")
def single() -> Iterator[world.World]:
    """dev, on one machine that has run its user data."""
    place = place_for("dev")
    try:
        yield world.up(ROOT, "dev", place=place, say=print)
    finally:
        world.clearing.clear(place)
