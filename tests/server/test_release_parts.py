"""Parts of the release program by themselves: packages taken from another release, and a scheduler without a lock."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

MODES = ("single", "fleet")


class Recorded:
    """systemd, whose units are all active and which does nothing; `enabled` are those that start with the machine."""

    def __init__(self, *enabled: str) -> None:
        self.on, self.asked = set(enabled), list[tuple[str, ...]]()

    def __call__(self, *words: str, **_: object) -> str:
        self.asked.append(words)
        return ""

    def enabled(self, unit: str) -> bool:
        return unit in self.on

    def active(self, unit: str) -> bool:
        return unit in self.on

    def show(self, _unit: str) -> dict[str, str]:
        return {"ActiveState": "active", "NRestarts": "0"}


Make = Callable[[str], Path]


@pytest.fixture
def make(program: Any, releases: Any, monkeypatch: pytest.MonkeyPatch) -> Make:
    """`make("a")` installs a release with its packages, as small as can be; gives its directory."""
    installs = []

    def install(directory: Path) -> None:
        installs.append(directory.name)
        library = directory / f"venv/lib/python{program.python_version()}"
        library.mkdir(parents=True)
        (library / "module.py").write_text("whole\n")
        (directory / "venv/bin/__pycache__").mkdir(parents=True)
        (directory / "venv/bin/python").symlink_to(sys.executable)
        (directory / "venv/bin/tool").write_text(f"#!{directory}/venv/bin/python\n")
        (directory / "venv/bin/tool").chmod(0o755)
        (directory / "venv/pyvenv.cfg").write_text(f"command = {directory}\n")

    def begin(name: str) -> Path:
        directory: Path = releases.machine.release(name)
        (directory / "wheelhouse").mkdir(parents=True)
        (directory / "app").mkdir()
        (directory / "requirements.txt").write_text("module==1\n")
        said = releases._make_venv(directory)
        (directory / ".complete").write_text(f"{name}\n")
        assert ("as_in" in said) == (name not in installs)
        return directory

    monkeypatch.setattr(program, "run", lambda *_, **__: "")
    monkeypatch.setattr(releases, "_install", install)
    return begin


def module(directory: Path) -> Path:
    """The only module that is installed."""
    [found] = directory.glob("venv/lib/python*/module.py")
    return found


def as_in(directory: Path) -> bool:
    """Whether its script names the place it is in and can be run."""
    tool = directory / "venv/bin/tool"
    return tool.read_text() == f"#!{directory}/venv/bin/python\n" and os.access(tool, os.X_OK)


def test_what_is_written_into_one_release_in_place_changes_no_other(make: Make) -> None:
    one, two = make("a"), make("b")
    assert (as_in(one), as_in(two), (two / "venv/bin/python").is_symlink()) == (True, True, True)
    with module(two).open("r+") as file:
        file.write("fixed in a hurry\n")
    assert module(one).read_text() == "whole\n"


def edited(one: Path) -> None:
    with module(one).open("a") as file:
        file.write("more")


def cut_off(one: Path) -> None:
    module(one).write_text("")


def gone(one: Path) -> None:
    module(one).unlink()


def a_directory(one: Path) -> None:
    path = module(one)
    path.unlink()
    path.mkdir()


def elsewhere(one: Path) -> None:
    (one / "venv/bin/python").unlink()
    (one / "venv/bin/python").symlink_to("/nowhere")


def unknown(one: Path) -> None:
    (one / "venv.json").unlink()


def half_written(one: Path) -> None:
    (one / "venv.json").write_text('{"lib')


def unlocked(one: Path) -> None:
    (one / "requirements.txt").unlink()


DAMAGES = [edited, cut_off, gone, a_directory, elsewhere, unknown, half_written, unlocked]


@pytest.mark.parametrize("damage", DAMAGES)
def test_packages_that_are_not_as_they_were_installed_are_installed_anew(
    damage: Callable[[Path], None], make: Make, releases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(make("a"))
    installs = list[str]()
    monkeypatch.setattr(releases, "_install", lambda directory: installs.append(directory.name))
    two = releases.machine.release("b")
    (two / "wheelhouse").mkdir(parents=True)
    (two / "requirements.txt").write_text("module==1\n")
    assert releases._make_venv(two) == {}
    assert (installs, (two / "venv").exists()) == (["b"], False)


def test_what_was_added_to_a_release_by_hand_is_not_inherited(make: Make) -> None:
    one = make("a")
    module(one).with_name("sitecustomize.py").write_text("raise SystemExit\n")
    assert [path.name for path in module(make("b")).parent.iterdir()] == ["module.py"]


def test_a_copy_of_a_release_that_an_operator_keeps_is_none_and_stays(make: Make, releases: Any) -> None:
    one = make("a")
    shutil.copytree(one, one.with_name("a.bak"), symlinks=True)
    one.with_name("unfinished").mkdir()
    assert as_in(make("b"))
    releases.recover()
    releases._prune(also_keep="b")
    assert sorted(path.name for path in one.parent.iterdir()) == ["a", "a.bak", "b"]
    assert releases.status()["releases"] == ["a", "b"]


def test_a_link_among_the_releases_is_none_and_what_it_points_to_stays_whole(make: Make, releases: Any) -> None:
    *old, newest = [make(name) for name in "abcd"]
    kept = old[0].parent.with_name("elsewhere")
    old[0].rename(kept)
    old[0].symlink_to(kept)
    newest.with_name("x").symlink_to("/nowhere")
    releases.recover()
    releases._prune(also_keep="d")
    assert sorted(path.name for path in newest.parent.iterdir()) == ["a", "b", "c", "d", "x"]
    assert (kept / ".complete").exists()


def test_what_cannot_be_cleared_up_locks_nobody_out(
    releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", "attached")

    releases.machine.release("unfinished").mkdir()
    monkeypatch.setattr(program.shutil, "rmtree", refused)
    releases.recover()
    assert "not done: removed the unfinished unfinished" in capsys.readouterr().out


def test_a_virtual_environment_that_is_there_already_is_never_run(releases: Any, program: Any) -> None:
    directory = releases.machine.release("a")
    (directory / "venv/bin").mkdir(parents=True)
    with pytest.raises(program.Failure, match="is there before it was made") as refused:
        releases._install(directory)
    assert refused.value.code == 65


def whole(program: Any) -> dict[str, Any]:
    """What release.json says of a release that nothing is the matter with."""
    here = {"python": program.python_version(), "platform": program.machine_platform()}
    place = {"product": "acme", "environment": "dev", "host": "www.example.com", "health_path": "/healthz"}
    secrets = {"secrets": {"KEY": "/acme/KEY"}, "secrets_store": "ssm"}
    artifact = {"artifact": {"sha256": "0" * 64, "bytes": 5}}
    return {"schema": 2, "version": "1", **place, **here, **secrets, **artifact, "platform_sha256": "0", "files": {}}


def release_of(releases: Any, program: Any, body: bytes) -> Any:
    """The release whose release.json has these bytes."""
    name = f"1-{program.hashlib.sha256(body).hexdigest()[: program.DIGEST_LENGTH]}"
    return program.Release.of(name, body, releases.machine)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"5", b"null", b"{}", b"[" * 100_000, b"\xff", b'{"schema": 2, "x": "\\ud800"}']
)
def test_what_is_no_release_json_is_refused(body: bytes, releases: Any, program: Any) -> None:
    with pytest.raises(program.Failure, match=r"its release\.json is none") as refused:
        release_of(releases, program, body)
    assert refused.value.code == 65


@pytest.mark.parametrize("schema", [0, 3, None, "2", [2], {}])
def test_a_release_json_of_another_schema_is_refused(schema: object, releases: Any, program: Any) -> None:
    with pytest.raises(program.Failure, match="this program knows 1 and 2; deploy again") as refused:
        release_of(releases, program, json.dumps({**whole(program), "schema": schema}).encode())
    assert refused.value.code == 65


ODD: list[tuple[str, object]] = [
    *((key, value) for key in ("product", "version", "host", "health_path", "files", "secrets") for value in (5, None)),
    *(("artifact", value) for value in (None, [], {}, {"sha256": "0" * 64}, {"sha256": "../x", "bytes": 5})),
    *(("artifact", {"sha256": "0" * 64, "bytes": value}) for value in ("5", -1, 1.5, True, None)),
    *(("health_path", value) for value in ("/\xe4", "/ x", "x", "", "/\n")),
    *(("host", value) for value in ("", "a b", "a\r\nX: y", "\xe4")),
    *(("secrets", value) for value in ([], {"A\nB=1": "x"}, {"": "x"}, {"A": 5})),
    *(("files", value) for value in ([], {"web.service": None})),
    ("secrets_store", "s3"),
    ("version", "1\n"),
    ("platform_sha256", {}),
]


@pytest.mark.parametrize(("key", "value"), ODD)
def test_an_odd_value_in_a_release_json_is_refused_by_its_name(
    key: str, value: object, releases: Any, program: Any
) -> None:
    with pytest.raises(program.Failure, match=rf"{key} in its release\.json is not as it has to be") as refused:
        release_of(releases, program, json.dumps({**whole(program), key: value}).encode())
    assert refused.value.code == 65
    release_of(releases, program, json.dumps(whole(program)).encode())


def in_blue(releases: Any, program: Any, *, mode: str, led: bool) -> str:
    """Puts a release with a scheduler into the blue slot; gives the scheduler's unit."""
    machine = releases.machine
    text = json.dumps({**whole(program), "server_mode": mode}).encode()
    name = f"1-{program.hashlib.sha256(text).hexdigest()[: program.DIGEST_LENGTH]}"
    machine.release(name).mkdir()
    (machine.release(name) / "release.json").write_bytes(text)
    program.link(machine.home / "slots/blue", f"../releases/{name}")
    unit = str(machine.unit("scheduler", "blue"))
    (machine.units / unit).write_text(f"ExecStart=python {'../leader.py ' if led else ''}manage.py tick\n")
    if led:
        (machine.home / "slots/blue/leader.py").touch()
    return unit


