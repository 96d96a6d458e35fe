"""On a real account the real provider runs: no stand-in can be picked up outside of a rehearsal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.commands import DICEYTECH, ROOT

NAMES = ("pulumi-resource-aws", "pulumi-language-python")


def test_no_stand_in_is_installed_with_the_toolkit() -> None:
    beside = {path.name for path in DICEYTECH.parent.iterdir()}
    assert not beside & set(NAMES)


def test_the_stand_in_is_not_on_the_path_of_a_plain_shell() -> None:
    path = os.pathsep.join([str(DICEYTECH.parent), os.environ.get("PATH", "")])
    assert shutil.which("pulumi-resource-aws", path=path) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "endpoint", ["", "https://sts.us-east-1.amazonaws.com", "http://10.0.0.1:4566", "http://127.0.0.1.nip.io:80"]
)
def test_it_refuses_to_start_for_any_endpoint_but_this_machine(endpoint: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rehearsal.plugin"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "AWS_ENDPOINT_URL": endpoint},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not on this machine" in done.stderr


def test_the_program_names_no_stand_in() -> None:
    for path in (*(ROOT / "infra").rglob("*.py"), *ROOT.glob("Pulumi*.yaml"), *(ROOT / "account").glob("*")):
        if path.is_file() and path.suffix in (".py", ".yaml"):
            assert "rehearsal." not in path.read_text(encoding="utf-8").replace("a rehearsal.", ""), path.name
