"""A world: one environment, up on a local AWS of its own, with its database and a booted machine for each instance.

What a world stands in for AWS with is listed in LIMITS; the machines, their user data, nginx, systemd, PostgreSQL and
everything that runs on them are real.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.first_run import REHEARSAL
from infra.names import Names
from infra.outputs import Outputs, from_parameter
from infra.stacks.platform import platform
from rehearsal.in_process import run
from rehearsal.local_aws import LocalAccount
from rehearsal.machine import clearing, instances, network, processes, root_file_system
from rehearsal.machine.database import Database, rotated
from rehearsal.machine.layer import make_machine
from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError, require
from rehearsal.machine.places import Place
from rehearsal.machine.stand_ins import machines_of
from rehearsal.platform import PROJECT
from rehearsal.seeds import seed

LIMITS: Final = (
    "AWS's endpoints: the image sends every SDK to moto (systemd's DefaultEnvironment); IAM is not evaluated",
    "the SSM and CloudWatch agents: stand-ins run the documents and send the logs",
    "RDS: PostgreSQL of this computer's distribution, its certificate and its rotation the rehearsal's own",
    "EC2: systemd-nspawn on this computer's kernel; a power cut loses no write that left the machine",
    "the image: Debian by mmdebstrap, not Debian's cloud image; the load balancer is haproxy",
)
STARTS_WITHIN: Final = 60.0  # seconds for what plays AWS
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class World:
    """One environment's machines and their AWS; `config` is what it came up with."""

    place: Place
    environment: str
    config: PlatformConfig

    @property
    def names(self) -> Names:
        product, account = self.config.product.name, self.config.aws.account_id
        return Names(product=product, environment=self.environment, account_id=account)

    @property
    def endpoint(self) -> str:
        """The emulated AWS as commands of this computer reach it; raises MachineError where it does not run."""
        try:
            told = json.loads(self.place.announcement.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise MachineError(f"no machines of {self.environment} are up; run `diceytech machine up`") from None
        return f"http://127.0.0.1:{told['port']}"

    @property
    def aws(self) -> LocalAccount:
        """The environment's account."""
        aws = self.config.aws
        return LocalAccount(endpoint=self.endpoint, account_id=aws.account_id, region=aws.region)

    @property
    def outputs(self) -> Outputs:
        """What the platform wrote for deploys."""
        found = self.aws.client("ssm").get_parameter(Name=self.names.platform_parameter)["Parameter"]["Value"]
        return from_parameter(found, environment=self.environment, account_id=self.config.aws.account_id)

    @property
    def machines(self) -> list[Machine]:
        """All machines, the oldest first."""
        return list(machines_of(self.place).values())

    @property
    def database(self) -> Database:
        return Database(place=self.place)

    @property
    def variables(self) -> dict[str, str]:
        """For commands of this computer that are to reach the emulated AWS, and nothing of the user's."""
        aws = self.config.aws
        return {
            REHEARSAL: "1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": aws.account_id,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": aws.region,
            "AWS_DEFAULT_REGION": aws.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def headers(self) -> dict[str, str]:
        """What CloudFront sends with a viewer's request: the site's host and the origin's secret."""
        name = self.names.secret(self.config.server.origin_secret)
        host = self.outputs.site_url.removeprefix("https://").rstrip("/")
        if self.config.secrets.store == "ssm":
            secret = self.aws.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        else:
            secret = self.aws.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        return {"Host": host, "X-Origin-Secret": secret}

    def new_machines(self) -> list[Machine]:
        """A machine for each instance that has none yet, as after a group has grown; not booted."""
        known = {machine.id for machine in self.machines}
        found = instances.running(self.aws, self.outputs.server_tag)
        image = Path(json.loads(self.place.description.read_text(encoding="utf-8"))["image"])
        address = self.outputs.database_address
        return [
            make_machine(
                self.place,
                instance,
                user_data=instances.user_data(self.aws, instance.id),
                image=image,
                prefix_length=int(self.config.network.cidr.partition("/")[2]),
                hosts={address: "database"},
            )
            for instance in found
            if instance.id not in known
        ]

    def rotate_password(self) -> None:
        """A new master password, as RDS sets it: pending in the secret, set in the database, then current."""
        client, secret_id = self.aws.client("secretsmanager"), self.outputs.database_secret_arn
        held = client.get_secret_value(SecretId=secret_id)
        content = rotated(json.loads(held["SecretString"]))
        pending = client.put_secret_value(
            SecretId=secret_id, SecretString=json.dumps(content), VersionStages=["AWSPENDING"]
        )
        self.database.set_password(content["username"], content["password"])
        client.update_secret_version_stage(
            SecretId=secret_id,
            VersionStage="AWSCURRENT",
            MoveToVersionId=pending["VersionId"],
            RemoveFromVersionId=held["VersionId"],
        )

    def down(self) -> None:
        """Removes everything of it."""
        clearing.clear(self.place)


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
    world.database.make(user=held["username"], password=held["password"], name=world.outputs.database_name)
    say(f"PostgreSQL answers at {world.outputs.database_address}")
