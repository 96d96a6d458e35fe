"""`diceytech exec` and `connect db`: Session Manager's own commands, shown, and run where its plugin is installed.

Both need rights of a person (ssm:StartSession on the machine), which the deploy roles do not have.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from infra.errors import PlatformError
from infra.server_paths import ServerPaths
from scripts.backend.backend import Backend
from scripts.backend.hosts import Host

NEEDED = ("aws", "session-manager-plugin")


@dataclass(frozen=True, kw_only=True)
class Session:
    """An `aws ssm start-session` command, and what to know about it."""

    command: Sequence[str]
    notes: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The command as a shell takes it."""
        return shlex.join(self.command)


def on_machine(backend: Backend, host: Host, words: Sequence[str]) -> Session:
    """A command of the live release on a machine, such as `manage.py shell`, or without words a shell."""
    program = ServerPaths(product=backend.names.product).program
    if not words:
        return Session(command=_start(backend, host))
    inner = f"sudo {program} run {shlex.join(words)}"
    document = ["--document-name", "AWS-StartInteractiveCommand"]
    return Session(command=[*_start(backend, host), *document, "--parameters", json.dumps({"command": [inner]})])


def to_database(backend: Backend, host: Host, port: int) -> Session:
    """The database at a port of this machine, by way of a server."""
    outputs = backend.outputs
    target = {"host": [outputs.database_address], "portNumber": [str(outputs.database_port)]}
    parameters = json.dumps({**target, "localPortNumber": [str(port)]})
    document = ["--document-name", "AWS-StartPortForwardingSessionToRemoteHost", "--parameters", parameters]
    user = backend.config.database.username
    secret = ["aws", "secretsmanager", "get-secret-value", "--region", outputs.region]
    secret += ["--secret-id", outputs.database_secret_arn, "--query", "SecretString", "--output", "text"]
    return Session(
        command=[*_start(backend, host), *document],
        notes=(
            f'then: psql "host=127.0.0.1 port={port} dbname={outputs.database_name} user={user} sslmode=require"',
            f"its password: {shlex.join(secret)}",
        ),
    )


def start(session: Session) -> int:
    """Runs the command on this terminal; gives its exit code. Raises PlatformError where a program is missing."""
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        raise PlatformError(
            f"{' and '.join(missing)} not installed here; run the command above where they are "
            '(AWS Systems Manager User Guide, "Install the Session Manager plugin")'
        )
    return subprocess.run(list(session.command), check=False).returncode  # noqa: S603 - shown to the user before


def chosen(hosts: Sequence[Host], wanted: str | None) -> Host:
    """The machine of that id, or the oldest; raises PlatformError where there is none."""
    for host in hosts:
        if wanted in (None, host.id):
            return host
    raise PlatformError(f"--host {wanted}: the machines are {', '.join(host.id for host in hosts)}")


def _start(backend: Backend, host: Host) -> list[str]:
    return ["aws", "ssm", "start-session", "--region", backend.outputs.region, "--target", host.id]
