"""What a release must not lose besides requests: background tasks across a switch, and a database that is restored."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from rehearsal.machine.database import OWNER
from rehearsal.machine.needs import postgresql
from rehearsal.machine.places import DATABASE
from tests.machine.artifacts import Change
from tests.machine.matrix import staged
from tests.machine.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.machine]

# Each run of the task leaves a row, also a second one of the same number, and takes some time over it.
TASK = """
@app.task(name="notifications.take_effect")
def take_effect(number: int) -> None:
    import time

    from django.db import connection

    time.sleep(0.05)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects (number) VALUES (%s)", [number])
"""
COUNTED = Change(appended={"app/notifications/tasks.py": TASK})
QUEUE = "from notifications.tasks import take_effect\nfor n in range({0}, {1}): take_effect.defer(number=n)\n"
TASKS = 150
COUNTS = """
SELECT table_schema || '.' || table_name, (xpath('/row/c/text()', query_to_xml(
  format('SELECT count(*) AS c FROM %I.%I', table_schema, table_name), false, true, '')))[1]::text
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged("dev") as found:
        yield found


def queue(stage: Stage, start: int, stop: int) -> None:
    """Queues a task for each number, by a command of the live release as `diceytech exec` runs it."""
    program = f"/srv/{stage.world.config.product.name}/bin/release"
    stage.machine.run([program, "run", "manage.py", "shell", "-v", "0", "-c", QUEUE.format(start, stop)])


def test_every_task_takes_effect_once_across_a_deploy_and_a_rollback(stage: Stage) -> None:
    database = stage.world.outputs.database_name
    stage.world.database.owner("CREATE TABLE effects (number int)", database=database)
    stage.world.database.owner("GRANT ALL ON effects TO PUBLIC", database=database)
    for number in (0, 1):  # two releases know the task
        _, artifact = stage.release(COUNTED, f"counted-{number}")
        assert stage.deploy(artifact).code == 0
    queue(stage, 0, TASKS)
    _, artifact = stage.release(COUNTED, "counted-2")
    assert stage.deploy(artifact).code == 0
    queue(stage, TASKS, 2 * TASKS)
    assert stage.diceytech("rollback", "backend", "--env", "dev", "--no-smoke").code == 0
    wanted, deadline = dict.fromkeys(range(2 * TASKS), 1), time.monotonic() + 120
    while (found := effects(stage)) != wanted and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found == wanted


def effects(stage: Stage) -> dict[int, int]:
    """How often each number took effect."""
    rows = stage.world.database.owner(
        "SELECT number, count(*) FROM effects GROUP BY 1", database=stage.world.outputs.database_name
    )
    return {int(number): int(times) for number, _, times in (row.partition("|") for row in rows.split())}


def test_a_dump_that_is_restored_beside_the_database_has_every_row(stage: Stage) -> None:
    """RDS's own snapshots are emulated without data: this is the same drill on a real PostgreSQL."""
    world, name = stage.world, stage.world.outputs.database_name
    program = f"/srv/{world.config.product.name}/bin/release"
    stage.machine.run([program, "run", "manage.py", "createdemo"])
    world.database.owner("DROP DATABASE IF EXISTS restored")
    world.database.owner("CREATE DATABASE restored")
    binaries = postgresql()
    assert binaries is not None
    server = ["--host", str(world.database.data), "--port", str(DATABASE[1]), "--username", OWNER]
    dump = subprocess.run([binaries / "pg_dump", *server, "--format=custom", name], capture_output=True, check=True)
    restore = [binaries / "pg_restore", *server, "--dbname=restored", "--exit-on-error"]
    subprocess.run(restore, input=dump.stdout, check=True)
    before, after = (world.database.owner(COUNTS, database=one) for one in (name, "restored"))
    assert before == after
    counts = dict(line.split("|") for line in before.splitlines())
    assert int(counts["public.accounts_user"]) > 3
    assert json.dumps(counts) != "{}"
