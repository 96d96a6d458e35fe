"""`diceytech demo`: the reference product on this machine, at one address, until it is interrupted."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from infra.config_across import environment
from infra.errors import PlatformError
from rehearsal import edge, guardian, postgres, product
from scripts.free_port import checked
from scripts.terminal import err, out

DATABASE = "postgres"
EMAIL = "demo@example.com"


@contextmanager
def running(
    root: Path,
    *,
    port: int,
    data: Path | None,
    site_build: Path | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
    say: Any = lambda _: None,
) -> Iterator[tuple[str, str, Path]]:
    """Everything, until the block ends; gives the site's address, the demo's password, and where the logs are.

    The site is that of `site_build`, or what `diceytech package website` built last. `variables` are Django's, and win
    over the demo's own.
    """
    config = environment(root, "dev")
    backend = root / config.product.backend.path
    build = site_build or root / config.product.website.path / config.product.website.build_output
    with ExitStack() as stack:
        room = data or stack.enter_context(guardian.room("demo-"))
        room.mkdir(parents=True, exist_ok=True)
        say("PostgreSQL")
        try:
            binaries = postgres.programs(backend / ".venv")
            server = stack.enter_context(postgres.running(binaries, data=room / "postgresql" if data else None))
        except postgres.PostgresError as error:
            raise PlatformError(str(error)) from None
        emulator_port, api_port, free = product.ports(3)
        site = f"127.0.0.1:{checked(port) or free}"
        own = product.variables(server, name=DATABASE, emulator_port=emulator_port, site=site)
        running_product = product.Product(directory=backend, variables={**own, **variables}, logs=room)
        say("S3 emulator, migrations, API and worker")
        stack.enter_context(product.running(running_product, api_port=api_port, emulator_port=emulator_port))
        password = secrets.token_urlsafe(9)
        say("demo data")
        running_product.manage("createdemo", f"--password={password}")  # which may begin with a hyphen
        served = edge.Edge(
            api_port=api_port,
            emulator_port=emulator_port,
            bucket=product.BUCKET,
            public_prefixes=config.media.public_prefixes,
            site=build if (build / "index.html").is_file() else None,
            policy=config.website.content_security_policy,
        )
        stack.enter_context(edge.serving(served, int(site.rpartition(":")[2])))
        yield f"http://{site}", password, room


def run(root: Path, *, port: int, keep: bool) -> None:
    """Runs it, prints where it is, and waits for Ctrl-C or SIGTERM; raises PlatformError where it does not start."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    data = root / ".demo" if keep else None
    with ExitStack() as stack:
        with err.status("") as status:
            url, password, logs = stack.enter_context(
                running(root, port=port, data=data, say=lambda step: status.update(f"starting: {step}"))
            )
        with suppress(KeyboardInterrupt):
            _print(url, password, logs)
            signal.pause()


def _print(url: str, password: str, logs: Path) -> None:
    for name, value in (
        ("site", f"{url}/"),
        ("API", f"{url}/api/docs/"),
        ("log in", f"{EMAIL}  {password}"),
        ("smoke", f"diceytech smoke --url {url}"),
        ("logs", str(logs)),
    ):
        out.print(f"{name:<8} {value}", markup=False)
    out.print("PostgreSQL is real, S3 is moto's emulator. Ctrl-C ends it all.")


def _end(_signal: int, _frame: object) -> None:
    """Once: the processes are then ended in order, which a second Ctrl-C must not cut short."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
