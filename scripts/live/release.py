"""The backend's release on this machine: packaged for its Python, unpacked, and installed from its own wheels alone."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.config import PlatformConfig
from infra.errors import PlatformError
from rehearsal import guardian
from scripts.package import backend as package_backend
from scripts.package.target import MACHINES, Target


@dataclass(frozen=True, kw_only=True)
class Release:
    """An installed release; `wsgi`, `worker` and `health` are its manifest's."""

    app: Path
    venv: Path
    version: str
    artifact: str
    wsgi: str
    worker: str | None
    health: str


def here() -> Target:
    """This machine as the target of a release; raises PlatformError where the artifact's wheels cannot run."""
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        raise PlatformError(
            f"the backend's artifact holds wheels for Linux, and this is {sys.platform} on {platform.machine()}; "
            "`make demo` runs the product without it"
        )
    return Target(python=f"{sys.version_info.major}.{sys.version_info.minor}", machine=platform.machine())


def install(root: Path, config: PlatformConfig, *, room: Path, say: Callable[[str], None]) -> Release:
    """Packages, unpacks and installs the release below `room`; raises PlatformError."""
    say("backend: the artifact")
    package = package_backend.build(package_backend.plan(root, config.product, here()), room)
    place, venv = room / "release", room / "venv"
    with tarfile.open(package.path) as archive:
        archive.extractall(place, filter="data")
    say("backend: its environment, from its wheels")
    _installed(place, venv)
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    return Release(
        app=place / "app",
        venv=venv,
        version=manifest["version"],
        artifact=package.path.name,
        wsgi=manifest["wsgi"],
        worker=manifest["worker_command"],
        health=manifest["health_path"],
    )


def _installed(place: Path, venv: Path) -> None:
    """A virtual environment with what the artifact brings, offline; uv where it is installed, pip elsewhere."""
    wheels = ["--no-index", "--find-links", str(place / "wheelhouse"), "--require-hashes"]
    what = ["--requirement", str(place / "requirements.txt")]
    python = str(venv / "bin/python")
    if uv := shutil.which("uv"):
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)])
        _run([uv, "pip", "install", "--quiet", "--python", python, "--no-deps", *wheels, *what])
        return
    _run([sys.executable, "-m", "venv", str(venv)])
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, *wheels, *what])


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - pip or uv
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        process_group=guardian.group(),
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise PlatformError(f"the release cannot be installed: {' '.join(last)[:300]}")
