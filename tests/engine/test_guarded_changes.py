"""What would lose data, or open something, is refused by the guard as the real engine previews it.

Each type that holds something is changed in each way, in a small program (tests/engine/stateful); then some lines of
dev's own YAML. Nothing is applied: the previews of all changes are made of one and the same state.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from changes.change import Verdict
from changes.guard import decide
from changes.judge import judge
from changes.meanings import MEANINGS
from changes.preview_file import read
from rehearsal.resources import RESOURCES
from tests.engine.rehearsed import Rehearsed
from tests.scripts.commands import ROOT

pytestmark = pytest.mark.slow
PROGRAM = ROOT / "tests" / "engine" / "stateful"
HOLDERS = {
    "database": "database", "bucket": "bucket", "key": "key", "secret": "secret", "secret-value": "secret-value",
    "parameter": "parameter", "logs": "log-group", "zone": "zone",
}  # fmt: skip
ROWS = [
    *(("replaced", name, f"{word}-replaced") for name, word in HOLDERS.items()),
    *(("deleted", name, f"{word}-deleted") for name, word in HOLDERS.items()),
    ("deleted", "versioning", "bucket-versioning-deleted"),
    ("deleted", "public-access", "public-access-block-deleted"),
    ("deleted", "encryption", "bucket-encryption-deleted"),
    ("shrunk", "database", "storage-shrunk"),
    ("retention-cut", "database", "backups-shortened"),
    ("retention-cut", "database", "backups-deleted-with-it"),
    ("retention-cut", "logs", "log-retention-shortened"),
    ("retention-cut", "lifecycle", "expiry-shortened"),
    ("retention-cut", "versioning", "versioning-off"),
    ("retention-cut", "key", "recovery-window-shortened"),
    ("retention-cut", "secret", "recovery-window-shortened"),
    ("opened", "database", "opened-to-everyone"),
    ("opened", "ingress", "opened-to-everyone"),
    ("opened", "policy", "opened-to-everyone"),
    ("opened", "public-access", "public-access-unblocked"),
    ("encrypted-otherwise", "database", "encryption-changed"),
    ("encrypted-otherwise", "database", "database-replaced"),
    ("encrypted-otherwise", "logs", "encryption-changed"),
    ("encrypted-otherwise", "secret", "encryption-changed"),
    ("encrypted-otherwise", "encryption", "bucket-encrypted-otherwise"),
    ("encrypted-otherwise", "key", "key-rotation-off"),
    ("unprotected", "database", "deletion-protection-off"),
    ("unprotected", "database", "final-snapshot-off"),
    ("unprotected", "bucket", "force-destroy-on"),
    *(("protection-lifted", name, "protect-off") for name in (*HOLDERS, "versioning")),
]
ELSEWHERE = {
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
}  # tests/changes/test_rules.py: no bucket pair here


class Stateful:
    """The program's stack after its `up`, and what the guard says of a preview of each change."""

    def __init__(self, rehearsed: Rehearsed, directory: Path) -> None:
        self.rehearsed = rehearsed
        self.directory = directory
        self._seen: dict[str, Verdict] = {}

    def run(self, *words: str, change: str = "") -> str:
        done = self.rehearsed.run("pulumi", "--cwd", str(self.directory), *words, "--non-interactive", CHANGE=change)
        assert done.returncode == 0, done.stderr + done.stdout[-3000:]
        return done.stdout

    def preview(self, change: str) -> Path:
        """The engine's preview of the change, kept in a file."""
        file = self.directory.parent / f"{change}.json"
        if not file.exists():
            words = ("preview", "--stack", "dev", "--json", "--show-sames", "--diff")
            file.write_text(
                self._protected(*words) if change == "protection-lifted" else self.run(*words, change=change)
            )
        return file

    def verdict(self, change: str) -> Verdict:
        if change not in self._seen:
            self._seen[change] = decide(judge(read(self.preview(change), "dev")), (), today=date(2026, 1, 1))
        return self._seen[change]

    def _protected(self, *words: str) -> str:
        """The preview of a program that protects nothing, while the state protects everything."""
        self.run("state", "protect", "--all", "--yes", "--stack", "dev")
        try:
            return self.run(*words)
        finally:
            self.run("state", "unprotect", "--all", "--yes", "--stack", "dev")


@pytest.fixture(scope="module")
def stateful(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> Stateful:
    directory = tmp_path_factory.mktemp("stateful") / "program"
    shutil.copytree(PROGRAM, directory)
    rehearsed.run("true")
    found = Stateful(rehearsed, directory)
    found.run("stack", "init", "dev", "--no-select")
    found.run("up", "--stack", "dev", "--yes", "--skip-preview")
    return found


def test_the_rows_speak_of_every_type_that_holds_something(stateful: Stateful) -> None:
    told = {one.node.type: one.node.name for one in stateful.verdict("deleted").report.change.steps}
    holding = {token for token, one in MEANINGS.items() if one.lost and token in RESOURCES} - ELSEWHERE
    assert {token for token in holding if ("deleted", told.get(token)) not in {row[:2] for row in ROWS}} == set()


def test_unchanged_it_is_nothing_to_the_guard(stateful: Stateful) -> None:
    found = stateful.verdict("unchanged")
    assert (found.report.change.steps, found.report.change.whole, found.allowed) == ((), True, True)


@pytest.mark.parametrize(("change", "resource", "rule"), ROWS, ids=lambda one: str(one))
def test_it_is_refused_by_name_and_rule(stateful: Stateful, change: str, resource: str, rule: str) -> None:
    refused = {(one.step.node.name, one.rule): one.risk for one in stateful.verdict(change).refused}
    assert refused.get((resource, rule)) in ("data loss", "security")


@pytest.mark.parametrize("change", sorted({row[0] for row in ROWS}))
def test_the_command_exits_2_for_it_and_0_once_all_of_it_is_acknowledged(stateful: Stateful, change: str) -> None:
    words = ("diceytech", "preview", "--env", "dev", "--guard", "--json", "--file", str(stateful.preview(change)))
    done = stateful.rehearsed.run(*words)
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["allowed"] is False
    given = [f"--acknowledge={one.rule}:{one.step.node.name}=wanted" for one in stateful.verdict(change).refused]
    done = stateful.rehearsed.run(*words, *given)
    assert done.returncode == 0, done.stderr
