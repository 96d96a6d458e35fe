"""What holds for every command: exit codes, one clear message, streams, files, completion."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commands import DICEYTECH, ROOT, Terminal, diceytech, edit, repository, variables

from infra.errors import PlatformError
from scripts.cli import _refuse_empty
from scripts.terminal import write

HEAVY = ("pulumi", "pulumi_aws", "boto3", "botocore", "moto", "pydantic", "rich", "jinja2", "ruamel")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from scripts.cli import main; sys.argv = ['diceytech', '--help']\n"
        "try: main()\n"
        f"finally: print('loaded', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage: diceytech" in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_every_command_is_explained_in_one_whole_line(copy: Path) -> None:
    for group in ((), ("config",), ("env",), ("secrets",)):
        shown = diceytech(*group, "--help", cwd=copy).stdout
        assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["config", "frobnicate"], "No such command 'frobnicate'"),
        (["config", "check", "--frob"], "No such option"),
        (["graph"], "Missing option '--env'"),
        (["secrets", "get", "--env", "dev"], "Missing argument 'name'"),
        (["init"], "Missing option '--product'"),
        (["--show-completion", "nosh"], "'nosh' is not one of 'bash', 'zsh', 'fish'"),
        (["render"], "what to render, and for which environment?"),
        (["config", "check", "--env", "nope"], "there is no environment 'nope'; the environments are: dev, prod"),
        (["config", "check", "--env", "../x"], "there is no environment '../x'"),
        (["env", "new", "dev", "--from", "prod"], "dev exists already"),
    ],
)
def test_a_mistake_on_the_command_line_exits_with_1_and_one_message(
    copy: Path, arguments: list[str], message: str
) -> None:
    done = diceytech(*arguments, cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_yaml_holds_cannot_steer_the_terminal(copy: Path) -> None:
    edit(
        copy / "Pulumi.dev.yaml", "  platform:environment:", '  "platform:\\e[2J\\a\\u202e": 1\n  platform:environment:'
    )
    done = diceytech("config", "check", cwd=copy)
    assert "is not a setting" in done.stdout
    assert not {"\x1b", "\a", "\u202e"} & set(done.stdout + done.stderr)
    assert "\x1b" not in diceytech("rehearse", "--env", "\x1b[2J", cwd=copy).stderr


def test_outside_the_repository_one_message_says_where_to_go(tmp_path: Path) -> None:
    done = diceytech("config", "check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error {tmp_path}: no Pulumi.yaml here or above; run the command inside the platform's repository\n"
    )


def test_a_directory_below_the_repository_will_do(copy: Path) -> None:
    (copy / "infra" / "deeper").mkdir()
    assert diceytech("config", "check", cwd=copy / "infra" / "deeper").returncode == 0


def test_output_to_a_directory_is_refused(copy: Path) -> None:
    done = diceytech("config", "schema", "--out", str(copy), cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error {copy}: cannot be written (Is a directory); choose another file\n"


def test_output_below_a_file_is_refused(copy: Path) -> None:
    done = diceytech("config", "schema", "--out", "Pulumi.yaml/schema.json", cwd=copy)
    assert done.returncode == 1
    assert "Pulumi.yaml/schema.json: cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_files_without_permission_are_named(copy: Path) -> None:
    (copy / "Pulumi.yaml").chmod(0o400)
    done = diceytech("init", "--product", "acme", cwd=copy)
    assert done.stderr == f"error {copy / 'Pulumi.yaml'}: cannot be written (it is read-only); choose another file\n"
    (copy / "Pulumi.yaml").chmod(0)
    done = diceytech("config", "check", cwd=copy)
    assert "file: cannot be read (Permission denied)" in done.stdout


def test_a_reader_that_has_enough_gets_no_complaint(copy: Path) -> None:
    for arguments in (["config", "schema"], ["config", "check"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [DICEYTECH, *arguments], cwd=copy, stdout=writer, stderr=subprocess.PIPE, env=variables(copy)
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_in_one_line(copy: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [DICEYTECH, "config", "check"], cwd=copy, stdout=full, stderr=subprocess.PIPE, env=variables(copy)
        )
    assert (done.returncode, done.stderr) == (1, b"error standard output: No space left on device\n")


def test_closed_streams_are_no_error(copy: Path) -> None:
    script = f"exec '{DICEYTECH}' config check >&- 2>&- <&-"
    assert subprocess.run(["sh", "-c", script], cwd=copy, env=variables(copy)).returncode == 0


def test_generated_text_is_utf8_in_any_locale(copy: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    assert "…" in diceytech("config", "docs", cwd=copy, **ascii_only).stdout


def test_letters_that_the_locale_lacks_are_no_error(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "platform:logs:", "platform:lögs:")
    done = diceytech("config", "check", cwd=copy, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert "l?gs: is not a setting" in done.stdout


def test_colours_can_be_switched_off(copy: Path) -> None:
    coloured = diceytech("config", "check", cwd=copy, FORCE_COLOR="1").stdout
    plain = diceytech("config", "check", cwd=copy, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[32m" in coloured
    assert "\x1b[32m" not in plain


def test_a_narrow_terminal_breaks_no_line(copy: Path) -> None:
    terminal = Terminal("doctor", cwd=copy, columns=12, NO_COLOR="1")
    assert terminal.end() == 0
    assert "edit line 9 of Pulumi.prod.yaml before the first `pulumi up`" in terminal.shown


COMPLETIONS = {
    "bash": {"COMP_WORDS": "diceytech rehearse --env ", "COMP_CWORD": "3"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "diceytech rehearse --env "},
    "fish": {"_TYPER_COMPLETE_ARGS": "diceytech rehearse --env ", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_env_completes_the_environments(copy: Path, shell: str) -> None:
    done = diceytech(cwd=copy, _DICEYTECH_COMPLETE=f"complete_{shell}", **COMPLETIONS[shell])
    assert (done.returncode, done.stderr) == (0, "")
    assert "dev" in done.stdout
    assert "prod" in done.stdout


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_the_completion_script_asks_this_command(copy: Path, shell: str) -> None:
    done = diceytech("--show-completion", shell, cwd=copy)
    assert done.returncode == 0
    assert f"_DICEYTECH_COMPLETE=complete_{shell}" in done.stdout


def test_bash_completes_with_the_script(copy: Path) -> None:
    script = diceytech("--show-completion", "bash", cwd=copy).stdout
    ask = (
        'COMP_WORDS=(diceytech config check --env p); COMP_CWORD=4; _diceytech_completion diceytech; echo "$COMPREPLY"'
    )
    path = f"{DICEYTECH.parent}:{os.defpath}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{ask}"], cwd=copy, env=variables(copy, PATH=path), capture_output=True, text=True
    )
    assert done.stdout == "prod\n"


def test_completion_outside_a_repository_offers_nothing(tmp_path: Path) -> None:
    done = diceytech(cwd=tmp_path, _DICEYTECH_COMPLETE="complete_bash", **COMPLETIONS["bash"])
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write(file, "half of it \ud800")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_never_takes_another_ones_place(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    write(file, "first", new=True)
    with pytest.raises(PlatformError, match="File exists"):
        write(file, "second", new=True)
    assert file.read_text() == "first"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    file, link = tmp_path / "file.yaml", tmp_path / "link.yaml"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    write(link, "after")
    assert link.is_symlink()
    assert file.read_text() == "after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("words", [("local", "run"), ("machine", "run")])
def test_an_empty_word_of_a_command_beside_a_rehearsal_is_its_own(words: tuple[str, ...]) -> None:
    _refuse_empty([*words, "sh", "-c", ""])
    with pytest.raises(PlatformError, match="-c: is empty"):
        _refuse_empty(["machine", "shell", "-c", ""])
