"""What a release is built for: the Python and processor of an environment's servers, and which wheels fit them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.config import Server
from infra.errors import PlatformError

PYTHONS = {"debian-13": "3.13", "ubuntu-24.04": "3.12"}  # each distribution's own
ARM = re.compile(r"^(a1|[a-z]+\d+g[a-z]*)\.")  # EC2's Graviton families: t4g, m7gd, im4gn …
MACHINES = ("x86_64", "aarch64")
GLIBC = range(39, 16, -1)  # 2.39 is Ubuntu 24.04's; wheels for 2.17 and later run there (PEP 600)


@dataclass(frozen=True, kw_only=True)
class Target:
    """CPython's version such as 3.13, and `x86_64` or `aarch64`."""

    python: str
    machine: str

    @property
    def platforms(self) -> list[str]:
        """pip's platform tags, the newest C library first."""
        older = [f"manylinux2014_{self.machine}"]
        return [f"manylinux_2_{minor}_{self.machine}" for minor in GLIBC] + older

    @property
    def markers(self) -> dict[str, str]:
        """What the markers of requirements are held against (PEP 508)."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }


def target_of(server: Server) -> Target:
    """The target of an environment's servers."""
    return Target(python=PYTHONS[server.image.os], machine="aarch64" if ARM.match(server.instance_type) else "x86_64")


def chosen(target: Target, *, python: str | None, machine: str | None) -> Target:
    """The target with what the command line asks for; raises PlatformError for what nothing can be built for."""
    if python is not None and not re.fullmatch(r"3\.\d{1,2}", python):
        raise PlatformError(f"--python {python}: is no version of Python 3; say for example 3.13")
    if machine is not None and machine not in MACHINES:
        raise PlatformError(f"--machine {machine}: is unknown; the machines are {' and '.join(MACHINES)}")
    return Target(python=python or target.python, machine=machine or target.machine)
