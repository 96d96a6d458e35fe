"""Artifacts of a product that needs no Django, so that they are made and installed in seconds."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from scripts.backend.release import Artifact, artifact_of
from scripts.package.target import Target
from scripts.package.wheelhouse import fetch, requirements_for

HERE = Target(python=f"3.{sys.version_info.minor}", machine=os.uname().machine)
LOCK = Path(__file__).with_name("small-requirements.txt")
WSGI = """
import json, os, time
from pathlib import Path
VERSION = Path(__file__).with_name("VERSION").read_text().strip()
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(1.5)
    told = {"version": VERSION, "secret": os.environ["SECRET_KEY"], "pid": os.getpid()}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]
"""
MANAGE = """
import os, sys, time
if sys.argv[1] == "migrate":
    with open(os.environ["MIGRATED"], "a") as file:
        file.write(open("VERSION").read())
else:
    while True:
        time.sleep(0.1)
"""
FILES = {"small_wsgi.py": WSGI, "manage.py": MANAGE}


@cache
def wheels() -> Mapping[str, bytes]:
    """gunicorn and what it needs, fetched once."""
    directory = Path(mkdtemp(prefix="wheels-")) / "wheelhouse"
    directory.mkdir()
    wanted = requirements_for(LOCK.read_text(), HERE, name=LOCK.name)
    return {"requirements.txt": wanted.encode()} | {
        f"wheelhouse/{file.name}": file.read_bytes() for file in fetch(wanted, HERE, directory)
    }


def content(version: str, files: Mapping[str, str]) -> dict[str, bytes]:
    """Everything in an artifact but its manifest; `../leader.py` lies beside the application."""
    own = {f"app/{name}".replace("app/../", ""): text.encode() for name, text in {**FILES, **files}.items()}
    return {**own, "app/VERSION": f"{version}\n".encode(), **wheels()}


def artifact(
    directory: Path,
    version: str,
    files: Mapping[str, str] | None = None,
    *,
    without: str = "",
    altered: Mapping[str, bytes] | None = None,
    **manifest: Any,
) -> Artifact:
    """An artifact of these files. `altered` is put in after its manifest was made, `without` is left out.

    Where there is an `altered`, be it empty, the artifact is not held against what an artifact has to be.
    """
    held = content(version, files or {})
    held.pop(without, None)
    described = {
        "schema": 1,
        "product": "acme",
        "version": version,
        "commit": "0" * 40,
        "python": HERE.python,
        "platform": f"linux-{HERE.machine}",
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in held.items()},
        **manifest,
    }
    path = directory / f"{version}.tar.gz"
    pack(path, {"manifest.json": json.dumps(described).encode(), **held, **(altered or {})})
    if altered is None:
        return artifact_of(path)
    data = path.read_bytes()
    return Artifact(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), manifest=described)


def pack(path: Path, held: Mapping[str, bytes]) -> None:
    """Writes a tar.gz: the same bytes for the same files, for an artifact's key is the digest of its bytes.

    A name that ends in a slash is a directory's.
    """
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, data in held.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(entry, io.BytesIO(data))


def git(root: Path, *arguments: str) -> None:
    """Runs git as nobody in particular."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True)
