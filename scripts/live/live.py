"""`diceytech live`: an environment in a local AWS, with its site in a browser, until it is interrupted.

The platform's own distribution answers: its behaviours, functions, header policies and bucket policies, read from the
local AWS by rehearsal/cdn.py. The website comes there by `deploy website`, the backend is the packaged release.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra import environment_variables
from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from rehearsal import cdn_server, guardian, postgres, product
from rehearsal.local_aws import without_proxy
from scripts.live import aws as live_aws
from scripts.live import release as live_release
from scripts.live.aws import LiveAws
from scripts.live.release import Release
from scripts.live.stood_in import stood_in
from scripts.package import node

FOREIGN = ("AWS_", "BOTO_")  # the user's own credentials and endpoints


@dataclass(frozen=True, kw_only=True)
class Live:
    """What runs: addresses, who can log in, where logs are, and what is not as on AWS.

    `gate` is the site's user name and password.
    """

    url: str
    port: int
    aws: LiveAws
    release: Release
    password: str = field(repr=False)
    gate: tuple[str, str] | None = field(repr=False)
    logs: Path
    stood_in: tuple[str, ...]


@contextmanager
def running(
    root: Path, environment: str, *, port: int, build: Path, say: Callable[[str], None] = lambda _: None
) -> Iterator[Live]:
    """Everything, until the block ends; `build` is the website's, built already.

    Raises PlatformError where a part is missing or does not start.
    """
    config = read_environment(root, environment)
    node_program = node.find().program
    binaries = _postgres(root / config.product.backend.path / ".venv")
    with ExitStack() as stack:
        room = stack.enter_context(guardian.room("live-"))
        aws = stack.enter_context(live_aws.up(config, environment, room=room, say=say))
        release = live_release.install(root, config, room=room, say=say)
        backend_port, free = product.ports(2)
        distribution = aws.distribution()
        host = cdn_server.local_host(distribution.domain, port or free)
        aws = aws.at(f"http://{host}")
        password = stack.enter_context(
            _backend(config, aws, release, binaries=binaries, room=room, port=backend_port, say=say)
        )
        say("the distribution")
        served = cdn_server.serving(
            distribution, node=node_program, aws_port=aws.port, backend_port=backend_port, port=port or free
        )
        stack.enter_context(served)
        say("deploying the website")
        _deploy_website(root, environment, aws, build=build)
        yield Live(
            url=f"http://{host}",
            port=port or free,
            aws=aws,
            release=release,
            password=password,
            gate=_gate(config, aws),
            logs=room,
            stood_in=stood_in(config),
        )


def _deploy_website(root: Path, environment: str, aws: LiveAws, *, build: Path) -> None:
    """Runs the repository's own `deploy website`; raises PlatformError with its words."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "scripts.cli", "deploy", "website", "--env", environment, "--dir", str(build)],
        cwd=root,
        env={**kept, **without_proxy(kept), **aws.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        process_group=guardian.group(),
    )
    if done.returncode:
        raise PlatformError(f"`deploy website` ended with {done.returncode}: {done.stderr.strip()[-400:]}")


@contextmanager
def _backend(
    config: PlatformConfig,
    aws: LiveAws,
    release: Release,
    *,
    binaries: Path,
    room: Path,
    port: int,
    say: Callable[[str], None],
) -> Iterator[str]:
    """PostgreSQL, the migrated and filled database, gunicorn and the worker; gives the demo user's password."""
    with ExitStack() as stack:
        say("PostgreSQL")
        try:
            server = stack.enter_context(postgres.running(binaries))
        except postgres.PostgresError as error:
            raise PlatformError(str(error)) from None
        found = product.Product(
            directory=release.app, venv=release.venv, logs=room, variables=backend_variables(config, aws, server.url())
        )
        say("backend: migrations")
        found.manage("migrate", "--verbosity", "0")
        say("backend: gunicorn and the worker")
        stack.enter_context(product.api(found, port, wsgi=release.wsgi, health=release.health))
        if release.worker:
            stack.enter_context(found.process("worker", release.worker.split()))
        say("demo data")
        password = secrets.token_urlsafe(9)
        found.manage("createdemo", f"--password={password}")  # which may begin with a hyphen
        yield password


def backend_variables(config: PlatformConfig, aws: LiveAws, database_url: str) -> Mapping[str, str]:
    """The environment's variables of Django, with what is elsewhere here: database, S3, and a site without TLS."""
    found = environment_variables.django(config, aws.names, aws.outputs)
    del found["DATABASE_SECRET_ARN"]
    site = aws.outputs.site_url
    here = {
        "DATABASE_URL": database_url,
        "BEHIND_TLS_PROXY": "False",
        "AWS_S3_URL_PROTOCOL": "http:",
        "CSRF_TRUSTED_ORIGINS": site,
        "LOG_TO_CLOUDWATCH": "False",
    }
    own = {name: aws.secret(name, store=config.secrets.store) for name in config.secrets.django}
    return {**found, **own, **here, **aws.variables}


def _gate(config: PlatformConfig, aws: LiveAws) -> tuple[str, str] | None:
    gate = config.website.gate
    return (gate.username, aws.secret(gate.secret, store=config.secrets.store)) if gate else None


def _postgres(environment: Path) -> Path:
    try:
        return postgres.programs(environment)
    except postgres.PostgresError as error:
        raise PlatformError(str(error)) from None
