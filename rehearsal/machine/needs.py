"""What a rehearsal of machines needs of this computer, and the one message where it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.errors import PlatformError

PROGRAMS: Final[Mapping[str, str]] = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "haproxy": "haproxy",
    "wrk": "wrk",
}  # each with the package of Debian and Ubuntu that has it
LOOP: Final = Path("/dev/loop-control")
POSTGRESQL: Final = Path("/usr/lib/postgresql")  # where Debian's and Ubuntu's packages put each version


class MachineError(PlatformError):
    """A machine cannot be booted or asked here; the message says what to do."""


def lacking() -> str | None:
    """Why no machine can be booted on this computer, in one line; None where it can."""
    if sys.platform != "linux":
        return "machines boot on Linux only; use a virtual machine with Debian or Ubuntu"
    if os.geteuid() != 0:
        return "root is needed for mounts and network namespaces; run it under sudo"
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if postgresql() is None:
        packages.append("postgresql")
    if packages:
        return f"programs are missing; on Debian and Ubuntu: apt-get install {' '.join(packages)}"
    if subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, check=False).returncode:  # noqa: S607
        return "root may not make namespaces here, as in a container without privileges; use a virtual machine"
    if not LOOP.exists():
        return f"there is no {LOOP} for the machines' disks: modprobe loop"
    return None


def require() -> None:
    """Raises MachineError where no machine can be booted."""
    if (reason := lacking()) is not None:
        raise MachineError(f"no machine can be booted here: {reason}")


def postgresql() -> Path | None:
    """The newest version's programs. Not the wheel's: it is built without the TLS that RDS asks for."""
    found = [path for path in POSTGRESQL.glob("*/bin") if (path / "postgres").exists() and (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)
