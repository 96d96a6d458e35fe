"""`diceytech drift` tells what has happened, and fails for what means something. The engine is scripted here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commands import diceytech, repository

from changes.refresh import change
from reports.report import Format, rendered
from scripts.drift import verdict
from tests.changes.previews import state
from tests.scripts.scripted_engine import scripted_engine

DATABASE = "urn:pulumi:dev::platform::aws:rds/instance:Instance::database-instance"
LOGS = "urn:pulumi:dev::platform::aws:cloudwatch/logGroup:LogGroup::logs"
BUCKET = "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::media"


def refreshed(urn: str, old: dict[str, Any], new: dict[str, Any] | None) -> dict[str, Any]:
    after = None if new is None else state(urn, id="x", inputs=new, outputs=new)
    return {"op": "refresh", "urn": urn, "oldState": state(urn, id="x", inputs=old, outputs=old), "newState": after}


RENAMED_TAG = refreshed(LOGS, {"tags": {"note": "a"}}, {"tags": {"note": "b"}})
SHORTENED = refreshed(LOGS, {"retentionInDays": 30}, {"retentionInDays": 3})
GONE = refreshed(BUCKET, {"bucket": "b"}, None)
UNPROTECTED = refreshed(DATABASE, {"deletionProtection": True}, {"deletionProtection": False})


def drift(tmp_path: Path, *steps: dict[str, Any], words: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    engine = scripted_engine(tmp_path / "bin")
    engine.will({"steps": list(steps)})
    root = repository(tmp_path / "root")
    return diceytech(
        "drift", "--env", "dev", *words, cwd=root, PATH=os.pathsep.join([str(tmp_path / "bin"), os.defpath])
    )


@pytest.mark.parametrize(
    ("steps", "code", "said"),
    [
        ((), 0, "dev: AWS holds what the state says\n"),
        ((RENAMED_TAG,), 0, "AWS holds what the state says, but for 1 that mean nothing"),
        ((RENAMED_TAG, SHORTENED), 2, "1 resource changed outside of the program"),
    ],
    ids=["nothing", "noise", "both"],
)
def test_only_what_means_something_fails_and_what_was_folded_is_told(
    tmp_path: Path, steps: tuple[dict[str, Any], ...], code: int, said: str
) -> None:
    done = drift(tmp_path, *steps)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr
    assert ("FOLDED (1)" in done.stdout) == (RENAMED_TAG in steps)


def test_the_ways_from_there_are_this_toolkit_s_own(tmp_path: Path) -> None:
    done = drift(tmp_path, SHORTENED)
    assert "`diceytech up --env dev --refresh`" in done.stdout
    assert "`pulumi" not in done.stdout


@pytest.mark.parametrize("format", list(Format))
def test_every_format_tells_it_as_what_has_happened_and_never_as_what_would_or_will(format: Format) -> None:
    found = verdict(change({"steps": [SHORTENED, GONE, UNPROTECTED]}, stack="dev"))
    text = " ".join(rendered([found], format, guard=False).split())
    for words in (
        "was changed outside of the program: the log group",
        "was changed outside of the program: the database",
        "was deleted outside of the program: the bucket",
    ):
        assert words in text or words.capitalize() in text, words
    assert not any(f" {word} " in text for word in ("would", "will", "changes the", "deletes the", "refused"))
