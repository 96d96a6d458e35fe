"""acme's dev with machines whose release program says what a test wants, and everything else of a deploy real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from scripted_host import ScriptedHost
from small_machine import backend_up
from small_release import HERE, artifact

from scripts.backend.backend import Backend
from scripts.backend.deploy import Means, carry_out
from scripts.backend.plan import plan_deploy
from scripts.backend.release import BackendRelease, described
from scripts.backend.store import ReleaseStore

ONE, TWO, THREE, FOUR = (f"2026112{day}-120000-{str(day) * 12}" for day in (1, 2, 3, 4))


class Fleet:
    """acme's dev with machines that do as they are told."""

    def __init__(self, hosts: dict[str, Any], directory: Path, size: int, *, acme: bool = True) -> None:
        self.backend: Backend = backend_up(acme=acme)
        self.directory, self.known = directory, hosts
        self.said: list[str] = []
        self.python = HERE.python if acme else "3.13"
        self.orders = directory / "orders"
        self.store = ReleaseStore(self.backend.session, self.backend.outputs.artifacts_bucket)
        self.hosts = [self.launch() for _ in range(size)]

    def launch(self) -> ScriptedHost:
        """One more running machine."""
        names = self.backend.names
        tags = {"Role": names.part("server"), "Product": names.product, "Environment": names.environment}
        told = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
        ec2 = self.backend.session.client("ec2")
        made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=told)
        name = made["Instances"][0]["InstanceId"]
        (self.directory / name).mkdir()
        (self.directory / name / "python").write_text(self.python)
        host = self.known[name] = ScriptedHost(id=name, directory=self.directory / name, tags=tags)
        return host

    def keep(self, releases: int) -> None:
        """Sets `artifacts.keep_releases`."""
        config = self.backend.config
        artifacts = config.artifacts.model_copy(update={"keep_releases": releases})
        self.backend = replace(self.backend, config=config.model_copy(update={"artifacts": artifacts}))

    def release(self, version: str) -> BackendRelease:
        """A release of this version."""
        return described(self.backend, artifact(self.directory, version))

    def means(self, **changes: Any) -> Means:
        """What a deploy is carried out with."""
        found = Means(
            program=b"program",
            by="kim",
            on_line=lambda _host, _line: None,
            say=self.said.append,
            take_snapshot=lambda _release: "snapshot-1",
            smoke=lambda _url: None,
        )
        return replace(found, **changes)

    def deploy(
        self, version: str, *, smoke: str | None = None, snapshot: bool = False, means: Means | None = None
    ) -> str:
        """Deploys; gives the release's id."""
        release = self.release(version)
        plan = plan_deploy(self.backend, release, smoke=smoke, snapshot=snapshot)
        carry_out(self.backend, plan, means or self.means())
        return release.id

    def asked(self) -> list[str]:
        """Orders so far but `status`, with the machines by their place in the fleet; forgets them."""
        lines = self.orders.read_text() if self.orders.exists() else ""
        for place, host in enumerate(sorted(self.known)):
            lines = lines.replace(host, f"{'abc'[place]}")
        self.orders.unlink(missing_ok=True)
        return [line for line in lines.splitlines() if " status " not in line]

    @property
    def parameter(self) -> str | None:
        """What machines that boot take."""
        return self.backend.parameter(self.backend.release_parameter)
