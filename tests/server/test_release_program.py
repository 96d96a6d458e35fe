"""The release program on a machine in a directory: going live, going back, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import small_release
from small_machine import BACKEND, SECRET, SmallMachine
from small_release import MANAGE, WSGI, artifact

from scripts.backend.release import BackendRelease

pytestmark = [pytest.mark.slow, pytest.mark.machine]

Machines = Callable[..., SmallMachine]
ONE, TWO, THREE, FOUR = (f"2026112{day}-120000-{str(day) * 12}" for day in (1, 2, 3, 4))


@pytest.fixture
def live(machines: Machines, tmp_path: Path) -> tuple[SmallMachine, str]:
    """A machine with a live release, and that release's id."""
    machine = machines()
    release = machine.publish(artifact(tmp_path, ONE))
    run = machine.run("deploy", release.id)
    assert run.code == 0, run.lines
    return machine, release.id


def test_a_release_goes_live_with_its_environment_and_migrates_once(live: tuple[SmallMachine, str]) -> None:
    machine, release = live
    status, told = machine.ask()
    assert (status, told["version"], told["secret"]) == (200, ONE, SECRET)
    env = machine.home / "releases" / release / "env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert (machine.root / "migrated").read_text() == f"{ONE}\n"
    assert str((machine.home / "current").readlink()) == f"releases/{release}"


def test_every_step_is_one_line_of_json_and_the_last_one_tells_what_is_live(live: tuple[SmallMachine, str]) -> None:
    machine, release = live
    run = machine.run("status")
    [end] = run.lines
    assert (end["step"], end["exit"], end["release"], end["problem"]) == ("end", 0, release, None)
    assert (end["slot"], end["previous"], end["maintenance"]) == ("blue", None, False)
    again = machine.run("deploy", release)
    steps = [step for step, state in again.states() if state == "done"]
    assert steps == [
        "environment", "units", "migrate", "start", "probe", "background", "site", "switch", "verify", "drain", "prune",
        "end",
    ]  # fmt: skip


def test_status_names_units_that_do_not_stay_up(live: tuple[SmallMachine, str]) -> None:
    machine, _ = live
    web, worker = "acme-web@blue.service", "acme-worker@blue.service"
    began = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    hour = 3_600_000_000  # us
    for shown, why in {
        f"NRestarts=3\nExecMainStartTimestampMonotonic={began - hour}": None,  # it has stayed up since
        f"NRestarts=0\nExecMainStartTimestampMonotonic={began}": None,  # a deploy has started it
        f"NRestarts=1\nExecMainStartTimestampMonotonic={began}": r"started again 1 time, \d+ s ago",
        "ActiveState=activating\nSubState=auto-restart\nNRestarts=7": "is auto-restart, started again 7 times",
        "ActiveState=failed\nSubState=failed\nNRestarts=0": "is failed",
    }.items():
        (machine.root / f"run/units/{worker}.shown").write_text(shown)
        end = machine.run("status").lines[-1]
        assert end["restarts"] == {web: 0, worker: int(re.findall(r"NRestarts=(\d)", shown)[0])}
        assert (list(end["unsteady"]), end["problem"]) == ([worker] if why else [], None)
        assert why is None or re.fullmatch(why, end["unsteady"][worker])


