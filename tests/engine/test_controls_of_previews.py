"""The controls over previews of the real engine: of a stack that is not there yet, and of one that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from controls.evaluate import Report
from infra.errors import PlatformError
from scripts.controls import held_preview
from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow


def judged(rehearsed: Rehearsed, file: Path, *words: str) -> Report:
    done = rehearsed.pulumi("preview", "dev", "--json", *words)
    assert done.returncode == 0, done.stderr
    file.write_text(done.stdout, encoding="utf-8")
    return held_preview(rehearsed.root, "dev", file)


def test_previews_are_judged_before_the_first_up_and_after_it(rehearsed: Rehearsed, tmp_path: Path) -> None:
    new = judged(rehearsed, tmp_path / "new.json")
    assert (new.failed, new.unused) == ((), ())
    assert len(new.passed) > 40

    assert rehearsed.up("dev").returncode == 0
    rehearsed.edit("dev", "deletion_protection: false", "deletion_protection: true")
    rehearsed.edit("dev", "  platform:observability:\n", "  platform:tags: {Team: core}\n  platform:observability:\n")
    changed = judged(rehearsed, tmp_path / "changed.json", "--show-sames")
    assert changed.failed == ()
    assert [one.id for one in changed.unused] == ["RDS.8"]  # what it excused is mended
    assert len(changed.passed) > len(new.passed)


def test_a_preview_that_leaves_out_what_stays_is_refused(rehearsed: Rehearsed, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="tells only of what changes"):
        judged(rehearsed, tmp_path / "bare.json")
