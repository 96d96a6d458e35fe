"""The database at the RDS instance's address: a real PostgreSQL of this computer, TLS only, its own master user.

The master user is no superuser, as on RDS. Its certificate is the rehearsal's own. Nothing is forced to the disk: the
database's own machine never loses its power here.
"""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.machine import processes
from rehearsal.machine.needs import MachineError, postgresql
from rehearsal.machine.places import DATABASE, Place, namespace_path

OWNER: Final = "rdsadmin"  # the superuser's name on RDS too
STARTS_WITHIN: Final = 30.0  # seconds
SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "ssl": "on",
    "ssl_cert_file": "server.crt",
    "ssl_key_file": "server.key",
    "password_encryption": "scram-sha-256",
}
ACCESS: Final = f"local all {OWNER} trust\nhostssl all all 0.0.0.0/0 scram-sha-256\n"


@dataclass(frozen=True, kw_only=True)
class Database:
    """The database server of a world."""

    place: Place

    @property
    def data(self) -> Path:
        return self.place.directory / "postgresql"

    @property
    def log(self) -> Path:
        return self.place.directory / "postgresql.log"

    @property
    def pid(self) -> int | None:
        """Process id of the server; None where it is down."""
        return processes.written(self.place.directory / "postgresql.pid", str(self.data))

    def make(self, *, user: str, password: str, name: str) -> None:
        """An empty cluster with the master user and its database, started."""
        nobody = pwd.getpwnam("nobody")
        self.data.mkdir(mode=0o700)
        os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
        initdb = [str(_binaries() / "initdb"), "-D", str(self.data), "-U", OWNER, "-E", "UTF8", "--no-locale"]
        _checked(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *initdb, "--no-sync", "-A", "trust"]
        )
        _certificate(self.data)
        (self.data / "pg_hba.conf").write_text(ACCESS, encoding="ascii")
        self.start()
        self.owner(f"CREATE ROLE {user} LOGIN CREATEDB CREATEROLE")
        self.set_password(user, password)
        self.owner(f"CREATE DATABASE {name} OWNER {user}")

    def start(self) -> None:
        """Starts the server; one that runs stays. Raises MachineError where it does not come up."""
        if self.pid is not None:
            return
        address, port = DATABASE
        options = {
            **SETTINGS,
            "listen_addresses": address,
            "port": str(port),
            "unix_socket_directories": str(self.data),
        }
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        identity = pwd.getpwnam("nobody")
        enter = ["nsenter", f"--net={namespace_path(self.place.aws)}", f"--setuid={identity.pw_uid}"]
        words = [
            *enter,
            f"--setgid={identity.pw_gid}",
            "--",
            str(_binaries() / "postgres"),
            "-D",
            str(self.data),
            *flags,
        ]
        pid_file = self.place.directory / "postgresql.pid"
        processes.detach(words, log=self.log, pid_file=pid_file, variables={"PATH": os.defpath, "LC_ALL": "C"})
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._ready():
            if time.monotonic() > deadline:
                last = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise MachineError(f"PostgreSQL does not start: {' '.join(last)}; see {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops the server at once: open transactions are rolled back, connections are cut."""
        if (pid := self.pid) is not None:
            processes.end(pid, signal.SIGINT)

    def owner(self, statement: str, *, database: str = "postgres") -> str:
        """Runs a statement as the superuser, over the socket; its rows as text, columns by `|`."""
        return _checked([*self._psql(), "-U", OWNER, "-d", database], given=statement)

    @contextmanager
    def transaction(self, statement: str, *, database: str) -> Iterator[None]:
        """A transaction of the superuser's that ran the statement, and keeps its locks until the block ends."""
        words = [*self._psql(), "-U", OWNER, "-d", database]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        if process.stdin is None or process.stdout is None:
            raise MachineError("psql has no standard input")
        with process:
            process.stdin.write(f"BEGIN;\n{statement};\nSELECT 'held';\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.strip() == "held":
                    break
            yield
            process.stdin.write("ROLLBACK;\n")
            process.stdin.close()

    def _psql(self) -> list[str]:
        """The words of psql over the superuser's socket."""
        words = [str(_binaries() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return [*words, "-h", str(self.data), "-p", str(DATABASE[1])]

    def set_password(self, user: str, password: str) -> None:
        """Sets the master user's password."""
        self.owner(f"ALTER ROLE {user} PASSWORD '{password.replace(chr(39), chr(39) * 2)}'")

    def _ready(self) -> bool:
        """Whether it takes connections: it listens already while it still starts."""
        ask = [str(_binaries() / "pg_isready"), "-q", "-h", str(self.data), "-p", str(DATABASE[1])]
        return subprocess.run(ask, check=False).returncode == 0  # noqa: S603 - fixed words


def rotated(secret: Mapping[str, str]) -> dict[str, str]:
    """The secret's content with another password."""
    return {**secret, "password": secrets.token_urlsafe(24)}


def _binaries() -> Path:
    found = postgresql()
    if found is None:
        raise MachineError("no PostgreSQL is installed; on Debian and Ubuntu: apt-get install postgresql")
    return found


def _certificate(directory: Path) -> None:
    key, certificate = directory / "server.key", directory / "server.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    _checked([*words, "-subj", "/CN=rehearsal", "-keyout", str(key), "-out", str(certificate)])
    nobody = pwd.getpwnam("nobody")
    for path in (key, certificate):
        path.chmod(0o600)
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _checked(words: list[str], given: str | None = None) -> str:
    done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise MachineError(f"{Path(words[0]).name} failed: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()