@pytest.mark.parametrize(
    ("mode", "led", "starts"), [("fleet", False, False), ("fleet", True, True), ("single", False, True)]
)
def test_a_scheduler_that_takes_no_lock_runs_on_a_single_server_only(
    mode: str, led: bool, starts: bool, releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "SETTLE_SECONDS", 0.0)
    unit = in_blue(releases, program, mode=mode, led=led)
    releases.systemd = Recorded()
    said = releases._start_background("blue")
    assert releases.systemd.asked == ([("start", unit)] if starts else [])
    assert (said["units"] == [unit], "takes no lock" in said.get("note", "")) == (starts, not starts)
    found = list[str]()
    releases._mend_live("blue", found)
    assert (("enable", unit) in releases.systemd.asked, "left" in found[0]) == (starts, not starts)


def test_the_one_machine_whose_scheduler_was_on_keeps_it(releases: Any, program: Any) -> None:
    unit = in_blue(releases, program, mode="fleet", led=False)
    releases.systemd = Recorded(unit)
    releases.systemd.active = lambda _unit: False
    found = list[str]()
    releases._mend_live("blue", found)
    assert releases.systemd.asked == [("start", unit)]


@pytest.mark.parametrize("mode", MODES)
def test_the_rendered_site_tells_a_fleet_from_a_single_server(mode: str) -> None:
    from rendered_environments import configuration, outputs

    from infra.rendering import rendered, subject

    config = configuration("dev", acme=True, server={"mode": mode})
    site = rendered("nginx-site", subject(config, "dev", outputs(config, "dev")))
    assert ("ssl_certificate" in site) == (mode == "fleet")


