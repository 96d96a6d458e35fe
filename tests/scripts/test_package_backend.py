"""`diceytech package backend`: complete, for its target, and the same from the same commit."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from infra.config import Backend, Frontend, Product, Server
from infra.config_across import environment
from infra.errors import PlatformError
from scripts.package.backend import LEADER, build, plan
from scripts.package.target import Target, chosen, target_of
from scripts.package.wheelhouse import requirements_for

ROOT = Path(__file__).parent.parent.parent
HERE = Target(python=f"3.{sys.version_info.minor}", machine=os.uname().machine)
LOCK = """
gunicorn==25.3.0 \\
    --hash=sha256:cacea387dab08cd6776501621c295a904fe8e3b7aae9a1a3cbb26f4e7ed54660
six==1.17.0 \\
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \\
    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81
    # via nothing
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
"""


def product_in(root: Path) -> Product:
    """A committed Django project of three files."""
    backend = root / "backend"
    backend.mkdir()
    (backend / "manage.py").write_text("#!/usr/bin/env python\n")
    (backend / "manage.py").chmod(0o755)
    (backend / "requirements.txt").write_text(LOCK)
    (backend / "app.py").write_text("one = 1\n")
    (root / ".gitignore").write_text("*.secret\n")
    (backend / "key.secret").write_text("hunter2")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    website = Frontend(path="website")
    return Product(name="acme", backend=Backend(path="backend", wsgi="a.wsgi", settings="a.settings"), website=website)


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True)


def content(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]


@pytest.mark.slow
def test_the_same_commit_gives_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    first = build(plan(tmp_path, product, HERE), tmp_path / "one")
    os.utime(tmp_path / "backend/app.py", (1, 1))
    (tmp_path / "backend/app.py").chmod(0o600)
    second = build(plan(tmp_path, product, HERE), tmp_path / "two")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == hashlib.sha256(first.path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_the_manifest_has_the_digest_of_every_other_file(tmp_path: Path) -> None:
    done = build(plan(tmp_path, product_in(tmp_path), HERE), tmp_path / "out")
    files = content(done.path)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert (manifest["python"], manifest["platform"]) == (HERE.python, f"linux-{HERE.machine}")
    assert files["app/VERSION"].decode().strip() == manifest["version"]
    assert set(files) == {
        "app/VERSION",
        "app/app.py",
        "app/manage.py",
        "app/requirements.txt",
        "requirements.txt",
        "wheelhouse/gunicorn-25.3.0-py3-none-any.whl",
        "wheelhouse/six-1.17.0-py2.py3-none-any.whl",
    }
    assert b"hunter2" not in b"".join(files.values())


def test_a_product_with_a_scheduler_gets_what_keeps_it_to_one_machine(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    backend = product.backend.model_copy(update={"scheduler_command": "manage.py tick"})
    done = build(plan(tmp_path, product.model_copy(update={"backend": backend}), HERE), tmp_path / "out")
    assert content(done.path)["leader.py"] == LEADER.read_bytes()


def test_an_edit_that_is_not_committed_shows_in_the_version(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    clean = plan(tmp_path, product, HERE).version.text
    (tmp_path / "backend/app.py").write_text("one = 2\n")
    edited = plan(tmp_path, product, HERE).version.text
    assert edited.startswith(f"{clean}-edited-")
    (tmp_path / "backend/app.py").write_text("one = 3\n")
    assert plan(tmp_path, product, HERE).version.text != edited


def test_markers_are_those_of_the_target_not_of_this_machine() -> None:
    windows_only = (
        "a==1 ; python_version < '3.12' --hash=sha256:00\nb==2 ; platform_machine == 'aarch64' --hash=sha256:00\n"
    )
    old, new = Target(python="3.11", machine="x86_64"), Target(python="3.13", machine="aarch64")
    assert requirements_for(windows_only, old, name="lock") == "a==1 --hash=sha256:00\n"
    assert requirements_for(windows_only, new, name="lock") == "b==2 --hash=sha256:00\n"


@pytest.mark.parametrize(
    ("lock", "message"), [("six==1.17.0\n", "six has no hash"), ("-e .\n", "no pinned requirement")]
)
def test_a_lock_without_hashes_is_refused(lock: str, message: str) -> None:
    with pytest.raises(PlatformError, match=message):
        requirements_for(lock, HERE, name="requirements.txt")


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (LOCK.encode("utf-16"), "backend/requirements.txt: is not UTF-8"),
        (b"# caf\xe9\n" + LOCK.encode(), "backend/requirements.txt: is not UTF-8"),
        (b"--index-url https://kim:hunter2@example.com/simple\n", "requirements.txt: --index-url belongs into pip's"),
        (b"-i https://kim:hunter2@example.com/simple\n", "requirements.txt: -i belongs into pip's"),
        (b"--find-links=/hunter2\n", "requirements.txt: --find-links belongs into pip's"),
        (b"# nothing\n", "requirements.txt: has no gunicorn, which serves a.wsgi"),
        (LOCK.encode().replace(b"gunicorn==", b"gunicorn-more=="), "requirements.txt: has no gunicorn"),
    ],
)
def test_a_lock_that_serves_nothing_or_cannot_be_read_is_refused(lock: bytes, message: str, tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/requirements.txt").write_bytes(lock)
    with pytest.raises(PlatformError, match=message) as refused:
        plan(tmp_path, product, HERE)
    assert "hunter2" not in str(refused.value)


def test_a_lock_with_a_byte_order_mark_is_the_same_lock(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    before = plan(tmp_path, product, HERE).requirements
    (tmp_path / "backend/requirements.txt").write_bytes(LOCK.encode("utf-8-sig"))
    assert plan(tmp_path, product, HERE).requirements == before


def test_a_link_to_a_file_of_the_product_is_packaged_as_that_file(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/same.py").symlink_to("app.py")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "a link")
    done = build(plan(tmp_path, product, HERE), tmp_path / "out")
    assert content(done.path)["app/same.py"] == b"one = 1\n"
    with tarfile.open(done.path) as archive:
        assert all(one.isfile() for one in archive)


@pytest.mark.parametrize("target", ["../.gitignore", "key.secret", "nothing", ".", "/etc/passwd", "stray"])
def test_a_link_to_anything_else_is_refused_by_name(target: str, tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/stray").symlink_to(target)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "a link")
    with pytest.raises(PlatformError, match="backend/stray: is a link to what is no file of backend that git has"):
        plan(tmp_path, product, HERE)


@pytest.mark.parametrize("checked_out", [True, False])
def test_a_submodule_is_refused_as_a_release_would_lack_its_files(checked_out: bool, tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/lib").mkdir()
    git(tmp_path / "backend/lib", "init", "-q")
    git(tmp_path / "backend/lib", "commit", "-q", "--allow-empty", "-m", "theirs")
    with pytest.raises(PlatformError, match=r"^backend/lib: is a git repository of its own"):
        plan(tmp_path, product, HERE)
    git(tmp_path, "-c", "advice.addEmbeddedRepo=false", "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "a submodule")
    if not checked_out:
        shutil.rmtree(tmp_path / "backend/lib/.git")
    with pytest.raises(PlatformError, match=r"^backend/lib: is a git repository of its own"):
        plan(tmp_path, product, HERE)


def test_a_file_that_became_a_directory_is_packaged_as_it_is(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/app.py").unlink()
    (tmp_path / "backend/app.py").mkdir()
    (tmp_path / "backend/app.py/one.txt").write_text("1")
    assert Path("app.py/one.txt") in plan(tmp_path, product, HERE).files


def test_a_name_that_is_no_text_is_refused_as_it_is(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    with open(os.fsencode(tmp_path) + b"/backend/caf\xe9.txt", "w") as file:  # noqa: PTH123 - a name of bytes
        file.write("x")
    with pytest.raises(PlatformError, match=r"^backend/caf\\xe9\.txt: has a name that is not UTF-8; rename it"):
        plan(tmp_path, product, HERE)
    (tmp_path / ".gitignore").write_text("*.secret\ncaf*\n")
    plan(tmp_path, product, HERE)


def test_a_project_without_a_lock_or_a_commit_is_refused(tmp_path: Path) -> None:
    product = product_in(tmp_path)
    (tmp_path / "backend/requirements.txt").unlink()
    with pytest.raises(PlatformError, match=r"backend/requirements.txt: is not there"):
        plan(tmp_path, product, HERE)


def test_the_target_follows_image_and_instance_type() -> None:
    server = environment(ROOT, "dev").server
    assert target_of(server) == Target(python="3.13", machine="x86_64")

    def of(instance_type: str) -> Server:
        return server.model_copy(update={"instance_type": instance_type})

    assert [target_of(of(kind)).machine for kind in ("t4g.micro", "m7gd.large", "c7gn.xlarge", "a1.medium")] == [
        "aarch64"
    ] * 4
    assert [target_of(of(kind)).machine for kind in ("t3.micro", "m7i.large", "g4dn.xlarge", "m7a.large")] == [
        "x86_64"
    ] * 4
    with pytest.raises(PlatformError, match="--machine"):
        chosen(HERE, python=None, machine="sparc")


@pytest.mark.slow
def test_the_products_artifact_installs_offline_and_answers_its_version(tmp_path: Path) -> None:
    product = environment(ROOT, "dev").product
    done = build(plan(ROOT, product, HERE), tmp_path)
    with tarfile.open(done.path) as archive:
        archive.extractall(tmp_path / "release", filter="data")
    release = tmp_path / "release"
    subprocess.run([sys.executable, "-m", "venv", release / "venv"], check=True)
    pip = [
        release / "venv/bin/pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-index",
        "--require-hashes",
    ]
    subprocess.run([*pip, "--find-links", release / "wheelhouse", "-r", release / "requirements.txt"], check=True)
    variables = {"PATH": os.environ["PATH"], "SECRET_KEY": "x", "DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}
    script = "from django.conf import settings; print(settings.RELEASE)"
    told = subprocess.run(
        [release / "venv/bin/python", "manage.py", "shell", "-v", "0", "-c", script],
        cwd=release / "app",
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == done.manifest["version"]
