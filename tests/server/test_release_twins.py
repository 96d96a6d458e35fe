"""What the release program and a deploy both decide, each in its own copy: the program is one file of its own."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from infra.environment_variables import METADATA_SERVICE
from scripts.backend import release as deploys

KINDS = [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
NAMES = [
    "app", "app/a", "app/a/b", "app/../b", "app/..", "/app/a", "./app/a", "apple", "wheelhouse", "wheelhouse/one.whl",
    "manifest.json", "requirements.txt", "leader.py", "leader.py/x", "other.py", "venv", "venv/evil.pth", ".complete",
    "env", "release.json", "",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_both_ends_take_the_same_entries_of_an_artifact(name: str, kind: bytes, program: Any, tmp_path: Path) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    try:
        taken = program.ours(entry, str(tmp_path)) is not None
    except tarfile.FilterError:
        taken = False
    assert taken == deploys._belongs(entry)


def test_both_ends_know_the_same_ids_folders_and_schema(program: Any) -> None:
    ours, theirs = deploys.ID, program.RELEASE_ID
    assert isinstance(ours, re.Pattern)
    assert (ours.pattern, ours.flags) == (theirs.pattern, theirs.flags)
    assert (deploys.FILES, deploys.FOLDERS) == (program.FILES, program.FOLDERS)
    assert deploys.DIGEST_LENGTH == program.DIGEST_LENGTH
    assert max(program.SCHEMAS) == deploys.SCHEMA


def test_the_product_asks_for_its_role_as_the_release_program_does(program: Any) -> None:
    given = {key.removeprefix("AWS_").lower(): value for key, value in METADATA_SERVICE.items()}
    assert given == {name: str(value) for name, value in program.METADATA.items()}
