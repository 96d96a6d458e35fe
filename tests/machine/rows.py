"""The rows of the release matrix: what is done to a release under load, and what has to come of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rehearsal.machine.storage_outage import outage
from tests.machine.artifacts import (
    BLOCKED_MIGRATION,
    BROKEN_IMPORT,
    FAILING_MIGRATION,
    MISSING_DEPENDENCY,
    SLOW,
    UNHEALTHY,
    Change,
)
from tests.machine.stage import Ended, Stage

STEPS = (
    "fetch",
    "unpack",
    "install",
    "environment",
    "units",
    "migrate",
    "start",
    "probe",
    "background",
    "switch",
    "drain",
)
AFTER_SWITCH = ("drain",)
KILLED = 137


@dataclass(frozen=True, kw_only=True)
class Acted:
    """What a row did: how it ended, the version that has to be live, seconds that were not served, and the release that
    has to go live after it, where it is not a new one."""

    ended: Ended
    live: str
    recovery: float | None = None
    again: tuple[str, Path] | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row. `loses` is why requests may fail in it: the machine or the database is away. `codes` are exit codes
    of which one has to come; `single` rows cut the power or kill, on one machine only."""

    name: str
    what: str
    act: Callable[[Stage, str], Acted]
    codes: tuple[int, ...]
    loses: Literal["machine", "database"] | None = None
    weight: int = 1


def _deployed(change: Change, kind: str, *, live: bool) -> Callable[[Stage, str], Acted]:
    def act(stage: Stage, before: str) -> Acted:
        version, artifact = stage.release(change, kind)
        return Acted(ended=stage.deploy(artifact), live=version if live else before)

    return act


def _good(stage: Stage, _before: str) -> Acted:
    version, artifact = stage.release()
    return Acted(ended=stage.deploy(artifact), live=version)


def _blocked(stage: Stage, before: str) -> Acted:
    """A reader holds the table: the migration gives up in seconds instead of queueing all traffic behind it."""
    name = stage.world.outputs.database_name
    with stage.world.database.transaction("SELECT count(*) FROM accounts_user", database=name):
        return _deployed(BLOCKED_MIGRATION, "blocks", live=False)(stage, before)


def _two_at_once(stage: Stage, _before: str) -> Acted:
    version, artifact = stage.release()
    options = ("--env", stage.world.environment, "--artifact", str(artifact), "--no-smoke")
    first = stage.begun("deploy", "backend", *options)
    deadline = time.monotonic() + 60
    while not stage.lock_held() and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    second = stage.deploy(artifact)
    ended = stage.ended(first)
    return Acted(ended=second if ended.code == 0 else ended, live=version)


def _rollback(stage: Stage, before: str) -> Acted:
    stage.good()
    return Acted(
        ended=stage.diceytech("rollback", "backend", "--env", stage.world.environment, "--no-smoke"), live=before
    )


def _rotated(stage: Stage, _before: str) -> Acted:
    """The database's password rotates before, during and after a release."""
    version, artifact = stage.release()
    stage.world.rotate_password()
    options = ("--env", stage.world.environment, "--artifact", str(artifact), "--no-smoke")
    process = stage.begun("deploy", "backend", *options)
    while process.poll() is None:
        time.sleep(3)
        stage.world.rotate_password()
    stage.world.rotate_password()
    return Acted(ended=stage.ended(process), live=version)


def _killed_at(step: str) -> Callable[[Stage, str], Acted]:
    def act(stage: Stage, before: str) -> Acted:
        version, artifact = stage.release()
        with stage.at_step("deploy", stage.publish(artifact), step) as kill:
            kill()
        live = version if step in AFTER_SWITCH else before
        return Acted(ended=Ended(code=KILLED, said=f"killed at {step}"), live=live, again=(version, artifact))

    return act


