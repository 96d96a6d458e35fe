"""Brings a world up: what plays AWS, the platform on it, the database, and the machines, booted on their user data."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.stacks.platform import platform
from rehearsal.in_process import run
from rehearsal.machine import clearing, network, processes, root_file_system
from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError, require
from rehearsal.machine.places import Place
from rehearsal.machine.world import World
from rehearsal.platform import PROJECT
from rehearsal.seeds import seed

STARTS_WITHIN: Final = 60.0  # seconds for what plays AWS
Say = Callable[[str], None]


def up(
    repository: Path, environment: str, *, place: Place, config: PlatformConfig | None = None, say: Say = lambda _: None
) -> World:
    """Brings the environment up and boots its machines, up to the end of their user data.

    `config` takes the place of the YAML's. Raises MachineError, ConfigError or ProviderError; what a failed one has
    made stays until it is cleared.
    """
    require()
    image = root_file_system.cached(repository, say)
    world = World(place=place, environment=environment, config=config or read_environment(repository, environment))
    clearing.clear(place)
    _begin(world, image, repository, say)
    _platform(world, say)
    _database(world, say)
    boot(world, say)
    return world


def boot(world: World, say: Say = lambda _: None) -> list[Machine]:
    """Boots a machine for each instance that has none; they have run their user data when this returns."""
    start = time.monotonic()
    made = world.new_machines()
    for machine in made:
        machine.boot()
    for machine in made:
        machine.booted()
        say(f"{machine.id} has run its user data after {time.monotonic() - start:.1f} s")
    return made


def _begin(world: World, image: Path, repository: Path, say: Say) -> None:
    place, config = world.place, world.config
    place.machines.mkdir(parents=True)
    network.make_aws(place.aws, config.network.cidr)
    told: Mapping[str, Any] = {
        "environment": world.environment,
        "account_id": config.aws.account_id,
        "region": config.aws.region,
        "image": str(image),
    }
    place.description.write_text(json.dumps(told), encoding="utf-8")
    log = place.directory / "aws.log"
    processes.detach(
        [sys.executable, "-m", "rehearsal.machine.stand_ins", place.name],
        log=log,
        pid_file=place.directory / "aws.pid",
        variables={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(repository), "HOME": "/root"},
    )
    deadline = time.monotonic() + STARTS_WITHIN
    while not place.announcement.exists():
        if time.monotonic() > deadline:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise MachineError(f"what plays AWS does not start: {' '.join(last)}; see {log}")
        time.sleep(0.05)
    say(f"what plays AWS answers at {world.endpoint}")


def _platform(world: World, say: Say) -> None:
    start = time.monotonic()
    seed(world.aws, world.config, world.names)
    made = run(
        lambda: platform(world.config, world.environment),
        aws=world.aws,
        project=PROJECT,
        stack=world.environment,
        config={},
    )
    resources = sum(node.id is not None for node in made.graph)
    say(f"{world.environment} is up on it: {resources} resources in {time.monotonic() - start:.1f} s")


def _database(world: World, say: Say) -> None:
    client = world.aws.client("secretsmanager")
    held = json.loads(client.get_secret_value(SecretId=world.outputs.database_secret_arn)["SecretString"])
    world.database.make(
        user=world.config.database.username, password=held["password"], name=world.outputs.database_name
    )
    say(f"PostgreSQL answers at {world.outputs.database_address}")
