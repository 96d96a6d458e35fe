"""A control group for each machine: systemd needs one of its own, and its memory is that of the instance type.

Hosts have one hierarchy, the hybrid of systemd's with it, or an old one with a hierarchy for each controller.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MOUNT: Final = Path("/sys/fs/cgroup")
BY_CONTROLLER: Final = MOUNT / "memory"  # there where memory has a hierarchy of its own


def hierarchies() -> list[Path]:
    """Where a machine's group has to be for its systemd to run."""
    if (MOUNT / "cgroup.controllers").exists():
        return [MOUNT]
    return [path for path in (MOUNT / "unified", MOUNT / "systemd") if path.exists()]


def make(name: str, memory_bytes: int | None) -> None:
    """Makes the groups; with `memory_bytes` the machine has no more than this."""
    for group in groups(name):
        group.mkdir(exist_ok=True)
    if memory_bytes is None:
        return
    for limit in (BY_CONTROLLER / name / "memory.limit_in_bytes", MOUNT / name / "memory.max"):
        with suppress(OSError):
            limit.write_text(str(memory_bytes), encoding="ascii")


def groups(name: str) -> list[Path]:
    """The directories whose `cgroup.procs` a machine's launcher has to be written to."""
    return [top / name for top in _tops()]


def memory_peak(name: str) -> int | None:
    """Bytes that the machine used at most, file cache included; None where the host does not count them."""
    for peak in (BY_CONTROLLER / name / "memory.max_usage_in_bytes", MOUNT / name / "memory.peak"):
        with suppress(OSError, ValueError):
            return int(peak.read_text(encoding="ascii"))
    return None


def remove(name: str) -> None:
    """Removes the groups, the machine's own inside them first; those with processes stay."""
    for group in groups(name):
        if group.exists():
            for path in sorted(_inside(group), reverse=True):
                with suppress(OSError):
                    path.rmdir()
            with suppress(OSError):
                group.rmdir()


def left(prefix: str) -> list[str]:
    """Names of groups that begin with the prefix."""
    return sorted({path.name for top in _tops() for path in top.glob(f"{prefix}*")})


def _tops() -> list[Path]:
    return [*hierarchies(), *([BY_CONTROLLER] if BY_CONTROLLER.exists() else [])]


def _inside(group: Path) -> Iterator[Path]:
    for directory, names, _ in os.walk(group):
        yield from (Path(directory) / name for name in names)
