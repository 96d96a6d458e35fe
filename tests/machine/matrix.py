"""The release matrix: each row under load, on one machine, and the table of what came of it.

    python -m tests.machine.matrix [--write] [--rows NAME,NAME] [--seed N --minutes M]

All rows unless some are named; with a seed, rows drawn by their weights, of which none is begun once the minutes are
over, which count from the start of all. `--write` puts them into docs/releases.md, where other rows stay as they last
ran. Exits 1 where a row did not come out as it has to, or none ran; with a seed 0 where no machine can be booted.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rehearsal.machine import bring_up
from rehearsal.machine.balancer import Balancer
from rehearsal.machine.clearing import clear
from rehearsal.machine.needs import lacking
from rehearsal.machine.world import World
from tests.machine.artifacts import GOOD, Change, packaged
from tests.machine.conftest import ROOT, place_for
from tests.machine.rows import ROWS, Row
from tests.machine.stage import Stage
from tests.machine.traffic import going_on, lost_uploads
from tests.machine.verdicts import Result, record, table

SETTLES_WITHIN = 30.0  # seconds for what is live to be well, once nothing is done any more


@contextmanager
def staged(environment: str = "dev", repository: Path = ROOT, change: Change = GOOD) -> Iterator[Stage]:
    """An environment with its machines, and a release live on them; `repository` may have other settings."""
    place = place_for(f"{environment}-matrix")
    try:
        with live_on(bring_up.up(repository, environment, place=place, say=say), repository, change) as stage:
            yield stage
    finally:
        clear(place)


@contextmanager
def live_on(found: World, repository: Path = ROOT, change: Change = GOOD) -> Iterator[Stage]:
    """A release live on the machines of a world."""
    with tempfile.TemporaryDirectory(prefix="matrix-") as room:
        stage = Stage(world=found, repository=repository, artifact=packaged(ROOT, Path(room)), room=Path(room))
        if found.config.server.mode == "fleet":
            Balancer(place=found.place).serve(found.machines)
        stage.good(stage.release(change))
        yield stage


def run(stage: Stage, row: Row) -> Result:
    """One row: traffic, what the row does, what is live then, and a good release after it."""
    start = time.monotonic()
    before = stage.site().version()
    assert before is not None, "no good release is live"
    with going_on(stage.member()) as traffic:
        time.sleep(2)
        acted = row.act(stage, before)
        stage.recovered(SETTLES_WITHIN)
        time.sleep(1)
    live = stage.site().version() or "nothing"
    wrong = []
    if acted.ended.code not in row.codes:
        wrong.append(f"exit code {acted.ended.code}")
    if live != acted.live:
        wrong.append(f"{live} is live, not {acted.live}")
    if traffic.failed and row.loses is None:
        wrong.append(f"{traffic.failed} requests failed")
    if lost := lost_uploads(stage.world, traffic.slow):
        wrong.append(f"{len(lost)} uploads are lost")
    try:
        stage.good(acted.again)
    except AssertionError as error:
        wrong.append(f"the next good release failed: {error}")
    return Result(
        row=row,
        requests=traffic.requests,
        failed=traffic.failed,
        longest=traffic.load.longest,
        uploads=len(traffic.slow.uploads),
        recovery=acted.recovery,
        live="new" if live not in (before, "nothing") else "old" if live == before else live,
        code=acted.ended.code,
        said=acted.ended.said,
        seconds=time.monotonic() - start,
        wrong=tuple(wrong),
    )


def drawn(seed: int) -> list[Row]:
    """All rows in an order that the seed gives: those with more weight tend to come first."""
    source = random.Random(seed)  # noqa: S311 - no secret
    return sorted(ROWS, key=lambda row: source.random() ** (1 / row.weight), reverse=True)


def say(line: str) -> None:
    """Progress, to standard error."""
    print(line, file=sys.stderr, flush=True)


def _end(number: int, _frame: object) -> NoReturn:
    """Once, so that the machine is ended too: a make that is ended as well hands its own signal on."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="the release matrix")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rows", default="")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args(arguments)
    by_name = {row.name: row for row in ROWS}
    named = [name for name in given.rows.split(",") if name]
    if unknown := [name for name in named if name not in by_name]:
        parser.error(f"there is no row {unknown[0]}; the rows are {', '.join(by_name)}")
    rows, deadline = [by_name[name] for name in named] or list(ROWS), float("inf")
    if given.seed is not None:
        rows, deadline = drawn(given.seed), time.monotonic() + 60 * given.minutes
        if reason := lacking():
            say(f"not run, as no machine can be booted here: {reason}")
            return 0
    elif reason := lacking():
        parser.error(f"no machine can be booted here: {reason}")
    results = []
    signal.signal(signal.SIGTERM, _end)
    with staged() as stage:
        for row in rows:
            if time.monotonic() > deadline:
                break
            one = run(stage, row)
            results.append(one)
            if given.write:
                record([one])  # at once: what ran is kept also where a later row ends the run
            say(f"{row.name}: {'; '.join(one.wrong) or 'good'} ({one.failed} of {one.requests}, {one.seconds:.0f} s)")
    print(table(results))
    say(f"{len(results)} of {len(ROWS)} rows{'' if given.seed is None else f', seed {given.seed}'}")
    return int(not results or any(one.wrong for one in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
