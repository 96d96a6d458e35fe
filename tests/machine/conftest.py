"""Booted machines for tests; where none can be booted, the tests are skipped with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.machine import bring_up
from rehearsal.machine.clearing import clear
from rehearsal.machine.needs import lacking
from rehearsal.machine.places import STATE, Place, place_of
from rehearsal.machine.world import World

ROOT = Path(__file__).parent.parent.parent
LEFT = "pytest"


@pytest.fixture(scope="session", autouse=True)
def bootable() -> None:
    if (reason := lacking()) is not None:
        pytest.skip(f"no machine can be booted here: {reason}")
    for path in STATE.glob(f"{LEFT}-*"):
        owner = path.name.split("-")[1]
        if not Path(f"/proc/{owner}").exists():  # of a run that was killed
            clear(Place(name=path.name))


def place_for(environment: str) -> Place:
    """A world of this run's own."""
    return Place(name=f"{LEFT}-{os.getpid()}-{place_of(ROOT, environment).name[:6]}")


@pytest.fixture(scope="session")
def single() -> Iterator[World]:
    """dev, on one machine that has run its user data; test_boot.py comes first, since later tests deploy to it."""
    place = place_for("dev")
    try:
        yield bring_up.up(ROOT, "dev", place=place, say=print)
    finally:
        clear(place)
