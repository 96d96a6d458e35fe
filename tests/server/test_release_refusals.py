"""What the release program refuses before it touches anything: artifacts, ids and settings that are not right."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small_release
from small_machine import SmallMachine
from small_release import HERE, artifact

from scripts.backend.release import Artifact

pytestmark = [pytest.mark.slow, pytest.mark.machine]

Machines = Callable[..., SmallMachine]
ONE = "20261121-120000-111111111111"


@pytest.fixture
def machine(machines: Machines) -> SmallMachine:
    return machines(nginx=False)


def refused(machine: SmallMachine, found: Artifact) -> tuple[int, str]:
    """The exit code and message of a deploy, after which nothing may be there."""
    run = machine.run("deploy", machine.publish(found).id)
    assert list((machine.home / "releases").iterdir()) == []
    assert list((machine.home / "slots").iterdir()) == []
    assert not (machine.root / "run/units/asked").exists(), "systemd was asked for something"
    return run.code, run.message


@pytest.mark.parametrize(
    "release", ["x;reboot", "$(reboot)", "a b", "../../etc", "-rf", "", "x" * 65, "a\nb", "`id`", "é"]
)
def test_an_id_with_anything_but_safe_letters_is_refused(release: str, machine: SmallMachine) -> None:
    run = machine.run("deploy", release)
    assert run.code == 64
    assert run.states() == [("end", "failed")]


@pytest.mark.parametrize("words", [(), ("destroy",), ("deploy",), ("deploy", "none"), ("deploy", "a", "b"), ("run",)])
def test_a_command_that_is_none_is_refused(words: tuple[str, ...], machine: SmallMachine) -> None:
    assert machine.run(*words).code == 64


def test_a_release_that_does_not_exist_is_refused(machine: SmallMachine) -> None:
    run = machine.run("deploy", f"{ONE}-0123456789ab")
    assert (run.code, run.message) == (66, f"the artifacts bucket has no releases/{ONE}-0123456789ab/release.json")


def test_an_artifact_for_another_python_or_processor_is_refused(machine: SmallMachine, tmp_path: Path) -> None:
    code, message = refused(machine, artifact(tmp_path, ONE, python="3.9"))
    assert code == 65
    assert f"is for Python 3.9 on linux-{HERE.machine}, this machine has {HERE.python}" in message
    assert refused(machine, artifact(tmp_path, ONE, platform="linux-sparc"))[0] == 65


def test_an_artifact_that_is_truncated_or_altered_in_the_bucket_is_refused(
    machine: SmallMachine, tmp_path: Path
) -> None:
    found = artifact(tmp_path, ONE)
    release, s3 = machine.publish(found), machine.backend.session.client("s3")
    whole = found.path.read_bytes()
    for bytes_ in (whole[:-100], whole[:-1] + b"x", whole + b"x", b""):
        s3.put_object(Bucket=machine.store.bucket, Key=found.key, Body=bytes_)
        run = machine.run("deploy", release.id)
        assert run.code == 65
        assert "not the artifact that was packaged" in run.message
        assert list((machine.home / "releases").iterdir()) == []


def test_a_release_json_that_was_altered_is_refused(machine: SmallMachine, tmp_path: Path) -> None:
    release = machine.publish(artifact(tmp_path, ONE))
    body = release.body.replace(b'"health_path": "/healthz"', b'"health_path": "/"')
    assert body != release.body
    machine.backend.session.client("s3").put_object(Bucket=machine.store.bucket, Key=release.key, Body=body)
    run = machine.run("deploy", release.id)
    assert run.code == 65
    assert "release.json was altered" in run.message


@pytest.mark.parametrize(
    "altered",
    [{"app/manage.py": b"import os; os.system('id')"}, {"app/more.py": b""}, {"../outside.py": b""}],
    ids=["changed", "added", "outside"],
)
def test_an_artifact_whose_files_are_not_those_of_its_manifest_is_refused(
    altered: dict[str, bytes], machine: SmallMachine, tmp_path: Path
) -> None:
    assert refused(machine, artifact(tmp_path, ONE, altered=altered))[0] == 65
    assert not (machine.home / "outside.py").exists()


LIBRARY = f"venv/lib/python{HERE.python}/site-packages"


@pytest.mark.parametrize(
    "name", [f"{LIBRARY}/evil.pth", "venv/pyvenv.cfg", ".complete", "env", "release.json", "wheelhouse/../venv/x"]
)
def test_an_artifact_with_a_file_that_root_would_run_or_believe_is_refused(
    name: str, machine: SmallMachine, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    held = {f"../{name}": f"import os; os.mkdir({str(mark)!r})\n"}
    code, message = refused(machine, artifact(tmp_path, ONE, held, altered={}))
    assert (code, f"its artifact cannot be read ('{name}' is in no artifact)" in message) == (65, True), message
    assert not mark.exists()


@pytest.mark.parametrize("name", ["env.before-blue/", "venv/", "wheelhouse/../slots/"])
def test_an_artifact_with_a_directory_of_the_release_programs_own_is_refused(
    name: str, machine: SmallMachine, tmp_path: Path
) -> None:
    assert refused(machine, artifact(tmp_path, ONE, altered={name: b""}))[0] == 65


@pytest.mark.parametrize(
    "line",
    ["--no-binary :all:", "--index-url https://example.com", "evil @ file:///srv/evil.tar.gz", "./evil", "evil==1"],
)
def test_a_requirement_by_which_pip_may_run_what_is_in_the_artifact_is_refused(
    line: str, machine: SmallMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = small_release.wheels()
    locked = held["requirements.txt"] + f"{line}\n".encode()
    monkeypatch.setattr(small_release, "wheels", lambda: {**held, "requirements.txt": locked})
    code, message = refused(machine, artifact(tmp_path, ONE))
    assert (code, "its requirements.txt has a line that is no pin with hashes" in message) == (65, True), message


def test_an_artifact_without_wheels_is_refused(
    machine: SmallMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_release, "wheels", lambda: {"requirements.txt": b""})
    code, message = refused(machine, artifact(tmp_path, ONE))
    assert (code, "its artifact has no wheelhouse/" in message) == (65, True), message


def test_an_artifact_with_a_link_is_refused(machine: SmallMachine, tmp_path: Path) -> None:
    path = artifact(tmp_path, ONE).path
    plain = gzip.decompress(path.read_bytes())
    tar = tmp_path / "linked.tar"
    tar.write_bytes(plain)
    with tarfile.open(tar, "a") as archive:
        entry = tarfile.TarInfo("app/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "manage.py"
        archive.addfile(entry)
    data = gzip.compress(tar.read_bytes())
    path.write_bytes(data)
    import hashlib

    manifest = {"version": ONE, "commit": "0", "python": HERE.python, "platform": f"linux-{HERE.machine}"}
    found = Artifact(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), manifest=manifest)
    assert refused(machine, found)[0] == 65


def test_a_missing_wheel_is_refused(machine: SmallMachine, tmp_path: Path) -> None:
    [wheel] = [name for name in artifact_wheels() if "gunicorn" in name]
    code, message = refused(machine, artifact(tmp_path, ONE, without=wheel))
    assert code == 72
    assert "gunicorn" in message


def artifact_wheels() -> list[str]:
    from small_release import wheels

    return list(wheels())


def test_a_secret_that_is_not_set_is_refused_by_its_name(machine: SmallMachine, tmp_path: Path) -> None:
    machine.backend.session.client("ssm").delete_parameter(Name="/acme/dev/secrets/SECRET_KEY")
    code, message = refused(machine, artifact(tmp_path, ONE))
    assert (code, "/acme/dev/secrets/SECRET_KEY is not set" in message) == (78, True)


def test_a_release_of_another_environment_is_refused(machine: SmallMachine, tmp_path: Path) -> None:
    release = machine.publish(artifact(tmp_path, ONE))
    file = machine.root / "etc/acme/environment.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "environment": "prod"}))
    run = machine.run("deploy", release.id)
    assert (run.code, "is of acme in dev, this machine of acme in prod" in run.message) == (65, True)


def test_when_aws_does_not_answer_it_says_so(machine: SmallMachine, tmp_path: Path) -> None:
    release = machine.publish(artifact(tmp_path, ONE))
    run = machine.run("deploy", release.id, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert run.code == 69
    assert "does not answer" in run.message


def test_no_secret_is_in_anything_that_it_says(machine: SmallMachine, tmp_path: Path) -> None:
    from small_machine import ORIGIN, SECRET

    run = machine.run("deploy", machine.publish(artifact(tmp_path, ONE)).id)
    said: Any = json.dumps(run.lines)
    assert SECRET not in said
    assert json.dumps(SECRET)[1:-1] not in said
    assert ORIGIN not in said
