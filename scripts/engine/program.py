"""The Pulumi CLI that is used: the one on PATH if it is recent enough, else one in the cache; and `make engine`.

`python -m scripts.engine.program` gets one where there is none: by Pulumi's own installer where the network lets it,
else by a build of the version that tools/pulumi/go.mod pins. DICEYTECH_ENGINE=build leaves the installer out, =path
takes nothing but PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from infra.errors import PlatformError

VERSION: Final = "3.259.0"  # as in tools/pulumi/go.mod; a test holds both together
OLDEST: Final = (3, 200, 0)  # tested with VERSION; object defaults in Pulumi.yaml need a CLI of 2025 or later
PATIENCE: Final = 5.0  # seconds for an answer; a cold start takes about one
INSTALLER: Final = "https://get.pulumi.com"
INSTALLER_PATIENCE: Final = 5.0  # seconds to reach it
MODULE: Final = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST: Final = "pulumi-language-python"
Source = Literal["PATH", "installed", "built"]


class EngineError(PlatformError):
    """There is no engine that can be used, and what to do."""


class NoAnswer(Exception):
    """The engine was there and did not say its version."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi CLI; `language_host` tells whether it comes with Python's."""

    path: Path
    version: str
    source: Source
    language_host: bool

    def __str__(self) -> str:
        return f"Pulumi {self.version} ({self.source}: {self.path})"


def cache() -> Path:
    """Where `make engine` keeps its CLI: outside the repository, so that every clone has it."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "diceytech-platform" / "pulumi" / VERSION


def find() -> Engine | None:
    """The engine that is there already: recent enough on PATH, else in the cache."""
    on_path = shutil.which("pulumi")
    candidates: list[tuple[Path, Source]] = [(Path(on_path), "PATH")] if on_path else []
    candidates += [(cache() / "bin" / "pulumi", "installed"), (cache() / "built" / "pulumi", "built")]
    for path, source in candidates:
        if (found := _usable(path, source)) is not None:
            return found
    return None


def require() -> Engine:
    """The same, or EngineError with the line that gets one."""
    found = find()
    if found is None:
        raise EngineError(
            "there is no Pulumi engine here; run `make engine`, or install it from pulumi.com/docs/install"
        )
    return found


def ensure(root: Path) -> Engine:
    """The engine that is there, or one that is got now; raises EngineError with what was tried."""
    ways = os.environ.get("DICEYTECH_ENGINE", "install,build").split(",")
    if (found := find()) is not None:
        return found
    tried: list[str] = []
    if "install" in ways:
        tried.append(_install())
    if find() is None and "build" in ways:
        tried.append(_build(root / "tools" / "pulumi"))
    if (found := find()) is not None:
        return found
    reasons = "; ".join(reason for reason in tried if reason) or "DICEYTECH_ENGINE allows nothing but PATH"
    raise EngineError(f"no Pulumi engine: {reasons}; install it from pulumi.com/docs/install")


def version(path: str, patience: float = PATIENCE) -> str:
    """First line that `pulumi version` prints; raises NoAnswer. Its whole process group ends with it."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own engine
            [path, "version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            start_new_session=True,
        )
    except OSError as error:
        raise NoAnswer(str(error.strerror)) from None
    with process:
        try:
            printed, complaint = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise NoAnswer(f"no answer in {patience:g} seconds") from None
    if process.returncode:
        raise NoAnswer(_first_line(complaint) or f"exit code {process.returncode}")
    return _first_line(printed)


def recent(text: str) -> bool:
    """Whether a version is new enough for this project."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3]) >= OLDEST


def _usable(path: Path, source: Source) -> Engine | None:
    if not path.is_file():
        return None
    try:
        text = version(str(path), patience=PATIENCE * 12)  # a busy machine has no engine less
    except NoAnswer:
        return None
    if not recent(text):
        return None
    beside = path.resolve().with_name(LANGUAGE_HOST).is_file()
    host = beside or (source == "PATH" and shutil.which(LANGUAGE_HOST) is not None)
    return Engine(path=path, version=text.removeprefix("v"), source=source, language_host=host)


def _install() -> str:
    """Runs Pulumi's own installer; the reason why it did not work, or nothing."""
    try:
        with urllib.request.urlopen(INSTALLER, timeout=INSTALLER_PATIENCE) as answer:
            script = answer.read()
    except OSError as error:
        return f"the installer at {INSTALLER} cannot be reached ({getattr(error, 'reason', error)})"
    print(f"installing Pulumi {VERSION} by {INSTALLER}", file=sys.stderr)
    command = ["sh", "-s", "--", "--version", VERSION, "--install-root", str(cache()), "--no-edit-path"]
    done = subprocess.run(command, input=script, stdout=sys.stderr, check=False)  # noqa: S603 - Pulumi's installer
    return f"Pulumi's installer failed with exit code {done.returncode}" if done.returncode else ""


def _build(module: Path) -> str:
    """Builds the pinned CLI with Go; the reason why it did not work, or nothing."""
    go = shutil.which("go")
    if go is None:
        return "there is no Go here to build it with (Go 1.26 or later)"
    target = cache() / "built"
    target.mkdir(parents=True, exist_ok=True)
    print(f"building Pulumi {VERSION} with Go, about 4 minutes the first time", file=sys.stderr)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=target) as work:
        draft = Path(work) / "pulumi"
        flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
        command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(draft), MODULE]
        done = subprocess.run(command, cwd=module, stdout=sys.stderr, check=False)  # noqa: S603 - Go, with fixed words
        if done.returncode:
            return f"the build failed with exit code {done.returncode}, see above"
        draft.replace(target / "pulumi")
    print(f"built in {time.monotonic() - start:.0f} s", file=sys.stderr)
    return ""


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")


def main() -> None:
    """`make engine`: says which engine is used."""
    try:
        print(ensure(Path(__file__).parent.parent.parent))
    except PlatformError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
