"""A world: one environment, up on a local AWS of its own, with its database and a booted machine for each instance.

What a world stands in for AWS with is listed in LIMITS; the machines, their user data, nginx, systemd, PostgreSQL and
everything that runs on them are real.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.config import PlatformConfig
from infra.first_run import REHEARSAL
from infra.names import Names
from infra.outputs import Outputs, from_parameter
from rehearsal.local_aws import LocalAccount, without_proxy
from rehearsal.machine import clearing, instances
from rehearsal.machine.database import Database, rotated
from rehearsal.machine.layer import make_machine
from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import Place
from rehearsal.machine.stand_ins import machines_of

LIMITS: Final = (
    "AWS's endpoints: the image sends every SDK to moto (systemd's DefaultEnvironment); IAM is not evaluated",
    "the SSM and CloudWatch agents: stand-ins run the documents and send the logs",
    "RDS: PostgreSQL of this computer's distribution, its certificate and its rotation the rehearsal's own",
    "EC2: systemd-nspawn on this computer's kernel; a power cut loses no write that left the machine",
    "the image: Debian by mmdebstrap, not Debian's cloud image; the load balancer is haproxy",
)


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
            **without_proxy(os.environ),
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
        found = instances.running(self.aws, self.outputs.server_tag.partition("=")[2])
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
        value = json.dumps(content)
        client.put_secret_value(SecretId=secret_id, SecretString=value, VersionStages=["AWSPENDING"])
        self.database.set_password(self.config.database.username, content["password"])
        # RDS moves the stage; moto then goes on giving the old value to whoever names no stage.
        client.put_secret_value(SecretId=secret_id, SecretString=value, VersionStages=["AWSCURRENT"])

    def down(self) -> None:
        """Removes everything of it."""
        clearing.clear(self.place)