def _power_cut_at(step: str) -> Callable[[Stage, str], Acted]:
    def act(stage: Stage, before: str) -> Acted:
        version, artifact = stage.release()
        with stage.at_step("deploy", stage.publish(artifact), step):
            stage.machine.power_cut()
        stage.machine.boot()
        live = version if step in AFTER_SWITCH else before
        seconds = stage.recovered()
        ended = Ended(code=KILLED, said=f"power cut at {step}")
        return Acted(ended=ended, live=live, recovery=seconds, again=(version, artifact))

    return act


def _reboot(stage: Stage, before: str) -> Acted:
    """The machine shuts down in order; systemd-nspawn ends then, and what EC2 does is done here: it boots again."""
    deadline = time.monotonic() + 120
    stage.machine.run(["systemctl", "reboot"], check=False)
    while stage.machine.launcher is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    stage.machine.boot()
    return Acted(ended=Ended(code=0, said="rebooted"), live=before, recovery=stage.recovered())


def _database_away(stage: Stage, before: str) -> Acted:
    """The database goes while a release is made, and comes back afterwards."""
    _, artifact = stage.release()
    stage.world.database.stop()
    try:
        ended = stage.deploy(artifact)
    finally:
        stage.world.database.start()
    return Acted(ended=ended, live=before, recovery=stage.recovered())


def _storage_away(stage: Stage, before: str) -> Acted:
    """The artifacts bucket goes while the machine is about to fetch a release from it."""
    _, artifact = stage.release()
    release = stage.publish(artifact)
    with outage(stage.world.place.buckets_away, stage.world.outputs.artifacts_bucket):
        return Acted(ended=stage.program("deploy", release), live=before)


def _disk_full(stage: Stage, before: str) -> Acted:
    _, artifact = stage.release()
    with stage.machine_full():
        return Acted(ended=stage.deploy(artifact), live=before)


ROWS: tuple[Row, ...] = (
    Row(name="good", what="a good release", act=_good, codes=(0,), weight=5),
    Row(
        name="broken-import",
        what="the application cannot be imported",
        act=_deployed(BROKEN_IMPORT, "broken", live=False),
        codes=(1,),
        weight=5,
    ),
    Row(
        name="missing-dependency",
        what="a package is missing from the lock",
        act=_deployed(MISSING_DEPENDENCY, "lacks", live=False),
        codes=(1,),
    ),
    Row(
        name="unhealthy",
        what="/healthz answers 503",
        act=_deployed(UNHEALTHY, "ill", live=False),
        codes=(1,),
        weight=3,
    ),
    Row(name="slow-boot", what="workers take 12 s to start", act=_deployed(SLOW, "slow", live=True), codes=(0,)),
    Row(
        name="failing-migration",
        what="a migration fails",
        act=_deployed(FAILING_MIGRATION, "fails", live=False),
        codes=(1,),
        weight=3,
    ),
    Row(name="blocked-migration", what="a migration waits for a lock", act=_blocked, codes=(1,)),
    Row(name="two-at-once", what="two deploys at once", act=_two_at_once, codes=(75,), weight=2),
    Row(name="rollback", what="rollback to the release before", act=_rollback, codes=(0,), weight=3),
    Row(name="rotation", what="the database's password rotates", act=_rotated, codes=(0,), weight=3),
    Row(name="storage-away", what="S3 is away", act=_storage_away, codes=(69,)),
    Row(name="disk-full", what="the disk is full", act=_disk_full, codes=(1,)),
    Row(
        name="database-away",
        what="the database is away",
        act=_database_away,
        codes=(1,),
        loses="database",
    ),
    Row(name="reboot", what="the machine reboots", act=_reboot, codes=(0,), loses="machine", weight=2),
    *(
        Row(
            name=f"kill-{step}",
            what=f"kill -9 of the release program at `{step}`",
            act=_killed_at(step),
            codes=(KILLED,),
        )
        for step in STEPS
    ),
    *(
        Row(
            name=f"power-{step}",
            what=f"power cut at `{step}`",
            act=_power_cut_at(step),
            codes=(KILLED,),
            loses="machine",
        )
        for step in STEPS
    ),
)
