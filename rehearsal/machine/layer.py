"""A new machine: its directory, its layer over the root file system, its network namespace. Nothing of it runs yet."""

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
    for name in ("upper", "work", "root"):
        (directory / name).mkdir(parents=True)
    (directory / "user-data").write_bytes(user_data)
    network.make_machine(machine.name, place.aws, instance.private_ip, prefix_length)
    mount(machine, image)
    lines = ["127.0.0.1 localhost", *(f"{ADDRESSES[what]} {name}" for name, what in hosts.items())]
    (machine.root / "etc/hosts").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    instance.write(directory)  # last: it makes the machine known to the stand-ins
    return machine


def mount(machine: Machine, image: Path) -> None:
    """Puts the machine's own layer over the image."""
    layers = f"lowerdir={image},upperdir={machine.directory / 'upper'},workdir={machine.directory / 'work'}"
    command = ["mount", "-t", "overlay", machine.name, "-o", layers, str(machine.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise MachineError(f"the file system of {machine.id} cannot be mounted: {done.stderr.strip()}")


def unmount(root: Path) -> None:
    """Takes every mount at or under a path away."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    mounted = [line.split()[1] for line in lines]
    for path in sorted((one for one in mounted if Path(one).is_relative_to(root)), reverse=True):
        subprocess.run(["umount", "--lazy", path], capture_output=True, check=False)  # noqa: S603, S607
