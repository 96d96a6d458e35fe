"""The scheduler of a fleet runs on one machine at a time: across a rolling deploy, and when its machine loses power."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import groupby

import pytest

from tests.machine.artifacts import Change
from tests.machine.conftest import ROOT
from tests.machine.matrix import staged
from tests.machine.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.machine]

TICK = """
import os, socket, time

from django.core.management.base import BaseCommand
from django.db import connection

TABLE = "CREATE TABLE IF NOT EXISTS ticks (at timestamptz DEFAULT clock_timestamp(), host text, process int)"


class Command(BaseCommand):
    def handle(self, *args, **options):
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
        while True:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO ticks (host, process) VALUES (%s, %s)", [socket.gethostname(), os.getpid()])
            time.sleep(0.25)
"""
COMMANDS = "app/notifications/management"
TICKING = Change(
    files={
        f"{COMMANDS}/__init__.py": "",
        f"{COMMANDS}/commands/__init__.py": "",
        f"{COMMANDS}/commands/tick.py": TICK,
        "leader.py": (ROOT / "server/leader.py").read_text(encoding="utf-8"),
    }
)
WORKER = "        worker_command: manage.py procrastinate worker\n"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """prod's two machines, of a product with a scheduler."""
    repository = tmp_path_factory.mktemp("repository")
    for path in ROOT.iterdir():
        if path.name != "Pulumi.yaml":
            (repository / path.name).symlink_to(path)
    settings = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
    assert WORKER in settings
    (repository / "Pulumi.yaml").write_text(
        settings.replace(WORKER, f"{WORKER}        scheduler_command: manage.py tick\n"), encoding="utf-8"
    )
    with staged("prod", repository, TICKING) as found:
        yield found


def ticks(stage: Stage) -> list[tuple[str, str]]:
    """Host and process of each tick, in the order of the database's clock."""
    rows = stage.world.database.owner(
        "SELECT host, process FROM ticks ORDER BY at", database=stage.world.outputs.database_name
    )
    return [(host, process) for host, _, process in (row.partition("|") for row in rows.split())]


def wait_until(true: Callable[[], object], seconds: float = 90.0) -> float:
    """Seconds until it was true."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds
        time.sleep(0.2)
    return time.monotonic() - start


def goes_on(stage: Stage) -> None:
    """Waits for some ticks more."""
    seen = len(ticks(stage))
    wait_until(lambda: len(ticks(stage)) > seen + 8)


def test_the_command_never_runs_twice_at_once_and_goes_on_when_its_machine_is_lost(stage: Stage) -> None:
    goes_on(stage)
    stage.good(stage.release(TICKING, "ticking"))
    goes_on(stage)
    unit = f"{stage.world.config.product.name}-scheduler@*"
    for machine in stage.world.machines:
        shown = machine.run(["systemctl", "list-units", "--plain", "--no-legend", "--state=running", unit])
        assert len(shown.stdout.splitlines()) == 1
    last, _ = ticks(stage)[-1]
    [leader] = [one for one in stage.world.machines if one.instance.private_dns.partition(".")[0] == last]
    leader.power_cut()
    seconds = wait_until(lambda: ticks(stage)[-1][0] != last)
    leader.boot()
    leader.answers()
    goes_on(stage)
    print(f"another machine had the scheduler {seconds:.1f} s after the power cut")
    runs = [runner for runner, _ in groupby(ticks(stage))]
    assert len(runs) == len(set(runs)), runs  # of two at once, the ticks would alternate
    assert len(runs) >= 3
