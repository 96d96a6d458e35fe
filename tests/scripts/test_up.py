"""`diceytech up` applies what it showed, or nothing. The engine is scripted here; tests/engine has the real one."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commands import DICEYTECH, Terminal, diceytech, repository, variables

from tests.changes.previews import BUCKET, both, document, state
from tests.scripts.scripted_engine import ScriptedEngine, scripted_engine

HARMLESS = document(both("update", {"a": 1}, {"a": 2}), update=1)
LOSES = document({"op": "delete", "urn": BUCKET, "oldState": state(BUCKET, id="media-1")}, delete=1)
WORD = "bucket-deleted:media=it was never used"
APPLIED = ["stack export", "preview", "stack export", "up"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "root")


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return scripted_engine(tmp_path / "bin")


def up(root: Path, engine: ScriptedEngine, *words: str) -> subprocess.CompletedProcess[str]:
    return diceytech("up", "--env", "dev", *words, cwd=root, **path(engine))


def path(engine: ScriptedEngine) -> dict[str, str]:
    return {"PATH": os.pathsep.join([str(engine.directory), os.defpath])}


def commands(engine: ScriptedEngine) -> list[str]:
    return [next(name for name in ("stack export", "preview", "up") if one.startswith(name)) for one in engine.calls]


@pytest.mark.slow
def test_it_applies_the_plan_that_it_showed_from_a_private_file_that_is_gone_afterwards(
    root: Path, engine: ScriptedEngine
) -> None:
    engine.will(HARMLESS, says="the engine's own words")
    done = up(root, engine, "--yes")
    assert done.returncode == 0, done.stderr
    assert (commands(engine), engine.told("applied"), engine.told("modes")) == (APPLIED, "the plan", "600 700")
    assert done.stdout.index("a: 1 -> 2") < done.stdout.index("the engine's own words")
    plan = Path((engine.directory / "calls").read_text(encoding="utf-8").split('"--plan", "')[1].split('"')[0])
    assert not plan.parent.exists()


@pytest.mark.slow
def test_what_loses_data_is_refused_and_nothing_is_applied_yes_or_not(root: Path, engine: ScriptedEngine) -> None:
    engine.will(LOSES)
    done = up(root, engine, "--yes")
    assert (done.returncode, commands(engine)) == (2, ["stack export", "preview"])
    assert "nothing was applied" in done.stderr
    assert up(root, engine, "--yes", "--acknowledge", WORD).returncode == 0
    assert commands(engine)[2:] == APPLIED


@pytest.mark.slow
def test_without_a_terminal_and_without_yes_the_engine_is_not_even_asked(root: Path, engine: ScriptedEngine) -> None:
    engine.will(HARMLESS)
    done = up(root, engine)
    assert (done.returncode, engine.calls) == (1, [])
    assert "pass --yes" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("said", "code"), [("y", 0), ("YES", 0), ("", 2), ("n", 2), ("dev", 2)])
def test_on_a_terminal_it_asks(root: Path, engine: ScriptedEngine, said: str, code: int) -> None:
    engine.will(HARMLESS)
    terminal = Terminal("up", "--env", "dev", cwd=root, **path(engine))
    terminal.answer("apply this to dev? [y/N]", said)
    assert terminal.end() == code
    assert ("up" in commands(engine)) == (code == 0)


@pytest.mark.slow
@pytest.mark.parametrize(("said", "code"), [("dev", 0), ("y", 2)])
def test_what_is_guarded_is_confirmed_by_the_environment_s_name(
    root: Path, engine: ScriptedEngine, said: str, code: int
) -> None:
    engine.will(LOSES)
    terminal = Terminal("up", "--env", "dev", "--acknowledge", WORD, cwd=root, **path(engine))
    terminal.answer("type dev to apply this", said)
    assert terminal.end() == code


@pytest.mark.slow
def test_nothing_to_do_says_so_and_runs_nothing(root: Path, engine: ScriptedEngine) -> None:
    engine.will(document(same=139))
    done = up(root, engine, "--yes")
    assert (done.returncode, done.stdout, "up" in commands(engine)) == (0, "dev: nothing to do\n", False)
    again = up(root, engine, "--yes", "--acknowledge", WORD)  # as it was called before it was killed
    assert (again.returncode, "left over from an earlier change" in again.stderr) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("told", [HARMLESS, document(same=139)], ids=["a change", "nothing but what AWS holds"])
def test_a_refresh_is_of_the_preview_and_of_the_apply_and_takes_place_also_where_nothing_changes(
    root: Path, engine: ScriptedEngine, told: dict[str, Any]
) -> None:
    engine.will(told)
    done = up(root, engine, "--yes", "--refresh")
    assert (done.returncode, commands(engine)) == (0, APPLIED), done.stderr
    assert ["--refresh" in words for words in engine.words] == [False, True, False, True]


@pytest.mark.slow
def test_an_expired_acknowledgement_is_refused_also_where_there_is_nothing_to_do(
    root: Path, engine: ScriptedEngine
) -> None:
    entry = "- {environment: dev, resource: media, rule: bucket-deleted, reason: unused, until: 2020-01-01}\n"
    (root / "changes.ack.yaml").write_text(entry, encoding="utf-8")
    engine.will(document(same=139))
    done = up(root, engine, "--yes")
    assert (done.returncode, "up" in commands(engine)) == (2, False)
    assert "expired" in done.stdout


@pytest.mark.slow
def test_a_state_that_changed_since_the_preview_is_refused(root: Path, engine: ScriptedEngine) -> None:
    engine.will(HARMLESS, states=([], [{"urn": BUCKET}]))
    done = up(root, engine, "--yes")
    assert (done.returncode, "up" in commands(engine)) == (2, False)
    assert "the state of dev changed since the preview" in done.stderr
    assert "preview again: `diceytech preview --env dev`" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("states", "message"),
    [(([],), "nothing was applied"), (([], [], [{"urn": BUCKET}]), "stopped partway")],
)
def test_a_program_that_does_other_things_than_shown_is_refused(
    root: Path, engine: ScriptedEngine, states: tuple[Any, ...], message: str
) -> None:
    engine.will(HARMLESS, states=states, says=f"error: resource {BUCKET} violates plan: properties changed", code=1)
    done = up(root, engine, "--yes")
    assert (done.returncode, message in done.stderr, "violates plan" in done.stdout) == (2, True, True)


@pytest.mark.slow
def test_another_failure_is_an_error_and_a_lock_is_75(root: Path, engine: ScriptedEngine) -> None:
    engine.will(HARMLESS, says="error: AccessDenied", code=255)
    done = up(root, engine, "--yes")
    assert (done.returncode, "exit code 255; its words are above" in done.stderr) == (1, True)
    engine.will(HARMLESS, says="created by me@host (pid 1) at 2026-11-25T00:00:00Z", code=1)
    assert up(root, engine, "--yes").returncode == 75


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_reaches_the_engine_once_and_its_end_is_waited_for(
    root: Path, engine: ScriptedEngine, number: signal.Signals
) -> None:
    engine.will(HARMLESS, waits=True, code=255)
    process = subprocess.Popen(
        [DICEYTECH, "up", "--env", "dev", "--yes"],
        cwd=root,
        env=variables(root, **path(engine)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        while "working" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        while "stopping" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, engine.told("came")) == (130, "interrupt end")
    assert "diceytech recover --env dev" in said


@pytest.mark.slow
def test_a_terminal_that_goes_interrupts_the_engine_and_its_end_is_waited_for(
    root: Path, engine: ScriptedEngine
) -> None:
    engine.will(HARMLESS, waits=True, code=255)
    terminal = Terminal("up", "--env", "dev", "--yes", cwd=root, **path(engine))
    terminal.until("working")
    terminal.hang_up()
    assert engine.told("came") == "interrupt end"


@pytest.mark.slow
def test_under_nohup_a_terminal_that_goes_is_nothing_to_the_engine(root: Path, engine: ScriptedEngine) -> None:
    engine.will(HARMLESS, waits=True)
    process = subprocess.Popen(
        ["nohup", DICEYTECH, "up", "--env", "dev", "--yes"],
        cwd=root,
        env=variables(root, **path(engine)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        while "working" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        assert engine.told("came") == ""
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert engine.told("came") == "interrupt end"
