"""Removes a world, whole or what a crash has left of one, found by its names alone. A second time does nothing."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator

from rehearsal.machine import control_group, network, processes
from rehearsal.machine.layer import unmount
from rehearsal.machine.places import NAMESPACES, PREFIX, STATE, Place

SERVICES = "rehearsal.machine.stand_ins"


def clear(place: Place) -> bool:
    """Ends the processes and removes namespaces, mounts, control groups and the directory; whether there was any."""
    prefix = f"{PREFIX}{place.name}-"
    namespaces = [path.name for path in NAMESPACES.glob(f"{prefix}*")]
    there = bool(namespaces) or place.directory.exists()
    for pid in _processes(place, prefix):
        processes.end(pid, signal.SIGKILL)
    for namespace in namespaces:
        for pid in processes.in_namespace(namespace):
            processes.end(pid, signal.SIGKILL)
        network.remove(namespace)
    unmount(place.directory)
    shutil.rmtree(place.directory, ignore_errors=True)
    for name in control_group.left(prefix):
        control_group.remove(name)
    return there


def worlds() -> list[Place]:
    """Every world of this computer, whosever it is."""
    return [Place(name=path.name) for path in sorted(STATE.glob("*")) if path.is_dir()]


def _processes(place: Place, prefix: str) -> Iterator[int]:
    """The launchers of its machines, and the process that plays AWS."""

    def fits(words: list[str]) -> bool:
        if words[:1] == ["systemd-nspawn"]:
            return any(word.startswith(f"--machine={prefix}") for word in words)
        return SERVICES in words and words[-1] == place.name

    yield from list(processes.matching(fits))