def with_environment(releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The release in the blue slot, which is live and whole; its environment is `now` where AWS is asked."""
    in_blue(releases, program, mode="single", led=False)
    machine = releases.machine
    program.link(machine.live, str(machine.socket("blue")))
    release = releases._described(machine.in_slot("blue"))
    described = {**release.described, "secrets": {}}
    release = program.Release(release.id, {**described, "files": {"django.env": "now\n"}}, release.body)
    (machine.release(release.id) / "env").write_text("before\n")
    (machine.release(release.id) / ".complete").write_text(f"{release.id}\n")
    machine.environment("blue").write_text("before\n")
    machine.settings["platform_parameter"] = "/platform"
    monkeypatch.setattr(releases, "_write_origin_secrets", lambda: None)
    releases.systemd = Recorded()
    releases._cloud = SimpleNamespace(parameter=lambda _: "", secret=lambda *_: "")
    return release


@pytest.mark.parametrize(("switched", "has"), [(False, "before\n"), (True, "now\n")])
def test_a_killed_run_leaves_the_release_the_environment_of_what_is_live(
    switched: bool, has: str, releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_environment(releases, program, monkeypatch)
    machine = releases.machine
    releases._write_environment(release)
    if switched:
        program.link(machine.home / "slots/green", f"../releases/{release.id}")
        program.link(machine.live, str(machine.socket("green")))
    releases.recover()
    env = machine.release(release.id) / "env"
    assert (env.read_text(), machine.environment("blue").read_text()) == (has, "before\n")
    assert env.stat().st_mode & 0o777 == (0o600 if switched else 0o644)


def test_a_release_that_never_was_live_gets_an_environment_of_now(
    releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_environment(releases, program, monkeypatch)
    env, idle = releases.machine.release(release.id) / "env", releases.machine.environment("green")
    monkeypatch.setattr(releases, "_described", lambda _: release)
    releases.obtain(release.id, fresh_environment=False)
    assert idle.read_text() == "before\n"
    env.unlink()
    releases.obtain(release.id, fresh_environment=False)
    assert (idle.read_text(), env.exists()) == ("now\n", False)


def test_nothing_of_a_releases_packages_runs_as_root(releases: Any, program: Any, monkeypatch: Any) -> None:
    directory, evil = releases.machine.release("a"), releases.machine.home / "ran"
    (directory / "app").mkdir(parents=True)
    (directory / "app/module.py").write_text("x = 1\n")
    (directory / "wheelhouse").mkdir()
    (directory / "requirements.txt").write_text("")
    library = directory / f"venv/lib/python{program.python_version()}/site-packages"
    run = program.run

    def recorded(command: list[str], *rest: Any, **more: Any) -> str:
        said = run(command, *rest, **more)
        if library.exists():
            (library / "evil.pth").write_text(f"import os; os.mkdir({str(evil)!r})\n")
        return str(said)

    monkeypatch.setattr(program, "run", recorded)
    monkeypatch.setattr(
        releases,
        "_install",
        lambda _: recorded(
            [sys.executable, "-m", "venv", "--without-pip", str(directory / "venv")], program.Exit.INSTALL, "venv"
        ),
    )
    releases._make_venv(directory)
    assert not evil.exists()
    assert list((directory / "app/__pycache__").iterdir()) != []


def test_wheels_alone_are_installed(releases: Any, program: Any, monkeypatch: Any) -> None:
    commands = list[list[str]]()
    monkeypatch.setattr(program, "run", lambda command, *_, **__: commands.append(command))
    releases._install(releases.machine.release("a"))
    assert "--only-binary=:all:" in commands[-1]


@pytest.mark.parametrize(
    ("version", "option", "word"),
    [("systemd 257 (257.5-2)\n+PAM", True, "$A"), ("systemd 252 (252.1)", False, "$$A"), ("", False, "$$A")],
)
def test_a_command_of_the_release_gets_its_dollars_as_they_are(
    version: str, option: bool, word: str, releases: Any, program: Any, monkeypatch: Any
) -> None:
    program.link(releases.machine.live, str(releases.machine.socket("blue")))
    became = list[list[str]]()
    monkeypatch.setattr(program, "run", lambda *_, **__: version)
    monkeypatch.setattr(program.os, "execvp", lambda _, command: became.append(command))
    program.run_words(releases.machine, ("manage.py", "$A"))
    assert ("--expand-environment=no" in became[0], became[0][-1]) == (option, word)


@pytest.mark.parametrize(("reads", "file"), [("slots/%i.env", "slots/blue.env"), ("slots/%i/env", "slots/blue/env")])
def test_a_command_of_the_release_has_the_environment_that_its_web_unit_reads(
    reads: str, file: str, releases: Any, program: Any, monkeypatch: Any
) -> None:
    machine, became = releases.machine, list[list[str]]()
    program.link(machine.live, str(machine.socket("blue")))
    (machine.units / machine.unit("web", "blue")).write_text(f"EnvironmentFile={machine.home}/{reads}\n")
    monkeypatch.setattr(program, "run", lambda *_, **__: "")
    monkeypatch.setattr(program.os, "execvp", lambda _, command: became.append(command))
    program.run_words(machine, ("manage.py",))
    assert f"--property=EnvironmentFile={machine.home}/{file}" in became[0]


def origin_secrets(releases: Any, *values: str) -> str:
    """The lines for nginx once the origin's secret was each of these."""
    file: Path = releases.machine.origin_secrets
    file.parent.mkdir(parents=True, exist_ok=True)
    releases.machine.settings.update(origin_secret="/acme/ORIGIN", secrets_store="ssm")
    for value in values:
        releases._cloud = SimpleNamespace(secret=lambda *_, value=value: value)
        releases._write_origin_secrets()
    return file.read_text()


def test_the_origins_secret_is_one_value_of_one_case_and_the_one_before_stays(releases: Any, program: Any) -> None:
    one, two, three = ("Abc-_" + letter * 16 for letter in "xyz")
    assert origin_secrets(releases, one) == f'"~^{one}$" 1;\n'
    assert origin_secrets(releases, two, two) == f'"~^{two}$" 1;\n"~^{one}$" 1;\n'
    assert origin_secrets(releases, three) == f'"~^{three}$" 1;\n"~^{two}$" 1;\n'
    releases.machine.origin_secrets.write_text(f'"{one}" 1;\n"other" 1;\n')  # of an older program
    assert program.secret_in(f'"{one}" 1;') == program.secret_in(program.exactly(one)) == one
    assert origin_secrets(releases, two) == f'"~^{two}$" 1;\n"~^{one}$" 1;\n'


@pytest.mark.parametrize(
    "value", ["x" * 15, "x" * 129, "~" + "x" * 20, "a$b" * 8, "`" * 20, "x" * 20 + "\n", "é" * 20, ""]
)
def test_an_origins_secret_that_nginx_may_read_otherwise_is_refused_by_name(
    value: str, releases: Any, program: Any
) -> None:
    with pytest.raises(program.Failure, match="the secret /acme/ORIGIN must have letters") as refused:
        origin_secrets(releases, value)
    assert refused.value.code == 78
    assert not value or value not in refused.value.message


def test_a_secret_that_no_environment_file_can_hold_is_named(program: Any) -> None:
    with pytest.raises(program.Failure, match="the secret /acme/KEY has a control character") as refused:
        program.quoted("/acme/KEY", "hidden\r\n")
    assert (refused.value.code, "hidden" in refused.value.message) == (78, False)


def test_what_is_live_is_never_removed_though_its_mark_is_gone(
    releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release = with_environment(releases, program, monkeypatch)
    directory = releases.machine.release(release.id)
    (directory / ".complete").unlink()
    (directory.parent / "unfinished").mkdir()
    releases.recover()
    assert [one.name for one in directory.parent.iterdir()] == [release.id]
    assert f"left {release.id}: it is live" in capsys.readouterr().out
    with pytest.raises(program.Failure, match="is live, although"):
        releases.obtain(release.id)
    releases.machine.live.unlink()
    releases.recover()
    assert (directory / "env").exists()


def test_a_release_whose_mark_does_not_name_it_is_fetched_anew(
    make: Make, releases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = make("a")
    (directory / ".complete").write_text("")
    (directory / "venv/left").touch()

    def fetched(name: str, place: Path) -> str:
        place.mkdir()
        return name

    monkeypatch.setattr(releases, "_fetch", fetched)
    releases.recover()
    assert (releases.obtain("a"), list(directory.iterdir())) == ("a", [])


@pytest.mark.parametrize("damaged", [True, False])
def test_a_release_json_is_fetched_again_only_where_it_is_damaged(
    damaged: bool, releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_environment(releases, program, monkeypatch)
    file, asked = releases.machine.release(release.id) / "release.json", list[str]()
    if damaged:
        file.write_text("{")
    else:  # as it was written: for another place, which no other copy of it would change
        releases.machine.settings["environment"] = "prod"
    releases._cloud = SimpleNamespace(descriptor=lambda name: asked.append(name) or release.body)
    if damaged:
        assert releases._mended(release.id).body == file.read_bytes() == release.body
    else:
        with pytest.raises(program.Failure, match="is of acme in dev, this machine of acme in prod"):
            releases._mended(release.id)
    assert asked == [release.id] * damaged


@pytest.mark.parametrize(("slot", "has"), [("blue", "proved\n"), ("green", "unproved\n")])
def test_what_a_killed_program_of_schema_1_kept_beside_an_environment_is_put_back(
    slot: str, has: str, releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_environment(releases, program, monkeypatch)
    directory = releases.machine.release(release.id)
    unit = releases.machine.units / releases.machine.unit("web", "blue")
    unit.write_text("EnvironmentFile=/srv/acme/slots/%i/env\n")
    (directory / "env").write_text("unproved\n")
    (directory / f"env.before-{slot}").write_text("proved\n")
    releases.recover()
    assert [(one.name, one.read_text()) for one in directory.glob("env*")] == [("env", has)]


@pytest.mark.parametrize("damage", [lambda file: file.write_text("{"), Path.unlink])
def test_a_damaged_release_json_is_a_problem_of_status_and_none_of_maintenance(
    damage: Callable[[Path], object], releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_environment(releases, program, monkeypatch)
    damage(releases.machine.release(release.id) / "release.json")
    found = releases.status()
    assert (found["release"], list(found["units"].values())) == (release.id, ["active"])
    assert "release.json" in found["problem"]
    assert "in a few minutes" in releases.page()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_an_answer_that_comes_byte_by_byte_ends_in_time(
    head: bytes, program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "ANSWER_SECONDS", 0.3)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s"))
    server.listen()

    def trickle() -> None:
        client, _ = server.accept()
        with client, suppress(OSError):
            client.sendall(head)
            for _ in range(100):
                client.sendall(b" ")
                time.sleep(0.05)

    threading.Thread(target=trickle, daemon=True).start()
    began = time.monotonic()
    wrong = program.ask(program.UnixConnection(tmp_path / "s", 5.0), "/healthz", {}, "1")
    assert "/healthz does not end its answer within 0 s" in wrong
    assert time.monotonic() - began < 3
    server.close()


def test_bytes_that_are_no_text_are_read_all_the_same(program: Any) -> None:
    found = program.run(["printf", r"caf\351 wrong\n"], program.Exit.SYSTEM, "journalctl")
    assert found == "caf\N{REPLACEMENT CHARACTER} wrong\n"


def test_where_nobody_reads_it_goes_on(program: Any) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, program.__file__, "none such"], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (64, b"")


def test_a_second_signal_does_not_end_the_undoing(releases: Any, program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with_environment(releases, program, monkeypatch)
    kinds = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = [signal.signal(kind, signal.default_int_handler) for kind in kinds]
    retired = list[str]()

    def retire(slot: str) -> None:
        for kind in kinds:
            os.kill(os.getpid(), kind)
        retired.append(slot)

    monkeypatch.setattr(releases, "_retire", retire)
    try:
        releases._undo("green", "blue", None)
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
    assert retired == ["green"]
