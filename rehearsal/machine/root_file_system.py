"""The root file system that machines boot from: Debian by mmdebstrap, made once and kept in the user's cache.

It is never written to again: each machine has its own layer over it. Its apt cache holds the packages that the user
data installs, so that a boot takes seconds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rehearsal.machine import image
from rehearsal.machine.needs import MachineError, require

TEMPLATE = "templates/user_data/debian.sh.j2"
PASSED_ON = ("PATH", "http_proxy", "https_proxy", "no_proxy")
Say = Callable[[str], None]


def cache() -> Path:
    """Where root file systems are kept: outside the repository, so that every clone has them."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "diceytech-platform" / "machine"


def cached(repository: Path, say: Say = lambda _: None) -> Path:
    """The root file system for this repository's user data, made now if it is not there; raises MachineError."""
    packages = image.packages_of_user_data((repository / TEMPLATE).read_text(encoding="utf-8"))
    made_of = repr((image.SUITE, image.PACKAGES, sorted(image.FILES.items()), sorted(image.LINKS.items()), packages))
    kept = cache() / hashlib.sha256(made_of.encode()).hexdigest()[:12]
    if not kept.exists():
        require()
        kept.parent.mkdir(parents=True, exist_ok=True)
        _make(kept, packages, say)
    return kept


def _make(kept: Path, packages: tuple[str, ...], say: Say) -> None:
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="draft-") as draft:
        root = Path(draft) / "root"
        log = kept.parent / f"{kept.name}.log"
        say(f"making the root file system of the machines, Debian {image.SUITE}, about two minutes the first time")
        include = ",".join(image.PACKAGES)
        _run(["mmdebstrap", "--mode=root", f"--include={include}", image.SUITE, str(root)], log)
        say(f"base system after {time.monotonic() - start:.0f} s; fetching the packages of the user data")
        _fetch(root, packages, log)
        image.write(root)
        root.rename(kept)
    say(f"root file system made in {time.monotonic() - start:.0f} s")


def _fetch(root: Path, packages: tuple[str, ...], log: Path) -> None:
    """Puts the packages and what they need into the image's apt cache, over this computer's network."""
    names = root / "etc/resolv.conf"
    names.unlink(missing_ok=True)
    shutil.copyfile("/etc/resolv.conf", names)
    apt = ["chroot", str(root), "apt-get", "-q", "-y", "-o", "APT::Keep-Downloaded-Packages=true"]
    _run([*apt, "update"], log)
    _run([*apt, "--no-install-recommends", "--download-only", "install", *packages], log)


def _run(command: list[str], log: Path) -> None:
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with log.open("ab") as output:
        done = subprocess.run(  # noqa: S603 - the distribution's own programs
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=variables, check=False
        )
    if done.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise MachineError(f"{command[0]} failed: {' '.join(last)[:300]}; see {log}")
