"""The stand-in for the application load balancer: haproxy in the namespace that plays AWS, over all machines.

Like the platform's target group it asks nginx for /livez, over HTTPS, trusts any certificate, and adds the viewer's
address. Its times are shorter than the target group's, so that a test need not wait half a minute. What else a load
balancer of AWS does (its limits, its drain by deregistration, its own errors) is not shown.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.machine import network, processes
from rehearsal.machine.machine import PATH, Machine
from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import BALANCER, Place

STARTS_WITHIN: Final = 10.0  # seconds
CHECKED_EVERY: Final = "500ms"


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """The load balancer of a world with a fleet."""

    place: Place

    @property
    def _pid_file(self) -> Path:
        return self.place.directory / "balancer.pid"

    @property
    def _settings(self) -> Path:
        return self.place.directory / "balancer.cfg"

    @property
    def pid(self) -> int | None:
        return processes.written(self._pid_file, str(self._settings))

    def serve(self, machines: list[Machine]) -> None:
        """Balances over these machines from now on; connections to those that stay are not cut."""
        before = self.pid
        self._settings.write_text(_configuration(machines, self.place.directory / "balancer.sock"), encoding="ascii")
        socket = self.place.directory / "balancer.sock"
        take_over = ["-x", str(socket), "-sf", str(before)] if before is not None else []
        enter = network.entering(self.place.aws)
        processes.detach(
            [*enter, "haproxy", "-q", "-db", "-f", str(self._settings), *take_over],
            log=self.place.directory / "balancer.log",
            pid_file=self._pid_file,
            variables={"PATH": PATH},
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if time.monotonic() > deadline:
                raise MachineError(f"haproxy does not start; see {self.place.directory / 'balancer.log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it."""
        if (pid := self.pid) is not None:
            processes.end(pid, signal.SIGTERM)

    def _answers(self) -> bool:
        try:
            network.connected(self.place.aws, BALANCER, 1.0).close()
        except OSError:
            return False
        return True


def _configuration(machines: list[Machine], socket: Path) -> str:
    servers = "\n".join(
        f"    server {machine.id} {machine.instance.private_ip}:443 ssl verify none check inter {CHECKED_EVERY}"
        for machine in machines
    )
    return f"""\
global
    maxconn 4096
    stats socket {socket} mode 600 level admin expose-fd listeners
defaults
    mode http
    timeout connect 5s
    timeout client 75s
    timeout server 75s
    option forwardfor
frontend viewers
    bind {BALANCER[0]}:{BALANCER[1]}
    default_backend machines
backend machines
    balance roundrobin
    option httpchk GET /livez
    http-check expect status 200
    default-server fall 2 rise 2
{servers}
"""
