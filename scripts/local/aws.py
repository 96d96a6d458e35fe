"""The local AWS of a repository: its process on loopback, where it keeps what belongs to it, and what is seeded."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.account_config import load_account
from infra.config_source import ConfigError, environments, load
from infra.errors import PlatformError
from infra.names import Names
from rehearsal.local_aws import LocalAccount
from rehearsal.seeds import make_way, seed
from scripts.local.process import is_alive
from scripts.private_file import write_private

PATIENCE: Final = 60.0  # seconds for the process to answer; about two on an idle machine
LOCK_HELD: Final = 75


class LocalError(PlatformError):
    """The local AWS could not be started or stopped."""


class LocalBusyError(LocalError):
    """Another command starts or stops the local AWS right now."""

    exit_code = LOCK_HELD


@dataclass(frozen=True)
class LocalHome:
    """What belongs to one local AWS: all of it in `.rehearsal/local/`, which goes with it."""

    root: Path

    @property
    def directory(self) -> Path:
        return self.root / ".rehearsal" / "local"

    @property
    def announcement(self) -> Path:
        return self.directory / "server.json"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    @property
    def bin(self) -> Path:
        return self.directory / "bin"

    @property
    def project(self) -> Path:
        return self.directory / "project"

    @property
    def state(self) -> Path:
        return self.directory / "state"

    @property
    def passphrase(self) -> str:
        """Encrypts the secrets in the rehearsal's state; made with it."""
        return (self.directory / "passphrase").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Running:
    """A local AWS that answers."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def account(self, account_id: str, region: str) -> LocalAccount:
        """One of its accounts."""
        return LocalAccount(endpoint=self.endpoint, account_id=account_id, region=region)


def running(home: LocalHome) -> Running | None:
    """The local AWS of this repository, if it answers; where its file is damaged, nobody knows of one."""
    try:
        told = json.loads(home.announcement.read_text(encoding="utf-8"))
        found = Running(pid=int(told["pid"]), port=int(told["port"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return found if _answers(found) else None


def start(home: LocalHome) -> Running:
    """Starts it, empty; the one that runs already, if there is one. Raises LocalError with the process's last words."""
    with _alone(home):
        if (found := running(home)) is not None:
            return found
        shutil.rmtree(home.directory, ignore_errors=True)
        for directory in (home.bin, home.state, home.directory / "pulumi"):
            directory.mkdir(parents=True)
        write_private(home.directory / "passphrase", secrets.token_urlsafe(24))
        with home.log.open("wb") as log:
            started = subprocess.run(  # noqa: S603 - this very program
                [sys.executable, "-m", "rehearsal.local_server", "--detach", "--announce", str(home.announcement)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home.root,
                check=False,
            )
        return _announced(home, int(started.stdout or 0))


def stop(home: LocalHome) -> bool:
    """Stops it and removes all that belongs to it; whether there was one."""
    with _alone(home):
        found = running(home)
        if found is not None:
            _ask(found, "POST", "stop")
            _gone(found)
        there = home.directory.exists()
        shutil.rmtree(home.directory, ignore_errors=True)
        return found is not None or there


def seed_environments(home: LocalHome, local: Running) -> list[str]:
    """Puts in what each environment expects to be in its account, once; who was left out and why."""
    left_out: list[str] = []
    for name in environments(home.root):
        try:
            config = load(home.root, name)
        except ConfigError as error:
            left_out.append(f"{name} ({len(error.problems)} errors; see `diceytech config check --env {name}`)")
            continue
        aws = local.account(config.aws.account_id, config.aws.region)
        record = f"seeded/{config.aws.account_id}/{name}"
        if record in aws.records:
            continue
        names = Names(product=config.product.name, environment=name, account_id=config.aws.account_id)
        aws.records[record] = {"done": list(seed(aws, config, names))}
    return left_out


def make_way_for_account(home: LocalHome, local: Running, stack: str) -> list[str]:
    """Removes what stood in for the account project's own; the environments whose placeholder went."""
    gone: list[str] = []
    config = load_account(home.root, stack)
    aws = local.account(config.aws.account_id, config.aws.region)
    for one in config.environments:
        names = Names(product=config.product.name, environment=one.name, account_id=config.aws.account_id)
        if make_way(aws, names):
            gone.append(one.name)
    return gone


@contextlib.contextmanager
def _alone(home: LocalHome) -> Iterator[None]:
    """Holds the lock of starting and stopping; raises LocalBusyError where another command has it."""
    home.directory.parent.mkdir(parents=True, exist_ok=True)
    with (home.directory.parent / "local.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalBusyError("another command starts or stops the local AWS; wait for it, then try again") from None
        yield


def _announced(home: LocalHome, pid: int) -> Running:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and pid and is_alive(pid):
        if (found := running(home)) is not None:
            return found
        time.sleep(0.05)
    if pid and is_alive(pid):
        os.kill(pid, signal.SIGKILL)
    last = home.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise LocalError(f"the local AWS did not start: {' '.join(last) or 'no answer'}; see {home.log}")


def _gone(found: Running) -> None:
    deadline = time.monotonic() + PATIENCE
    while _answers(found):
        if time.monotonic() > deadline:
            raise LocalError(f"the local AWS (process {found.pid}) does not stop; end that process")
        time.sleep(0.02)


def _answers(found: Running) -> bool:
    try:
        return bool(_ask(found, "GET", "health").get("pid") == found.pid)
    except (OSError, ValueError, AttributeError, OverflowError, http.client.HTTPException):
        return False  # nobody, or somebody else: an answer that is no object, a port that is none


def _ask(found: Running, method: str, path: str) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=5)
    try:
        connection.request(method, f"/_stand-in/{path}")
        told: dict[str, object] = json.loads(connection.getresponse().read())
        return told
    finally:
        connection.close()
