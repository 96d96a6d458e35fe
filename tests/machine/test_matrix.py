"""A part of the release matrix, drawn by a seed; the whole is `make matrix`, its results docs/releases.md."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from rehearsal.machine.world import World
from tests.machine import matrix, verdicts
from tests.machine.rows import ROWS
from tests.machine.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.machine]
SEED = int(os.environ.get("DICEYTECH_MATRIX_SEED", "1"))
MINUTES = float(os.environ.get("DICEYTECH_MATRIX_MINUTES", "6"))


@pytest.fixture(scope="module")
def stage(single: World) -> Iterator[Stage]:
    with matrix.live_on(single) as found:
        yield found


def test_rows_drawn_by_the_seed_come_out_as_they_have_to(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    results, deadline = [], time.monotonic() + 60 * MINUTES
    for row in matrix.drawn(SEED):
        if time.monotonic() > deadline:
            break
        results.append(matrix.run(stage, row))
    with capsys.disabled():
        print(f"\nseed {SEED}, {len(results)} of {len(ROWS)} rows\n{verdicts.table(results)}")
    assert {one.row.name: one.wrong for one in results if one.wrong} == {}


def test_the_document_is_of_these_rows() -> None:
    assert verdicts.DOCUMENT.read_text(encoding="utf-8") == verdicts.document(verdicts.kept())
