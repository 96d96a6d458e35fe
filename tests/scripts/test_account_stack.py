"""`preview` and `up` of a stack of the account project: named like one, and never taken for an environment."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from commands import ROOT, Terminal, repository

from infra.errors import PlatformError
from scripts.cli import app
from scripts.engine.stack import account_stack, environment_stack
from tests.changes.previews import document, state
from tests.changes.previews import preview as written
from tests.scripts.scripted_engine import ScriptedEngine, scripted_engine

ROLE = "urn:pulumi:main::account::aws:iam/role:Role::prod-app"
TWIN = ROLE.replace("::account::", "::platform::").replace("iam/role:Role", "s3/bucket:Bucket")
WORD = "deploy-role-deleted:prod-app=the environment is gone"


def _soon() -> str:
    """A day on which an acknowledgement still counts."""
    return (date.today() + timedelta(days=9)).isoformat()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an environment `main` beside the account project's stack `main`."""
    found = repository(tmp_path / "root")
    (found / "account").mkdir()
    shutil.copy(ROOT / "account" / "Pulumi.main.yaml", found / "account")
    (found / "Pulumi.dev.yaml").rename(found / "Pulumi.main.yaml")
    written(found / "account.json", {"op": "delete", "urn": ROLE, "oldState": state(ROLE)}, delete=1)
    written(found / "environment.json", {"op": "delete", "urn": TWIN, "oldState": state(TWIN)}, delete=1)
    monkeypatch.chdir(found)
    return found


def ended(*words: str) -> int:
    """The command's exit code."""
    try:
        app(list(words), prog_name="diceytech")
    except SystemExit as found:
        return int(found.code or 0)
    return 0


def guarded(option: str, file: str, *words: str) -> int:
    return ended("preview", option, "main", "--file", file, "--guard", *words)


def test_both_are_called_by_what_they_are(root: Path) -> None:
    account, environment = account_stack(root, "main"), environment_stack(root, "main")
    assert (account.title, account.option) == ("account main", "--account main")
    assert account.up == "diceytech up --account main"
    assert (environment.title, environment.option) == ("main", "--env main")
    assert (account.directory, account.file) == (root / "account", "account/Pulumi.main.yaml")


@pytest.mark.usefixtures("root")
def test_a_preview_of_the_account_is_judged_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded("--account", "account.json") == 2
    told = capsys.readouterr().out
    assert told.startswith("account main: REFUSED")
    assert "- account: main\n  resource: prod-app\n  rule: deploy-role-deleted\n" in told
    assert guarded("--account", "account.json", "--acknowledge", WORD) == 0


@pytest.mark.usefixtures("root")
def test_a_preview_of_the_other_project_s_stack_of_the_same_name_is_refused() -> None:
    with pytest.raises(PlatformError, match="is a preview of account main, not of main; pass --account main"):
        guarded("--env", "account.json")
    with pytest.raises(PlatformError, match="is a preview of main, not of account main; pass --env main"):
        guarded("--account", "environment.json")


@pytest.mark.parametrize(("key", "other"), [("account", "environment"), ("environment", "account")])
def test_a_word_counts_for_its_own_stack_alone(
    root: Path, capsys: pytest.CaptureFixture[str], key: str, other: str
) -> None:
    rule = {"account": "deploy-role-deleted", "environment": "bucket-deleted"}
    options = {"account": "--account", "environment": "--env"}
    entry = "- {{{}: main, resource: prod-app, rule: {}, reason: it is gone, until: {}}}\n"
    until = _soon()
    (root / "changes.ack.yaml").write_text(entry.format(key, rule[key], until), encoding="utf-8")
    assert guarded(options[key], f"{key}.json") == 0
    (root / "changes.ack.yaml").write_text(entry.format(other, rule[key], until), encoding="utf-8")
    assert guarded(options[key], f"{key}.json") == 2
    assert "fits nothing" not in capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("--env", "main", "--account", "main")])
@pytest.mark.parametrize("command", ["preview", "up"])
@pytest.mark.usefixtures("root")
def test_exactly_one_of_both_is_named(command: str, words: tuple[str, ...]) -> None:
    with pytest.raises(PlatformError, match="say which stack: `--env dev`, or `--account main`"):
        ended(command, *words)


@pytest.mark.usefixtures("root")
def test_an_account_that_is_not_there_is_named() -> None:
    with pytest.raises(PlatformError, match=r"Pulumi\.other\.yaml: 1 error"):
        ended("preview", "--account", "other", "--file", "account.json")


def test_a_word_for_an_account_that_is_not_there_is_refused(root: Path) -> None:
    entry = f"- {{account: prod, resource: x, rule: y, reason: z, until: {_soon()}}}\n"
    (root / "changes.ack.yaml").write_text(entry, encoding="utf-8")
    with pytest.raises(PlatformError, match=r"changes\.ack\.yaml:1: there is no account prod"):
        guarded("--account", "account.json")


@pytest.mark.slow
@pytest.mark.parametrize(("said", "code"), [("account main", 0), ("main", 2), ("y", 2)])
def test_what_is_guarded_is_confirmed_by_the_whole_title(root: Path, tmp_path: Path, said: str, code: int) -> None:
    engine: ScriptedEngine = scripted_engine(tmp_path / "bin")
    engine.will(document({"op": "delete", "urn": ROLE, "oldState": state(ROLE)}, delete=1))
    path = os.pathsep.join([str(engine.directory), os.defpath])
    terminal = Terminal("up", "--account", "main", "--acknowledge", WORD, cwd=root, PATH=path)
    terminal.answer("type account main to apply this", said)
    assert terminal.end() == code