def test_the_next_release_loses_no_request_and_the_old_slot_is_stopped(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, _ = live
    release = machine.publish(artifact(tmp_path, TWO))
    done, failed, seen = threading.Event(), list[object](), set[str | None]()

    def client(path: str) -> None:
        while not done.is_set():
            status, told = machine.ask(path)
            seen.add(told.get("version"))
            if status != 200:
                failed.append((status, told))

    clients = [threading.Thread(target=client, args=(path,)) for path in ("/", "/", "/", "/slow", "/slow")]
    for one in clients:
        one.start()
    run = machine.run("deploy", release.id)
    done.set()
    for one in clients:
        one.join()
    assert (run.code, failed, seen) == (0, [], {ONE, TWO})
    assert machine.live() == TWO
    units = machine.run("status").lines[-1]["units"]
    assert units == {"acme-web@green.service": "active", "acme-worker@green.service": "active"}
    enabled = sorted(file.name for file in (machine.root / "run/units").glob("*.enabled"))
    assert enabled == ["acme-web@green.service.enabled", "acme-worker@green.service.enabled"]


BROKEN = {
    "import": ({"small_wsgi.py": "import nothing_of_that_name\n"}, 76, "No module named 'nothing_of_that_name'"),
    "health": ({"small_wsgi.py": WSGI.replace('"200 OK"', '"503 Busy"')}, 76, "answers 503"),
    "version": ({"small_wsgi.py": WSGI.replace("VERSION =", "VERSION = 'other' #")}, 76, "answers version other"),
    "migration": ({"manage.py": "raise SystemExit('ProgrammingError: no such column')\n"}, 73, "no such column"),
    "worker": ({"manage.py": "import sys\nif sys.argv[1] == 'work': raise SystemExit('no queue')\n"}, 79, "no queue"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_release_is_refused_and_the_live_one_stays(
    kind: str, live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, before = live
    machine.program.write_text(machine.program.read_text().replace("PROBE_SECONDS = 60.0", "PROBE_SECONDS = 12.0"))
    files, code, says = BROKEN[kind]
    release = machine.publish(artifact(tmp_path, TWO, files))
    run = machine.run("deploy", release.id)
    assert run.code == code, run.lines
    assert says in run.message
    assert (machine.live(), run.lines[-1]["live"]) == (ONE, before)
    assert machine.running() == ["acme-web@blue.service", "acme-worker@blue.service"]
    good = machine.publish(artifact(tmp_path, THREE))
    assert machine.run("deploy", good.id).code == 0
    assert machine.live() == THREE


def test_a_site_that_nginx_refuses_changes_nothing(machines: Machines, tmp_path: Path) -> None:
    machine = machines()
    assert machine.run("deploy", machine.publish(artifact(tmp_path, ONE)).id).code == 0
    site = (machine.root / "etc/nginx/sites-available/acme.conf").read_text()
    paths, machine.paths = machine.paths, replace(machine.paths, address="nowhere at all")
    run = machine.run("deploy", machine.publish(artifact(tmp_path, TWO)).id)
    machine.paths = paths
    assert (run.code, machine.live()) == (77, ONE), run.lines
    assert (machine.root / "etc/nginx/sites-available/acme.conf").read_text() == site
    assert list((machine.root / "etc/nginx").glob(".acme*")) == []


def test_what_answers_on_its_socket_but_not_through_nginx_is_switched_back(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, before = live
    needs_proto = WSGI.replace(
        'path = environ["PATH_INFO"]',
        'path = environ["PATH_INFO"]\n    if "HTTP_X_REQUEST_ID" in environ and path == "/healthz": raise SystemExit',
    )
    run = machine.run("deploy", machine.publish(artifact(tmp_path, TWO, {"small_wsgi.py": needs_proto})).id)
    assert run.code == 76, run.lines
    assert run.message.startswith("through nginx: ")
    assert (machine.live(), run.lines[-1]["live"]) == (ONE, before)


def test_rollback_brings_the_release_before_with_its_environment_and_does_not_migrate(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, first = live
    second = machine.publish(artifact(tmp_path, TWO)).id
    assert machine.run("deploy", second).code == 0
    rotate(machine, "rotated")
    run = machine.run("rollback")
    assert (run.code, run.lines[-1]["live"]) == (0, first)
    assert machine.ask()[1]["secret"] == SECRET
    assert machine.run("rollback-fresh", first).code == 0
    assert machine.ask()[1]["secret"] == "rotated"
    assert (machine.root / "migrated").read_text() == f"{ONE}\n{TWO}\n"
    assert machine.run("rollback", second, AWS_ENDPOINT_URL="http://127.0.0.1:1").code == 0


def test_a_rollback_to_what_is_no_more_on_the_disk_fetches_it_and_three_releases_are_kept(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, first = live
    ids = [machine.publish(artifact(tmp_path, version)).id for version in (TWO, THREE, FOUR)]
    assert [machine.run("deploy", one).code for one in ids] == [0, 0, 0]
    assert sorted(one.name for one in (machine.home / "releases").iterdir()) == ids
    run = machine.run("rollback", first)
    assert run.code == 0
    assert ("fetch", "done") in run.states()
    assert machine.live() == ONE
    kept = {one.name for one in (machine.home / "releases").iterdir()}
    assert len(kept) == 3
    assert {first, ids[-1]} <= kept


def test_without_a_release_before_there_is_nothing_to_go_back_to(live: tuple[SmallMachine, str]) -> None:
    machine, release = live
    run = machine.run("rollback")
    assert (run.code, machine.live()) == (66, ONE)
    assert "no release before" in run.message
    assert machine.run("rollback", release).code == 66


def test_a_machine_that_boots_installs_without_migrating_and_twice_is_once(machines: Machines, tmp_path: Path) -> None:
    machine = machines()
    release = machine.publish(artifact(tmp_path, ONE)).id
    assert machine.run("install", release).code == 0
    assert machine.live() == ONE
    assert not (machine.root / "migrated").exists()
    again = machine.run("install", release)
    assert (again.code, again.states()) == (0, [("install", "done"), ("end", "done")])


def test_a_machine_that_boots_during_maintenance_serves_the_page(machines: Machines, tmp_path: Path) -> None:
    machine = machines()
    machine.backend.set_parameter(machine.backend.maintenance_parameter, "on")
    assert machine.run("install", machine.publish(artifact(tmp_path, ONE)).id).code == 0
    status, told = machine.ask()
    assert (status, "back in a few minutes" in told["text"]) == (503, True)
    assert machine.run("maintenance-off").code == 0
    assert machine.live() == ONE
    assert machine.run("maintenance-on").code == 0
    assert machine.ask()[0] == 503


@pytest.mark.parametrize("step", ["fetch", "install", "units", "start", "probe", "background", "switch", "drain"])
def test_killed_at_any_step_the_machine_serves_and_the_next_release_works(
    step: str, live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, _ = live
    release = machine.publish(artifact(tmp_path, TWO)).id
    killed_at(machine, step, "deploy", release)
    assert machine.live() in (ONE, TWO)
    run = machine.run("deploy", release)
    assert run.code == 0, run.lines
    assert machine.live() == TWO
    status = machine.run("status").lines[-1]
    assert [unit for unit, state in status["units"].items() if state != "active"] == []
    slot = status["slot"]
    enabled = sorted(file.name for file in (machine.root / "run/units").glob("*.enabled"))
    assert enabled == [f"acme-web@{slot}.service.enabled", f"acme-worker@{slot}.service.enabled"]


def test_the_live_slot_keeps_its_environment_while_a_new_one_is_tried(
    live: tuple[SmallMachine, str],
) -> None:
    machine, release = live
    rotate(machine, "rotated")
    killed_at(machine, "migrate", "deploy", release)
    for verb in ("stop", "start"):
        machine.systemctl(verb, "acme-web@blue.service")
    assert machine.run("maintenance-off").code == 0  # which clears up
    status = machine.run("status").lines[-1]
    assert (status["problem"], machine.ask()[1]["secret"]) == (None, SECRET)
    assert machine.run("deploy", release).code == 0
    assert machine.ask()[1]["secret"] == "rotated"
    own, used = (machine.home / path for path in (f"releases/{release}/env", "slots/green.env"))
    assert own.read_text() == used.read_text()
    assert [one.stat().st_mode & 0o777 for one in (own, used)] == [0o600, 0o600]


def test_a_deploy_of_the_live_release_that_fails_leaves_its_environment_for_a_rollback(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, _ = live
    picky = WSGI.replace("import json", "import os; assert os.environ['SECRET_KEY'] != 'bad'\nimport json", 1)
    second = machine.publish(artifact(tmp_path, TWO, {"small_wsgi.py": picky})).id
    assert machine.run("deploy", second).code == 0
    rotate(machine, "bad")
    assert machine.run("deploy", second).code == 76
    assert (machine.live(), machine.run("deploy", machine.publish(artifact(tmp_path, THREE)).id).code) == (TWO, 0)
    assert machine.run("rollback").code == 0
    assert (machine.live(), machine.ask()[1]["secret"]) == (TWO, SECRET)


def rotate(machine: SmallMachine, value: str) -> None:
    """Sets SECRET_KEY."""
    name = machine.backend.names.secret("SECRET_KEY")
    ssm = machine.backend.session.client("ssm")
    ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def of_schema_1(machine: SmallMachine, release: BackendRelease) -> str:
    """The release as the program before slots had environments knows it, published; gives its id."""
    described = {**json.loads(release.body), "schema": 1}
    described["files"] = {name: older(text) for name, text in described["files"].items()}
    body = json.dumps(described).encode()
    found = replace(release, id=f"{release.version}-{hashlib.sha256(body).hexdigest()[:12]}", body=body)
    machine.store.publish(found)
    return found.id


def older(unit: str) -> str:
    """A unit that reads the environment of its release."""
    return unit.replace("/slots/%i.env", "/slots/%i/env")


def test_a_machine_of_an_older_program_takes_the_next_release_and_goes_back(machines: Machines, tmp_path: Path) -> None:
    machine = machines()
    first = of_schema_1(machine, machine.publish(artifact(tmp_path, ONE)))
    assert machine.run("deploy", first).code == 0
    for unit in (machine.root / "etc/systemd/system").iterdir():
        unit.write_text(older(unit.read_text()))
    (machine.home / "slots/blue.env").unlink()
    machine.systemctl("stop", "acme-web@blue.service")
    machine.systemctl("start", "acme-web@blue.service")
    rotate(machine, "rotated")
    second = machine.publish(artifact(tmp_path, TWO)).id
    assert machine.run("deploy", second).code == 0
    assert (machine.live(), machine.ask()[1]["secret"]) == (TWO, "rotated")
    assert machine.run("rollback").code == 0
    assert (machine.live(), machine.ask()[1]["secret"]) == (ONE, SECRET)
    assert machine.run("rollback-fresh", first).code == 0
    assert (machine.live(), machine.ask()[1]["secret"]) == (ONE, "rotated")


def test_modules_where_an_operator_stands_do_not_run_as_root(machines: Machines, tmp_path: Path) -> None:
    machine, mark, place = machines(), tmp_path / "ran", tmp_path / "app"
    place.mkdir()
    for name in ("venv", "pip", "compileall"):
        (place / f"{name}.py").write_text(f"import os; os.mkdir({str(mark)!r})\n")
    words = machine.command("deploy", machine.publish(artifact(tmp_path, ONE)).id)
    done = subprocess.run(words, cwd=place, env=machine.environment(), capture_output=True, check=False)
    assert (done.returncode, mark.exists()) == (0, False)


def test_a_live_release_whose_release_json_is_damaged_is_mended_by_its_own_deploy(
    live: tuple[SmallMachine, str],
) -> None:
    machine, release = live
    file = machine.home / "releases" / release / "release.json"
    whole = file.read_bytes()
    file.write_text("{")
    status = machine.run("status")
    assert (status.code, "it serves on, deploy it or another one" in status.lines[-1]["problem"]) == (0, True)
    assert machine.run("deploy", release).code == 0
    assert (file.read_bytes(), machine.run("status").lines[-1]["problem"]) == (whole, None)


def killed_at(machine: SmallMachine, step: str, *words: str) -> None:
    """kill -9 as soon as the program says that the step has begun."""
    process = subprocess.Popen(
        machine.command(*words), env=machine.environment(), stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = json.loads(line)
        assert found["step"] != "end", f"it ended before {step}"
        if (found["step"], found["state"]) == (step, "started"):
            break
    process.kill()
    process.wait(10)
    process.stdout.close()


def test_terminated_it_undoes_what_it_began(live: tuple[SmallMachine, str], tmp_path: Path) -> None:
    machine, before = live
    slow = WSGI.replace("import json", "import time; time.sleep(20)\nimport json", 1)
    release = machine.publish(artifact(tmp_path, TWO, {"small_wsgi.py": slow})).id
    process = subprocess.Popen(
        machine.command("deploy", release), env=machine.environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if (lines[-1]["step"], lines[-1]["state"]) == ("probe", "started"):
            process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 130
    process.stdout.close()
    assert (lines[-1]["live"], machine.live()) == (before, ONE)
    assert sorted(machine.run("status").lines[-1]["units"].values()) == ["active", "active"]


def test_a_second_run_is_refused_and_told_who_is_at_work(live: tuple[SmallMachine, str], tmp_path: Path) -> None:
    machine, _ = live
    release = machine.publish(artifact(tmp_path, TWO)).id
    first = subprocess.Popen(
        machine.command("deploy", release), env=machine.environment(), stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    first.stdout.readline()
    run = machine.run("maintenance-on")
    assert run.code == 75
    assert f"deploy {release} (process {first.pid}, since " in run.message
    first.stdout.read()
    first.stdout.close()
    assert first.wait(60) == 0


def test_a_scheduler_that_falls_once_it_has_its_turn_is_switched_back(machines: Machines, tmp_path: Path) -> None:
    machine = machines(product={"backend": {**BACKEND, "scheduler_command": "manage.py tick"}})
    leader = {"../leader.py": small_leader()}
    first = machine.publish(artifact(tmp_path, ONE, leader)).id
    assert machine.run("deploy", first).code == 0
    broken = MANAGE.replace("else:", "elif sys.argv[1] == 'tick':\n    raise ImportError('no such task')\nelse:")
    run = machine.run("deploy", machine.publish(artifact(tmp_path, TWO, {**leader, "manage.py": broken})).id)
    assert run.code == 79, run.lines
    assert "does not stay up once it has its turn: ImportError: no such task" in run.message
    assert (machine.live(), run.lines[-1]["live"]) == (ONE, first)
    units = [f"acme-{part}@blue.service" for part in ("scheduler", "web", "worker")]
    assert machine.running() == units
    good = machine.run("deploy", machine.publish(artifact(tmp_path, THREE, leader)).id)
    assert (good.code, ("scheduler", "done") in good.states()) == (0, True)


def small_leader() -> str:
    """leader.py with a lock on a file in place of the database's."""
    text = (Path(__file__).parent.parent.parent / "server/leader.py").read_text()
    lock = """
class FileLock:
    def __init__(self):
        self.file = open(os.path.dirname(os.environ["MIGRATED"]) + "/scheduler.lock", "a")
    def take(self):
        import fcntl
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    def held(self):
        return True
"""
    head, main, tail = text.partition('if __name__ == "__main__":')
    return head + lock + main + tail.replace("DatabaseLock()", "FileLock()")


def installed(machine: SmallMachine, release: str) -> Path:
    """A file of gunicorn in the release's virtual environment."""
    [found] = (machine.home / "releases" / release / "venv").glob("lib/python*/site-packages/gunicorn/util.py")
    return found


def test_a_release_with_the_same_requirements_takes_what_is_installed_and_outlives_the_other(
    live: tuple[SmallMachine, str], tmp_path: Path
) -> None:
    machine, first = live
    second = machine.publish(artifact(tmp_path, TWO)).id
    run = machine.run("deploy", second)
    [install] = [line for line in run.lines if (line["step"], line["state"]) == ("install", "done")]
    assert install["as_in"] == first
    assert installed(machine, first).read_bytes() == installed(machine, second).read_bytes()
    assert installed(machine, first).stat().st_ino != installed(machine, second).stat().st_ino
    room = machine.home / "releases" / second / "venv"
    naming = [path for path in (room / "pyvenv.cfg", *(room / "bin").iterdir()) if not path.is_symlink()]
    assert [path for path in naming if first.encode() in path.read_bytes()] == []
    assert f"{second}/venv/bin/python" in (room / "bin/gunicorn").read_text()
    assert f"{first}/venv/bin/python" in (machine.home / "releases" / first / "venv/bin/gunicorn").read_text()
    shutil.rmtree(machine.home / "releases" / first)
    assert machine.run("deploy", second).code == 0
    assert machine.live() == TWO


def test_other_requirements_are_installed_anew(
    live: tuple[SmallMachine, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, first = live
    held = small_release.wheels()
    other = {**held, "requirements.txt": b"".join(reversed(held["requirements.txt"].splitlines(keepends=True)))}
    monkeypatch.setattr(small_release, "wheels", lambda: other)
    second = machine.publish(artifact(tmp_path, TWO)).id
    run = machine.run("deploy", second)
    assert run.code == 0
    assert [line for line in run.lines if "as_in" in line] == []
    assert installed(machine, first).read_bytes() == installed(machine, second).read_bytes()
