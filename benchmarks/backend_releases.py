"""A release of the backend on a server booted here, beside `systemctl restart` and gunicorn's HUP on the same server.

The same load for each: wrk over eight connections, ten requests a second at most on each. The server has 1 GiB of
memory. `python -m benchmarks.backend_releases` prints this table alone; needs root (rehearsal/machine/needs.py).
"""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from benchmarks.measure import BenchmarkError
from rehearsal.machine import control_group, load
from rehearsal.machine.needs import lacking
from tests.machine.matrix import staged
from tests.machine.stage import Stage
from tests.machine.traffic import LISTED

RUNS = 3
MEMORY = 1024 * 1024 * 1024  # bytes
LEAD = 3.0  # seconds of load before and after
ANONYMOUS = re.compile(r"^(?:total_rss|anon) (\d+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One release under load: seconds until the new code serves, requests, those that failed, the longest wait."""

    seconds: float
    requests: int
    failed: int
    longest: float


@dataclass
class Memory:
    """What programs of the server held at most, in bytes, without files that are cached."""

    most: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, name: str) -> None:
        """Looks until it is stopped."""
        while not self.stop.wait(0.2):
            for group in control_group.groups(name):
                with suppress(OSError):
                    self.most = max([self.most, *map(int, ANONYMOUS.findall((group / "memory.stat").read_text()))])


def table() -> Table:
    """Medians; empty but for its title where no machine can be booted."""
    found = Table("on one server of 1 GiB", "s to live", "longest wait s", "failed", "requests")
    found.title = f"Releases of the backend under load, medians of {RUNS} runs"
    if (reason := lacking()) is not None:
        found.title = f"Releases of the backend: not measured, {reason}"
        return found
    with staged("dev") as stage:
        control_group.make(stage.machine.name, MEMORY)
        with memory(stage) as held:
            ways = measured(stage)
        boots = [_booted(stage) for _ in range(RUNS)]
    for name, runs in ways.items():
        found.add_row(
            name,
            f"{statistics.median(one.seconds for one in runs):.1f}",
            f"{statistics.median(one.longest for one in runs):.2f}",
            str(sum(one.failed for one in runs)),
            str(sum(one.requests for one in runs)),
        )
    found.add_row("power on to the first good answer", f"{statistics.median(boots):.1f}", "", "", "")
    found.add_row(f"memory of programs, both slots up: {held.most / 2**20:.0f} MiB at most", "", "", "", "")
    return found


def measured(stage: Stage) -> dict[str, list[Measured]]:
    """Every way, in turn."""
    ways: dict[str, Callable[[Stage], Callable[[], float]]] = {
        "`diceytech deploy backend`": _deploy,
        "`diceytech rollback backend`": _rollback,
        "`systemctl restart`": _restart,
        "gunicorn's HUP": _hang_up,
    }
    found: dict[str, list[Measured]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            found[name].append(_under_load(stage, way(stage)))
    return found


def _under_load(stage: Stage, release: Callable[[], float]) -> Measured:
    site = stage.member()
    url = f"http://{site.address[0]}:{site.address[1]}{LISTED}"
    with load.running(stage.world.place, url, site.headers) as counted:
        time.sleep(LEAD)
        seconds = release()
        time.sleep(LEAD)
    return Measured(seconds=seconds, requests=counted.requests, failed=counted.failed, longest=counted.longest)


def _deploy(stage: Stage) -> Callable[[], float]:
    version, artifact = stage.release()
    return lambda: _timed(lambda: _good(stage.deploy(artifact).code), lambda: stage.site().version() == version)


def _rollback(stage: Stage) -> Callable[[], float]:
    words = ("rollback", "backend", "--env", stage.world.environment, "--no-smoke")
    return lambda: _timed(lambda: _good(stage.diceytech(*words).code), lambda: True)


def _restart(stage: Stage) -> Callable[[], float]:
    unit = _unit(stage)
    return lambda: _timed(
        lambda: stage.machine.run(["systemctl", "restart", unit]), lambda: stage.site().version() is not None
    )


def _hang_up(stage: Stage) -> Callable[[], float]:
    """HUP starts new workers and ends the old ones; they have the old virtual environment and settings."""
    unit, before = _unit(stage), _workers(stage)
    return lambda: _timed(
        lambda: stage.machine.run(["systemctl", "reload", unit]),
        lambda: not before & _workers(stage) and stage.site().version() is not None,
    )


def _timed(begin: Callable[[], object], live: Callable[[], bool]) -> float:
    """Seconds until what was begun is live."""
    start = time.monotonic()
    begin()
    while not live():
        if time.monotonic() - start > 120:
            raise BenchmarkError("the release does not go live")
        time.sleep(0.05)
    return time.monotonic() - start


def _good(code: int) -> None:
    if code:
        raise BenchmarkError(f"the command ended with exit code {code}")


def _unit(stage: Stage) -> str:
    slot = (stage.machine.root / f"srv/{stage.world.config.product.name}/live.sock").readlink().parent.name
    product, _, colour = slot.rpartition("-")
    return f"{product}-web@{colour}.service"


def _workers(stage: Stage) -> set[str]:
    """Process ids of the live slot's workers."""
    main = stage.machine.run(["systemctl", "show", "--property=MainPID", "--value", _unit(stage)]).stdout.strip()
    return set(stage.machine.run(["pgrep", "--parent", main]).stdout.split())


def _booted(stage: Stage) -> float:
    """Seconds from the power to the first good answer."""
    stage.machine.power_cut()
    return _timed(stage.machine.boot, lambda: stage.site().version() is not None)


@contextmanager
def memory(stage: Stage) -> Iterator[Memory]:
    """What the server's programs hold while the block lasts."""
    found = Memory()
    thread = threading.Thread(target=found.run, args=(stage.machine.name,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.stop.set()
        thread.join()


if __name__ == "__main__":
    Console().print(table())
