"""Two plans compared say what the real engine does where an option decides: ignored paths, triggers, providers, names.

The program is tests/engine/optioned.py. All previews are made of one and the same state.
"""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pytest

from changes.change import Change
from changes.compared import compared
from changes.preview_file import parse
from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws
from tests.engine.rehearsed import ACCOUNT, Rehearsed, steps
from tests.scripts.commands import ROOT

pytestmark = pytest.mark.slow
ENGINE = ROOT / "tests" / "engine"
PROGRAM = ENGINE / "optioned.py"
MOVES = {"first": "replace", "second": "replace", "third": "replace", "fourth": "replace"}
ROWS = [
    ("", {}),
    ("ignored", {}),
    ("beside-ignored", {"versioning": "update", "count": "update"}),
    ("ignored-of-every", {}),
    ("beside-ignored-of-every", {"lifecycle": "update"}),
    ("more-than-ignored", {"lifecycle": "update"}),
    ("triggered", {"bucket": "replace"}),
    ("replaced-with", MOVES),
    ("moved", {"moving": "replace"}),
    ("moved-to-the-same", {}),
    ("aliased", {"nginx": "delete"}),
]
UNJUDGED = [
    ("deleted-with", "deletedWith"),
    ("hooked", "resourceHooks"),
    ("told-again", "additionalSecretOutputs"),
]


class Optioned:
    """The program's stack after its `up`."""

    def __init__(self, rehearsed: Rehearsed, directory: Path) -> None:
        self._rehearsed, self._directory = rehearsed, directory

    def run(self, *words: str, change: str = "") -> str:
        words = ("--cwd", str(self._directory), *words, "--non-interactive")
        done = self._rehearsed.run("pulumi", *words, CHANGE=change)
        assert done.returncode == 0, done.stderr + done.stdout[-3000:]
        return done.stdout

    def read(self, change: str) -> Change:
        """The engine's preview as a change of ours."""
        words = ("preview", "--stack", "dev", "--json", "--show-sames")
        return parse(json.loads(self.run(*words, change=change)), stack="dev", origin="p")

    def previewed(self, change: str) -> dict[str, str]:
        """What the engine would do, by the resources' names."""
        return {
            one.name: one.op
            for one in steps(json.loads(self.run("preview", "--stack", "dev", "--json", change=change)))
        }


@pytest.fixture(scope="module")
def optioned(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> Optioned:
    directory = tmp_path_factory.mktemp("optioned") / "program"
    shutil.copytree(ENGINE / "stateful", directory)  # a project
    shutil.copy(PROGRAM, directory / "__main__.py")
    rehearsed.run("true")
    found = Optioned(rehearsed, directory)
    found.run("stack", "init", "dev", "--no-select")
    found.run("up", "--stack", "dev", "--yes", "--skip-preview")
    return found


def planned(change: str, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.setenv("CHANGE", change)
    aws = NoAws(account_id=ACCOUNT, region="us-east-1")
    return run(
        lambda: runpy.run_path(str(PROGRAM)),
        aws=aws,
        project="stateful",
        stack="dev",
        config={},
        preview=True,
        foretell=True,
    ).graph


@pytest.mark.parametrize(("change", "expected"), ROWS)
def test_the_engine_does_what_the_plans_say(
    optioned: Optioned, change: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compared(planned("", monkeypatch), planned(change, monkeypatch), stack="dev", origin="a..b")
    assert {step.node.name: step.op for step in found.steps} == expected
    assert optioned.previewed(change) == expected


@pytest.mark.parametrize(("change", "option"), UNJUDGED)
def test_what_the_engine_calls_the_same_is_a_change_of_options_to_its_preview_as_to_the_plans(
    optioned: Optioned, change: str, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_ = compared(planned("", monkeypatch), planned(change, monkeypatch), stack="dev", origin="a..b")
    for found in (planned_, optioned.read(change)):
        assert {step.node.name: [one.path for one in step.changes] for step in found.steps} == {"counted": [option]}
