"""The product as processes on loopback: its API, its worker, and an S3 emulator, from its own environment (.venv).

What stands in for AWS: moto for S3, a signature on a URL is not verified by it.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.errors import PlatformError
from rehearsal import guardian
from rehearsal.postgres import Postgres, free_port

BUCKET = "diceytech-media"
WSGI = "diceytech.wsgi"
READY_WITHIN = 60.0  # seconds
STOPS_WITHIN = 15.0
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback, where no proxy leads
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")  # nothing of the caller's AWS or Django


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product's directory with its environment (its `.venv` unless given), and the variables of its processes."""

    directory: Path
    variables: Mapping[str, str]
    logs: Path
    venv: Path | None = None

    @property
    def python(self) -> Path:
        """The environment's Python; raises PlatformError where it was not made."""
        found = (self.venv or self.directory / ".venv") / "bin/python"
        if not found.exists():
            raise PlatformError(f"{found}: is not there; run `make backend` first")
        return found

    def manage(self, *arguments: str) -> str:
        """Runs a management command; gives its output. Raises PlatformError with its last line."""
        command = [str(self.python), "manage.py", *arguments]
        done = subprocess.run(  # noqa: S603 - the product's own program
            command,
            cwd=self.directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            process_group=guardian.group(),
        )
        if done.returncode:
            line = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise PlatformError(f"manage.py {arguments[0]} failed: {' '.join(line)}")
        return done.stdout

    @contextmanager
    def process(self, name: str, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """A process that lasts as long as the block; what it writes goes to `logs`/<name>.log."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            started = subprocess.Popen(  # noqa: S603 - the product's own program
                [str(self.python), *command],
                cwd=self.directory,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=guardian.group(),
            )
        try:
            yield started
        finally:
            stop(started, within=STOPS_WITHIN)

    def _environment(self) -> dict[str, str]:
        own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**own, "DJANGO_SETTINGS_MODULE": "diceytech.settings", **self.variables}


def variables(database: Postgres, *, name: str, emulator_port: int, site: str) -> dict[str, str]:
    """Django's variables on loopback; `site` is host:port of the one origin that the browser sees."""
    return {
        "ENVIRONMENT": "demo",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CORS_ALLOWED_ORIGINS": "http://localhost:3000,http://127.0.0.1:3000",
        "CSRF_TRUSTED_ORIGINS": f"http://{site}",
        "DATABASE_URL": database.url(name),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator_port}",
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_STORAGE_BUCKET_NAME": BUCKET,
        "AWS_S3_CUSTOM_DOMAIN": f"{site}/media",
        "AWS_S3_URL_PROTOCOL": "http:",
        "MEDIA_URL": f"http://{site}/media/",
    }


@contextmanager
def s3_emulator(product: Product, port: int) -> Iterator[None]:
    """moto's server with the media bucket."""
    with product.process("s3", ["-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]) as started:
        wait_for(f"http://127.0.0.1:{port}/moto-api/data.json", started, product.logs / "s3.log")
        made = urllib.request.Request(f"http://127.0.0.1:{port}/{BUCKET}", method="PUT")
        _DIRECTLY.open(made, timeout=10).close()
        yield


@contextmanager
def api(
    product: Product, port: int, *, workers: int = 2, threads: int = 4, wsgi: str = WSGI, health: str = "/healthz"
) -> Iterator[None]:
    """gunicorn, ready once the health path answers 200."""
    command = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)]
    with product.process("api", [*command, "--keep-alive", "5", wsgi]) as started:
        wait_for(f"http://127.0.0.1:{port}{health}", started, product.logs / "api.log")
        yield


@contextmanager
def running(product: Product, *, api_port: int, emulator_port: int, worker: bool = True) -> Iterator[None]:
    """S3 emulator, migrated database, API and worker, until the block ends."""
    with ExitStack() as stack:
        stack.enter_context(s3_emulator(product, emulator_port))
        product.manage("migrate", "--verbosity", "0")
        stack.enter_context(api(product, api_port))
        if worker:
            stack.enter_context(product.process("worker", ["manage.py", "procrastinate", "worker"]))
        yield


def ports(number: int) -> list[int]:
    """Free ports of loopback, all different."""
    found: dict[int, None] = {}
    while len(found) < number:
        found[free_port()] = None
    return list(found)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the URL answers 200; raises PlatformError with the log's last line where it does not."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _DIRECTLY.open(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise PlatformError(f"{log.stem} does not start: {' '.join(last)[:400]}; see {log}")


def stop(process: subprocess.Popen[bytes], *, within: float) -> None:
    """Ends a process: it is asked to, and killed where it has not after so many seconds."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
