"""What the engine says reaches the terminal without secrets (pulumi_cli.py and pulumi_run.py of scripts/engine/)."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.engine import pulumi_run
from scripts.engine.pulumi_cli import error_of
from scripts.engine.stack import Stack

KEY = "hunter22Zq"


def stack(root: Path) -> Stack:
    return Stack(directory=root, project="platform", name="dev", account_id="123456789012", region="eu-central-1")


@pytest.mark.parametrize(
    "said", [f"MasterUserPassword={KEY}", f'body {{"password": "{KEY}", "x": 1}}', f"a://b:{KEY}@c"]
)
def test_an_error_of_the_engine_repeats_no_secret(tmp_path: Path, said: str) -> None:
    error = error_of(stack(tmp_path), ["preview"], f"error: creating it: {said}: refused by AWS")
    assert "creating it" in str(error)
    assert KEY not in str(error)


@pytest.mark.parametrize("said", [f"password: {KEY}", f"\\033[31mpassword\\033[0m: \\033[38;5;3m{KEY}\\033[0m"])
def test_what_is_passed_through_repeats_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str
) -> None:
    engine = tmp_path / "engine"
    engine.write_text(f"#!/bin/sh\nprintf 'one is made\\n{said}\\n'\nexit 3\n")
    engine.chmod(0o700)
    monkeypatch.setattr(pulumi_run, "require", lambda: SimpleNamespace(path=engine))
    ended = pulumi_run.pass_through(stack(tmp_path), "up")
    shown = capsys.readouterr().out
    assert ended.code == 3
    assert "one is made\n" in shown
    assert "password: [secret]\n" in shown
    assert KEY not in shown


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.EIO, "I/O error")])
def test_an_engine_whose_words_nobody_reads_any_more_goes_on_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError
) -> None:
    engine, ended = tmp_path / "engine", tmp_path / "ended"
    engine.write_text(f"#!/bin/sh\nfor one in $(seq 20000); do echo created $one || exit 1; done\n: > {ended}\n")
    engine.chmod(0o700)
    monkeypatch.setattr(pulumi_run, "require", lambda: SimpleNamespace(path=engine))

    def gone(_text: str) -> None:
        raise error

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(write=gone, isatty=lambda: False))
    with pytest.raises(type(error)):
        pulumi_run.pass_through(stack(tmp_path), "up")
    assert ended.exists()
    assert "it went on to its end, with exit code 0" in " ".join(capsys.readouterr().err.split())
