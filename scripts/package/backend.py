"""`diceytech package backend`: the artifact of a release, the same byte for byte from the same commit.

manifest.json      version, commit, target, and the SHA-256 of every other file
requirements.txt   what the target installs, offline, from wheelhouse/
app/               the Django project as git has it, with its VERSION
wheelhouse/        the wheels
leader.py          where there is a scheduler: keeps it to one machine
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config import Product
from infra.errors import PlatformError
from rehearsal import guardian
from scripts.package.git_version import Version, other_repositories, source_files, stray_links, version_of
from scripts.package.target import Target
from scripts.package.wheelhouse import fetch, requirements_for
from scripts.shown import shown_name

SCHEMA = 1
LOCK = "requirements.txt"
LEADER = Path(__file__).parent.parent.parent / "server/leader.py"


@dataclass(frozen=True, kw_only=True)
class BackendBuild:
    """What is built: the product's sources, their version, and what for. `files` are paths under `source`."""

    product: Product
    source: Path
    files: tuple[Path, ...]
    version: Version
    target: Target
    requirements: str

    @property
    def name(self) -> str:
        """File name of the artifact."""
        return f"{self.product.name}-backend-{self.version.text}-py{self.target.python}-{self.target.machine}.tar.gz"


@dataclass(frozen=True, kw_only=True)
class BackendPackage:
    """What was built: the artifact, its SHA-256 and bytes, and its manifest."""

    path: Path
    sha256: str
    size: int
    manifest: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"path": str(self.path), "sha256": self.sha256, "bytes": self.size, "manifest": dict(self.manifest)}


def plan(root: Path, product: Product, target: Target) -> BackendBuild:
    """The build of `product.backend`; raises PlatformError where its directory cannot be packaged."""
    source = root / product.backend.path
    for needed, remedy in (
        ("manage.py", "set product.backend.path in Pulumi.yaml to the Django project"),
        (LOCK, "write it with pinned versions and hashes, as `uv pip compile --generate-hashes` does"),
    ):
        if not (source / needed).is_file():
            raise PlatformError(f"{product.backend.path}/{needed}: is not there; {remedy}")
    name = f"{product.backend.path}/{LOCK}"
    requirements = requirements_for(_text_of(source / LOCK, name), target, name=name)
    if not re.search(r"^gunicorn(?![\w.-])", requirements, re.MULTILINE | re.IGNORECASE):
        raise PlatformError(f"{name}: has no gunicorn, which serves {product.backend.wsgi}; add it and lock again")
    if stray := stray_links(root, source):
        raise PlatformError(
            f"{product.backend.path}/{stray[0]}: is a link to what is no file of {product.backend.path} that git has; "
            "put the file itself there, or list the link in .gitignore"
        )
    if others := other_repositories(root, source):
        raise PlatformError(
            f"{product.backend.path}/{others[0]}: is a git repository of its own (a submodule), and a release would "
            f"lack its files; install it by {LOCK}, put its files into this repository, or take it out (`git rm`, "
            "or .gitignore)"
        )
    files = source_files(root, source)
    if odd := [file for file in files if not _is_text(file.as_posix())]:
        raise PlatformError(
            f"{product.backend.path}/{shown_name(str(odd[0]))}: has a name that is not UTF-8; rename it, or list it in "
            ".gitignore"
        )
    return BackendBuild(
        product=product,
        source=source,
        files=files,
        version=version_of(root, source),
        target=target,
        requirements=requirements,
    )


def _is_text(name: str) -> bool:
    """Whether a file's name is text, and not bytes that Python keeps as halves of surrogate pairs."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _text_of(lock: Path, name: str) -> str:
    try:
        return lock.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PlatformError(
            f"{name}: is not UTF-8 (PowerShell's `>` writes UTF-16); write it with --output-file"
        ) from None


def build(wanted: BackendBuild, directory: Path) -> BackendPackage:
    """Fetches the wheels and writes the artifact into the directory; raises PlatformError."""
    with guardian.room("package-") as room:
        wheels = room / "wheelhouse"
        wheels.mkdir()
        content = _content(wanted, fetch(wanted.requirements, wanted.target, wheels))
    executable = {f"app/{file.as_posix()}" for file in wanted.files if (wanted.source / file).stat().st_mode & 0o100}
    manifest = _manifest(wanted, content)
    data = _archive({"manifest.json": _text(manifest), **content}, executable, wanted.version.seconds)
    path = directory / wanted.name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise PlatformError(f"{path}: cannot be written ({error.strerror}); choose another directory") from None
    return BackendPackage(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), manifest=manifest)


def _content(wanted: BackendBuild, wheels: list[Path]) -> dict[str, bytes]:
    """Every file but the manifest, by its path in the artifact."""
    found = {f"app/{file.as_posix()}": (wanted.source / file).read_bytes() for file in wanted.files}
    found["app/VERSION"] = f"{wanted.version.text}\n".encode()
    if wanted.product.backend.scheduler_command is not None:
        found["leader.py"] = LEADER.read_bytes()
    found["requirements.txt"] = wanted.requirements.encode()
    found |= {f"wheelhouse/{wheel.name}": wheel.read_bytes() for wheel in wheels}
    return dict(sorted(found.items()))


def _manifest(wanted: BackendBuild, content: Mapping[str, bytes]) -> dict[str, Any]:
    backend = wanted.product.backend
    return {
        "schema": SCHEMA,
        "product": wanted.product.name,
        "version": wanted.version.text,
        "commit": wanted.version.commit,
        "python": wanted.target.python,
        "platform": f"linux-{wanted.target.machine}",
        "wsgi": backend.wsgi,
        "settings": backend.settings,
        "worker_command": backend.worker_command,
        "scheduler_command": backend.scheduler_command,
        "health_path": wanted.product.health_path,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
    }


def _text(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _archive(content: Mapping[str, bytes], executable: set[str], seconds: int) -> bytes:
    """tar.gz whose every byte follows from its content: no owner, no clock, no order of a directory."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), seconds
            entry.mode = 0o755 if name in executable else 0o644
            archive.addfile(entry, io.BytesIO(data))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=6, mtime=seconds) as stream:
        stream.write(plain.getvalue())
    return packed.getvalue()
