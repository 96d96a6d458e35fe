"""Load on a world from inside the namespace that plays AWS: wrk over kept and closing connections, and its verdict.

Ten requests a second at most on each connection.

A failed request is one that was answered by 4xx or 5xx, or not at all.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rehearsal.machine import network
from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import Place

LONGEST: Final = 3600  # seconds; a load is ended by whoever began it
ENDS_WITHIN: Final = 20.0
# Each connection waits between two requests: the load is to find failures, not to take the machine's processors away.
SCRIPT: Final = """\
delay = function()
  return 100
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("counted %d %d %d %d %d %d %d\\n", summary.requests, e.status, e.connect, e.read, e.write,
    e.timeout, latency.max))
end
"""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What one wrk saw; `longest` is the slowest answer, in seconds."""

    requests: int
    statuses: int
    connects: int
    reads: int
    writes: int
    timeouts: int
    longest: float

    @property
    def unanswered(self) -> int:
        """Requests without an answer, which wrk does not count among its requests."""
        return self.connects + self.reads + self.writes + self.timeouts

    @property
    def failed(self) -> int:
        """Requests without a good answer."""
        return self.statuses + self.unanswered


@dataclass
class Load:
    """A load that runs; `counted` is there once it has ended."""

    counted: list[Counted] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(one.requests + one.unanswered for one in self.counted)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.counted)

    @property
    def longest(self) -> float:
        """The longest wait for an answer, in seconds."""
        return max((one.longest for one in self.counted), default=0.0)


@contextmanager
def running(place: Place, url: str, headers: Mapping[str, str], *, kept: int = 6, closing: int = 2) -> Iterator[Load]:
    """Asks for the URL until the block ends, over `kept` connections that stay and `closing` ones that do not."""
    load = Load()
    with tempfile.TemporaryDirectory(prefix="load-") as room:
        script = Path(room) / "count.lua"
        script.write_text(SCRIPT, encoding="ascii")
        started = [_start(place, url, headers, script, kept)]
        if closing:
            started.append(_start(place, url, {**headers, "Connection": "close"}, script, closing))
        try:
            yield load
        finally:
            for process in started:
                process.send_signal(signal.SIGINT)  # wrk ends its run and tells what it counted
            load.counted.extend(_counted(process) for process in started)


def _start(place: Place, url: str, headers: Mapping[str, str], script: Path, connections: int) -> subprocess.Popen[str]:
    words = [
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(connections),
        "--duration",
        f"{LONGEST}s",
        "--timeout",
        "20s",
    ]
    named = [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    return subprocess.Popen(  # noqa: S603 - in the namespace of the world
        [*network.entering(place.aws), *words, *named, "--script", str(script), url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _counted(process: subprocess.Popen[str]) -> Counted:
    output, _ = process.communicate(timeout=ENDS_WITHIN)
    found = re.search(r"^counted (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", output, re.MULTILINE)
    if found is None:
        raise MachineError(f"wrk said nothing that counts: {output.strip()[-300:]}")
    requests, statuses, connects, reads, writes, timeouts, longest = map(int, found.groups())
    return Counted(
        requests=requests,
        statuses=statuses,
        connects=connects,
        reads=reads,
        writes=writes,
        timeouts=timeouts,
        longest=longest / 1e6,
    )
