"""A new machine: its disk with its layer over the root file system, its network namespace. Nothing of it runs yet.

The disk is a file with an ext4 of the root volume's size, which takes the room that is written to it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rehearsal.machine import network
from rehearsal.machine.instances import Instance
from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import DATABASE, Place

ADDRESSES: Final[Mapping[str, str]] = {"database": DATABASE[0]}


def make_machine(
    place: Place,
    instance: Instance,
    *,
    user_data: bytes,
    image: Path,
    prefix_length: int,
    hosts: Mapping[str, str],
) -> Machine:
    """A machine for an instance; `hosts` are the names that it resolves, each to one of ADDRESSES."""
    directory = place.machines / instance.id
    machine = Machine(name=place.machine(instance.id), directory=directory)
    for name in ("disk", "root"):
        (directory / name).mkdir(parents=True)
    (directory / "user-data").write_bytes(user_data)
    network.make_machine(machine.name, place.aws, instance.private_ip, prefix_length)
    mount(machine, image, instance.disk_gib)
    lines = ["127.0.0.1 localhost", *(f"{ADDRESSES[what]} {name}" for name, what in hosts.items())]
    (machine.root / "etc/hosts").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    instance.write(directory)  # last: it makes the machine known to the stand-ins
    return machine


def mount(machine: Machine, image: Path, gibibytes: int) -> None:
    """Makes the machine's disk, and puts what is on it over the image."""
    disk, file = machine.directory / "disk", machine.directory / "disk.ext4"
    _checked(["truncate", f"--size={gibibytes}G", str(file)])
    _checked(["mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", str(file)])
    _checked(["mount", "-o", "loop", str(file), str(disk)])
    for name in ("upper", "work"):
        (disk / name).mkdir()
    layers = f"lowerdir={image},upperdir={disk / 'upper'},workdir={disk / 'work'}"
    _checked(["mount", "-t", "overlay", machine.name, "-o", layers, str(machine.root)])


def _checked(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise MachineError(f"`{' '.join(words)}` failed: {done.stderr.strip()}")


def unmount(root: Path) -> None:
    """Takes every mount at or under a path away."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    mounted = [line.split()[1] for line in lines]
    for path in sorted((one for one in mounted if Path(one).is_relative_to(root)), reverse=True):
        subprocess.run(["umount", "--lazy", path], capture_output=True, check=False)  # noqa: S603, S607
