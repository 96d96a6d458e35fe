"""One machine: a layer over the root file system, booted by systemd-nspawn in its own network namespace.

What is known of it is in its directory, so that several programs can ask and end the same machine.
"""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.machine import control_group, network, processes
from rehearsal.machine.instances import MIB, Instance
from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import ENDPOINT_URL, namespace_path

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a service of the machine inherits from its systemd: rehearsal/machine/image.py.
ENVIRONMENT: Final = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "AWS_ENDPOINT_URL": ENDPOINT_URL}
STARTS_WITHIN: Final = 20.0  # seconds until its systemd is there


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine of a world; `name` is that of its namespace and control group too."""

    name: str
    directory: Path

    @property
    def instance(self) -> Instance:
        """The EC2 instance that it is."""
        return Instance.read(self.directory)

    @property
    def id(self) -> str:
        return self.directory.name

    @property
    def root(self) -> Path:
        """Its file system, while it is mounted."""
        return self.directory / "root"

    @property
    def console(self) -> Path:
        """What it wrote to its console, from all its boots."""
        return self.directory / "console.log"

    @property
    def launcher(self) -> int | None:
        """Process id of its systemd-nspawn; None where it is off."""
        return processes.written(self._pid_file, f"--machine={self.name}")

    @property
    def _pid_file(self) -> Path:
        return self.directory / "launcher.pid"

    @property
    def pid(self) -> int | None:
        """Process id, here, of its systemd; None where it is off."""
        launcher = self.launcher
        if launcher is None:
            return None
        try:
            children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text(encoding="ascii").split()
        except OSError:
            return None
        return next((int(child) for child in children if _is_first(int(child))), None)

    def boot(self) -> None:
        """Switches it on; raises MachineError where its systemd does not start. A machine that is on stays as it is."""
        if self.launcher is not None:
            return
        control_group.make(self.name, self.instance.memory_mib * MIB)
        words = [
            *("systemd-nspawn", "--quiet", "--boot", f"--machine={self.name}", f"--directory={self.root}"),
            *("--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=off", "--timezone=off"),
            f"--network-namespace-path={namespace_path(self.name)}",
        ]
        processes.detach(
            words,
            log=self.console,
            pid_file=self._pid_file,
            variables={"PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            groups=control_group.groups(self.name),
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while self.pid is None:
            if time.monotonic() > deadline:
                last = self.console.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise MachineError(f"{self.id} does not boot: {' '.join(last)}; see {self.console}")
            time.sleep(0.02)

    def booted(self, seconds: float = 300.0) -> float:
        """Waits until cloud-init has run the user data; seconds that it took. Raises MachineError after `seconds`."""
        start = time.monotonic()
        finished = self.root / f"var/lib/cloud/instances/{self.id}/boot-finished"
        while not finished.exists():
            if self.launcher is None or time.monotonic() - start > seconds:
                raise MachineError(f"{self.id} did not finish its boot in {seconds:g} s; see {self.console}")
            time.sleep(0.1)
        return time.monotonic() - start

    def command(
        self, words: Sequence[str], variables: Mapping[str, str] | None = None, *, interactive: bool = False
    ) -> list[str]:
        """The words that run a command inside, with nothing of this process's environment.

        `interactive` is for a person at a terminal. It must not be running when the machine shuts down: that
        stops every process before it ends them, nsenter stops with its child, never takes its exit code, and the
        shutdown waits for it. A shell in between does not stop.
        """
        pid = self.pid
        if pid is None:
            raise MachineError(f"{self.id} is off; boot it first")
        settings = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(variables or {})}.items()]
        enter = ["nsenter", "--target", str(pid), "--all"]
        within = ["env", "-i", "--chdir=/root", *settings, *words]
        if interactive:
            return [*enter, "--", *within]
        return [*enter, "--no-fork", "--", "sh", "-c", 'exec 3<&0; "$@" <&3 3<&- & wait $!', "sh", *within]

    def run(
        self, words: Sequence[str], *, check: bool = True, seconds: float = 120.0, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command as root inside; raises MachineError for an exit code but 0 unless `check` is False."""
        done = subprocess.run(  # noqa: S603 - inside the machine
            self.command(words),
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
        if check and done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-600:]
            raise MachineError(f"`{' '.join(words)}` on {self.id}: exit code {done.returncode}: {said}")
        return done

    def power_cut(self) -> None:
        """Takes the power away: every process of it is killed at once. What was written and not synced survives."""
        pid, launcher = self.pid, self.launcher
        for victim in (pid, launcher):
            if victim is not None:
                processes.end(victim, signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)

    def alive(self, seconds: float = 2.0) -> bool:
        """Whether its nginx answers 200 to /livez."""
        address = (self.instance.private_ip, 80)
        connection = http.client.HTTPConnection(*address, timeout=seconds)
        try:
            connection.sock = network.connected(self.name, address, seconds)
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def answers(self, seconds: float = 60.0) -> float:
        """Waits until it is alive; seconds that it took. Raises MachineError after `seconds`."""
        start = time.monotonic()
        while not self.alive():
            if time.monotonic() - start > seconds:
                raise MachineError(f"{self.id} does not answer after {seconds:g} s; see {self.console}")
            time.sleep(0.05)
        return time.monotonic() - start


def _is_first(pid: int) -> bool:
    """Whether the process is the first of a namespace of its own, and its systemd already."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("NSpid:"))
        return line.split()[-1] == "1" and "systemd" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    return False
