"""The AWS of `diceytech live`: a local one of its own, in which the environment comes up by the platform's program."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from infra.config import PlatformConfig
from infra.errors import PlatformError
from infra.names import Names
from infra.outputs import Outputs
from infra.stacks.platform import platform
from rehearsal import cdn, guardian
from rehearsal.in_process import Event, run
from rehearsal.local_aws import LocalAccount
from rehearsal.platform import PROJECT
from rehearsal.product import stop
from rehearsal.s3_guard import SECRET
from rehearsal.seeds import seed

STARTS_WITHIN = 60.0  # seconds
STOPS_WITHIN = 10.0


@dataclass(frozen=True, kw_only=True)
class LiveAws:
    """An environment that is up: its account in the local AWS at `port`, and what its stack exports."""

    port: int
    account: LocalAccount
    names: Names
    outputs: Outputs

    @property
    def variables(self) -> dict[str, str]:
        """What points any AWS client at it, and at nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.account.endpoint,
            "AWS_ACCESS_KEY_ID": self.account.account_id,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": self.account.region,
        }

    def distribution(self) -> cdn.Distribution:
        """The site's distribution, as it is configured now."""
        return cdn.read(self.account, self.outputs.distribution_id)

    def secret(self, name: str, *, store: str) -> str:
        """The value of one of the environment's secrets."""
        if store == "ssm":
            found = self.account.client("ssm").get_parameter(Name=self.names.secret(name), WithDecryption=True)
            return str(found["Parameter"]["Value"])
        held = self.account.client("secretsmanager").get_secret_value(SecretId=self.names.secret(name))
        return str(held["SecretString"])

    def at(self, site_url: str) -> LiveAws:
        """The same with the site's address on this machine, where deploys read the platform's outputs too."""
        outputs = replace(self.outputs, site_url=site_url)
        text = json.dumps(asdict(outputs), sort_keys=True)
        self.account.client("ssm").put_parameter(Name=self.names.platform_parameter, Value=text, Overwrite=True)
        return replace(self, outputs=outputs)


@contextmanager
def up(config: PlatformConfig, environment: str, *, room: Path, say: Callable[[str], None]) -> Iterator[LiveAws]:
    """The environment in an AWS of its own until the block ends; raises PlatformError or what the program raises."""
    names = Names(product=config.product.name, environment=environment, account_id=config.aws.account_id)

    def told(event: Event) -> None:
        say(f"platform: {event.node.name}")

    say("local AWS")
    with _server(room) as port:
        endpoint = f"http://127.0.0.1:{port}"
        account = LocalAccount(endpoint=endpoint, account_id=config.aws.account_id, region=config.aws.region)
        seed(account, config, names)
        result = run(
            lambda: platform(config, environment),
            aws=account,
            project=PROJECT,
            stack=environment,
            config={},
            on_event=told,
        )
        exports: dict[str, Any] = {field.name: result.exports.get(field.name) for field in fields(Outputs)}
        yield LiveAws(port=port, account=account, names=names, outputs=Outputs(**exports))


@contextmanager
def _server(room: Path) -> Iterator[int]:
    """The local AWS's process, with S3 guarded; gives its port."""
    announcement, log = room / "aws.json", room / "aws.log"
    command = [sys.executable, "-m", "rehearsal.local_server", "--guard-s3", "--announce", str(announcement)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this very program
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=Path(__file__).parent.parent.parent,
            process_group=guardian.group(),
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not announcement.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise PlatformError(f"the local AWS does not start: {' '.join(last) or 'no answer'}; try again")
            time.sleep(0.02)
        yield int(json.loads(announcement.read_text(encoding="utf-8"))["port"])
    finally:
        stop(process, within=STOPS_WITHIN)
