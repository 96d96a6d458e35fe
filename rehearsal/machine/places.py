"""Where everything of a world is: one directory, and one prefix for namespaces, machines and control groups.

A world is one environment with its AWS. Whatever a crash has left is found by these names alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "dtm-"
STATE: Final = Path("/var/lib/diceytech-machines")
NAMESPACES: Final = Path("/run/netns")
# In the namespace that plays AWS. 192.0.2.0/24 is nobody's (RFC 5737).
SERVICES: Final = "192.0.2.0/24"
ENDPOINT: Final = ("192.0.2.1", 5000)
PROXY: Final = ("192.0.2.1", 3128)
DATABASE: Final = ("192.0.2.10", 5433)  # the port of `platform:database.port`
BALANCER: Final = ("192.0.2.20", 80)
METADATA: Final = ("169.254.169.254", 80)
ENDPOINT_URL: Final = f"http://{ENDPOINT[0]}:{ENDPOINT[1]}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The names of one world; `name` is at most 20 letters, digits and hyphens."""

    name: str

    @property
    def directory(self) -> Path:
        return STATE / self.name

    @property
    def description(self) -> Path:
        """JSON of what the world is: rehearsal/machine/world.py."""
        return self.directory / "world.json"

    @property
    def announcement(self) -> Path:
        """JSON with the process and the port, on loopback, of what plays AWS."""
        return self.directory / "aws.json"

    @property
    def buckets_away(self) -> Path:
        """The buckets that S3 refuses just now: rehearsal/machine/storage_outage.py."""
        return self.directory / "buckets-away"

    @property
    def machines(self) -> Path:
        """A directory for each machine, by its instance id."""
        return self.directory / "machines"

    @property
    def aws(self) -> str:
        """The network namespace that plays AWS."""
        return f"{PREFIX}{self.name}-aws"

    def machine(self, instance_id: str) -> str:
        """Name of a machine, of its network namespace and of its control group."""
        return f"{PREFIX}{self.name}-{instance_id}"


def place_of(root: Path, environment: str) -> Place:
    """The world of one environment of the repository at `root`: two checkouts do not share theirs."""
    checkout = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:6]
    return Place(name=f"{environment[:12]}-{checkout}")


def namespace_path(namespace: str) -> Path:
    """The file by which programs enter a namespace."""
    return NAMESPACES / namespace
