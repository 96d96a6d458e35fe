"""`diceytech machine`: an environment's servers, booted on this computer against an emulated AWS of their own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from rehearsal.machine import bring_up, clearing, world
from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError, require
from rehearsal.machine.places import place_of
from scripts.local.local import FOREIGN
from scripts.rehearse import command_name, show_next
from scripts.terminal import err, out, print_json


def up(root: Path, environment: str, *, json: bool = False) -> None:
    """Brings the environment and its machines up; one that is up stays. Raises PlatformError."""
    place, start = place_of(root, environment), time.monotonic()
    require()
    found = _world(root, environment)
    if not place.announcement.exists():
        found = bring_up.up(root, environment, place=place, say=lambda line: err.print(line, markup=False))
    for machine in found.machines:
        machine.boot()
        machine.booted()
    if json:
        print_json(_told(found))
        return
    _show(found)
    out.print(f"\n[green]{environment} is up[/]: {len(found.machines)} machines, {time.monotonic() - start:.1f} s")
    for line in world.LIMITS:
        out.print(f"Stood in for: {line}", markup=False)
    command = command_name()
    show_next(
        [
            (f"{command} machine shell --env {environment}", "a root shell on the first machine"),
            (
                f"{command} machine run --env {environment} -- {command} deploy backend --env {environment} --no-smoke",
                "a release; no CloudFront is here for the smoke test to go through",
            ),
            (f"{command} machine run --env {environment} -- CMD", "any command against its AWS"),
            (f"{command} machine down --env {environment}", "remove all of it"),
        ]
    )


def down(root: Path, environment: str | None, *, everything: bool = False) -> None:
    """Removes the world of one environment, of this checkout's environments, or all of this computer."""
    require()
    checkout = place_of(root, "any").name.rpartition("-")[2]
    for place in clearing.worlds():
        mine = place.name.endswith(f"-{checkout}") if environment is None else place == place_of(root, environment)
        if (mine or everything) and clearing.clear(place):
            out.print(f"the machines of {place.name} are gone", markup=False)
    if environment is not None:
        clearing.clear(place_of(root, environment))


def status(root: Path, environment: str, *, json: bool = False) -> None:
    """Which machines there are."""
    found = _world(root, environment)
    there = found.place.announcement.exists()
    if json:
        print_json(_told(found) if there else {"endpoint": None, "machines": []})
    elif there:
        _show(found)
    else:
        out.print(f"no machines of {environment} are up; run `{command_name()} machine up --env {environment}`")


def shell(root: Path, environment: str, instance_id: str | None) -> NoReturn:
    """Becomes a shell on the machine."""
    require()
    found = _world(root, environment)
    machines = [machine for machine in found.machines if instance_id in (None, machine.id)]
    if not machines:
        known = ", ".join(machine.id for machine in found.machines) or "none"
        raise MachineError(f"there is no such machine of {environment}; there are: {known}")
    term = os.environ.get("TERM", "dumb")
    _become(machines[0].command(["bash", "--login"], {"TERM": term}, interactive=True), dict(os.environ))


def run(root: Path, environment: str, command: Sequence[str]) -> NoReturn:
    """Becomes the command, with everything of the user's AWS replaced by the machines' one."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    _become(command, {**own, **_world(root, environment).variables, "PATH": path})


def _world(root: Path, environment: str) -> world.World:
    config = read_environment(root, environment)
    return world.World(place=place_of(root, environment), environment=environment, config=config)


def _become(command: Sequence[str], variables: dict[str, str]) -> NoReturn:
    try:
        os.execvpe(command[0], list(command), variables)  # noqa: S606 - the command that was asked for
    except OSError as error:
        raise PlatformError(f"{command[0]}: cannot be run ({error.strerror})") from None


def _told(found: world.World) -> dict[str, Any]:
    machines = [_row(machine) for machine in found.machines]
    return {"endpoint": found.endpoint, "machines": machines, "limits": list(world.LIMITS)}


def _row(machine: Machine) -> dict[str, Any]:
    instance = machine.instance
    return {
        "id": machine.id,
        "address": instance.private_ip,
        "type": instance.instance_type,
        "on": machine.pid is not None,
        "answers": machine.alive(),
    }


def _show(found: world.World) -> None:
    out.print(f"AWS is played at {found.endpoint}; PostgreSQL at {found.outputs.database_address}", markup=False)
    for row in map(_row, found.machines):
        state = "on, nginx answers" if row["answers"] else "on" if row["on"] else "off"
        out.print(f"{row['id']}  {row['address']}  {row['type']}  {state}", markup=False)
