"""The reference backend under load: requests per second and latency of the project list with 10,000 projects.

Load, gunicorn and PostgreSQL share the machine, so these figures are a floor: `python -m benchmarks.backend`.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.measure import ROOT, BenchmarkError
from rehearsal import postgres, product

PROJECTS = 10_000
SECONDS = 8.0
CONNECTIONS = 8
WORKERS, THREADS = 2, 4
DIRECTORY = ROOT / "examples/diceytech/backend"
PATHS = {
    "first page": "/api/projects/",
    "page 250 of 500": "/api/projects/?page=250",
    "filtered": "/api/projects/?type=practice&difficulty=beginner",
    "search": "/api/projects/?search=number+77",
    "one project": "/api/projects/{id}/",
}
SEED = """
from datetime import timedelta
from django.utils.timezone import now
from accounts.authentication import log_in
from accounts.models import Skill, User
from projects.models import Project
user = User.objects.create_user("bench", "bench@example.com", "bench-pass-77")
skills = [Skill.objects.create(name=f"Skill {n}", category="c") for n in range(10)]
kinds, levels = [k for k, _ in Project.PROJECT_TYPES], [k for k, _ in Project.DIFFICULTY_LEVELS]
made = Project.objects.bulk_create(
    Project(title=f"Project number {n}", description="A project " * 20, project_type=kinds[n % 3], organizer=user,
            difficulty=levels[n // 3 % 3], category="bench", start_date=now(), end_date=now() + timedelta(days=30))
    for n in range(COUNT)
)
through = Project.technologies.through
pairs = ((p, skills[(n + i) % 10]) for n, p in enumerate(made) for i in range(3))
through.objects.bulk_create(through(project=p, skill=s) for p, s in pairs)
from django.db import connection
connection.cursor().execute("ANALYZE")
print(log_in(user).access_token, made[0].pk)
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """Seconds of each answered request, and how long they took together."""

    latencies: tuple[float, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many of a hundred requests were answered."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


@contextmanager
def backend() -> Iterator[tuple[int, str, str]]:
    """The product with 10,000 projects: port of the API, an access token, and the id of a project."""
    with tempfile.TemporaryDirectory() as room, ExitStack() as stack:
        binaries = postgres.programs(DIRECTORY / ".venv")
        server = stack.enter_context(postgres.running(binaries, settings={"shared_buffers": "256MB"}))
        emulator_port, api_port = product.ports(2)
        site = f"127.0.0.1:{api_port}"
        variables = product.variables(server, name="postgres", emulator_port=emulator_port, site=site)
        quiet = {**variables, "LOG_LEVEL": "WARNING"}
        found = product.Product(directory=DIRECTORY, variables=quiet, logs=Path(room))
        stack.enter_context(product.running(found, api_port=api_port, emulator_port=emulator_port, worker=False))
        token, project = found.manage("shell", "-v", "0", "-c", SEED.replace("COUNT", str(PROJECTS))).split()
        yield api_port, token, project


def _client(port: int, path: str, token: str, until: float, results: multiprocessing.Queue[list[float]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}"}
    latencies: list[float] = []
    while time.time() < until:
        start = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        latencies.append(time.perf_counter() - start)
        if answer.status != 200 or not json.loads(body):
            results.put([])
            return
    results.put(latencies)


def load(port: int, path: str, token: str) -> Load:
    """Keeps so many connections busy; raises BenchmarkError for any answer that is not a 200 with JSON."""
    results: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    until = time.time() + SECONDS
    start = time.perf_counter()
    clients = [
        multiprocessing.Process(target=_client, args=(port, path, token, until, results)) for _ in range(CONNECTIONS)
    ]
    for client in clients:
        client.start()
    found = [results.get(timeout=SECONDS + 60) for _ in clients]
    seconds = time.perf_counter() - start
    for client in clients:
        client.join()
    if not all(found):
        raise BenchmarkError(f"{path}: an answer was not 200")
    return Load(latencies=tuple(latency for one in found for latency in one), seconds=seconds)


def table() -> Table:
    """Requests per second and latency of each path."""
    title = f"Backend with {PROJECTS:,} projects: {CONNECTIONS} connections, gunicorn {WORKERS} x {THREADS}"
    made = Table("request", "requests/s", "p50 ms", "p99 ms", "requests", title=title)
    with backend() as (port, token, project):
        load(port, PATHS["first page"], token)  # not counted: connections and imports are warm afterwards
        for name, path in PATHS.items():
            found = load(port, path.format(id=project), token)
            figures = (f"{found.rate:.0f}", f"{found.percentile(50):.1f}", f"{found.percentile(99):.1f}")
            made.add_row(name, *figures, str(len(found.latencies)))
    return made


if __name__ == "__main__":
    from rich.console import Console

    Console().print(table())
