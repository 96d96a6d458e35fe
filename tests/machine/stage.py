"""A world for the matrix: deploys by the command, or the release program alone where it is to be killed at a step."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.machine.machine import Machine
from rehearsal.machine.world import World
from tests.machine.artifacts import GOOD, Change, variant
from tests.machine.traffic import Site, anonymous, logged_in

LOCK = "releases/lock.json"
LONGEST = 400.0  # seconds of one deploy
PUBLISH = """\
import sys
from pathlib import Path
from typing import Any
from scripts.backend.backend import opened
from scripts.backend.release import artifact_of, release_of
from scripts.backend.store import ReleaseStore
backend = opened(Path(sys.argv[1]), sys.argv[2])
release = release_of(backend, artifact_of(Path(sys.argv[3])))
store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
store.put_program(Path(sys.argv[1], "server/release.py").read_bytes())
store.publish(release)
print(release.id)
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended: its exit code, and the last line that it said to people."""

    code: int
    said: str


@dataclass
class Stage:
    """A world, the product's artifact, and a count of the versions made of it."""

    world: World
    repository: Path
    artifact: Path
    room: Path
    versions: int = 0

    @property
    def machine(self) -> Machine:
        """The machine where things are done to one of them."""
        return self.world.machines[0]

    def site(self) -> Site:
        """The site as a viewer sees it."""
        return anonymous(self.world)

    def on(self, machine: Machine) -> Site:
        """One machine's own nginx, past the load balancer."""
        return replace(anonymous(self.world), address=(machine.instance.private_ip, 80))

    def grow(self) -> dict[str, Any]:
        """Lets the group have one instance more; what it was before."""
        client, tag = self.world.aws.client("autoscaling"), self.world.outputs.server_tag.partition("=")[2]
        groups = client.describe_auto_scaling_groups()["AutoScalingGroups"]
        [group] = [
            one for one in groups if {"Name": tag}.items() <= {t["Key"]: t["Value"] for t in one["Tags"]}.items()
        ]
        name, size = group["AutoScalingGroupName"], group["DesiredCapacity"]
        client.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=size + 1)
        found: dict[str, Any] = group
        return found

    def member(self) -> Site:
        """The site for a new account."""
        return logged_in(self.world)

    def release(self, change: Change = GOOD, kind: str = "good") -> tuple[str, Path]:
        """A new version of the product with this change: its version and its artifact."""
        self.versions += 1
        version = f"{kind}-{self.versions}"
        return version, variant(self.artifact, version, change, self.room)

    def diceytech(self, *words: str) -> Ended:
        """Runs a command of the toolkit against the world's AWS."""
        return self.ended(self.begun(*words))

    def begun(self, *words: str) -> subprocess.Popen[str]:
        """The same, begun."""
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.cli", *words],
            cwd=self.repository,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: subprocess.Popen[str]) -> Ended:
        """What came of it."""
        output, complaint = process.communicate(timeout=LONGEST)
        lines = (complaint if process.returncode else output).strip().splitlines()
        return Ended(code=process.returncode, said=lines[-1] if lines else "")

    def deploy(self, artifact: Path, *words: str) -> Ended:
        """`diceytech deploy backend` of an artifact."""
        environment = self.world.environment
        options = ("--env", environment, "--artifact", str(artifact), "--no-smoke")
        return self.diceytech("deploy", "backend", *options, *words)

    def good(self, again: tuple[str, Path] | None = None) -> str:
        """A good release is live, through the whole command; a new one, or one that was begun. Gives its version."""
        version, artifact = again or self.release()
        ended = self.deploy(artifact)
        assert ended.code == 0, ended
        assert self.site().version() == version
        return version

    def publish(self, artifact: Path) -> str:
        """Puts a release where machines find it, without going live; gives its id."""
        words = [sys.executable, "-c", PUBLISH, str(self.repository), self.world.environment, str(artifact)]
        done = subprocess.run(
            words, cwd=self.repository, env=self.variables(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip().splitlines()[-1]

    def variables(self) -> dict[str, str]:
        """Of a command of this computer."""
        own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**own, "PYTHONPATH": str(self.repository), **self.world.variables}

    def program(self, *words: str) -> Ended:
        """The release program on the machine, past Systems Manager: its exit code, and the last message."""
        program = f"/srv/{self.world.config.product.name}/bin/release"
        done = self.machine.run([program, *words], check=False, seconds=LONGEST)
        end = json.loads(done.stdout.strip().splitlines()[-1])
        return Ended(code=done.returncode, said=str(end.get("message", "")))

    @contextmanager
    def at_step(self, action: str, release: str, step: str) -> Iterator[Callable[[], None]]:
        """The release program on the machine, running, at the moment when it begins the step.

        The block gets what kills the program. Raises AssertionError where the program ends before the step.
        """
        program = f"/srv/{self.world.config.product.name}/bin/release"
        process = subprocess.Popen(
            self.machine.command([program, action, release]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            told = json.loads(line)
            if (told["step"], told["state"]) == (step, "started"):
                break
        else:
            raise AssertionError(f"{action} ended before {step}: {''.join(said[-3:])}")

        def kill() -> None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
            for child in children:
                os.kill(int(child), signal.SIGKILL)

        try:
            yield kill
        finally:
            process.stdout.close()
            process.wait(timeout=LONGEST)

    def lock_held(self) -> bool:
        """Whether a deploy holds the lock of the environment."""
        bucket = self.world.outputs.artifacts_bucket
        client = self.world.aws.client("s3")
        found = client.list_objects_v2(Bucket=bucket, Prefix=LOCK)
        return found["KeyCount"] > 0 and bool(json.load(client.get_object(Bucket=bucket, Key=LOCK)["Body"])["by"])

    @contextmanager
    def machine_full(self) -> Iterator[None]:
        """The machine's disk with 20 MiB left."""
        fill = "fallocate -l $(( $(df --output=avail -B1 / | tail -1) - 20 * 1024 * 1024 )) /srv/filled"
        self.machine.run(["sh", "-c", fill])
        try:
            yield
        finally:
            self.machine.run(["rm", "/srv/filled"])

    def recovered(self, seconds: float = 120.0) -> float:
        """Waits until the site is well; seconds that it took. Raises AssertionError after `seconds`."""
        start = time.monotonic()
        while self.site().version() is None:
            assert time.monotonic() - start < seconds, "the site does not come back by itself"
            time.sleep(0.05)
        return time.monotonic() - start
