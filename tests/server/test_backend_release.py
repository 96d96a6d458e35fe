"""What a deploy takes for an artifact and for a release, before anything is uploaded."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from small_machine import backend_up
from small_release import pack

from infra.errors import PlatformError
from scripts.backend.release import Artifact, artifact_of, described

FILES = {"app/manage.py": b"x", "requirements.txt": b"", "wheelhouse/one.whl": b"x", "leader.py": b"x"}
MANIFEST = {"version": "1", "commit": "0" * 40, "python": "3.13", "platform": "linux-x86_64"}


def packed(directory: Path, more: dict[str, bytes], **changes: Any) -> Path:
    """An artifact with more files, and with a manifest that lists them; a change to None leaves the key out."""
    files = {**FILES, **more}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if not name.endswith("/")}
    manifest = {key: value for key, value in {**MANIFEST, "files": sums, **changes}.items() if value is not None}
    pack(path := directory / "a.tar.gz", {"manifest.json": json.dumps(manifest).encode(), **files})
    return path


def test_an_artifact_of_what_is_packaged_is_taken(tmp_path: Path) -> None:
    assert artifact_of(packed(tmp_path, {"app/static/": b"", "app/static/one.css": b"x"})).manifest["version"] == "1"


@pytest.mark.parametrize(
    "name",
    [
        "venv/lib/python3.13/site-packages/evil.pth", "venv/", "env.before-blue/", ".complete", "env", "release.json",
        "app/../venv/x", "/app/x", "./app/x", "leader.py/", "other.py",
    ],
)  # fmt: skip
def test_an_artifact_with_anything_else_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=f"'{name.rstrip('/')}' is in no artifact"):
        artifact_of(packed(tmp_path, {name: b""}))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_an_artifact_with_a_link_or_a_device_is_refused(kind: bytes, tmp_path: Path) -> None:
    whole = packed(tmp_path, {})
    path = tmp_path / "linked.tar"
    with tarfile.open(whole) as source, tarfile.open(path, "w") as archive:
        for one in source:
            archive.addfile(one, io.BytesIO(source.extractfile(one).read()))  # type: ignore[union-attr]
        entry = tarfile.TarInfo("app/link")
        entry.type, entry.linkname = kind, "app/manage.py"
        archive.addfile(entry)
    with pytest.raises(PlatformError, match="'app/link' is in no artifact"):
        artifact_of(path)


@pytest.mark.parametrize("key", ["version", "commit", "python", "platform"])
@pytest.mark.parametrize(
    ("value", "says"), [(None, "no whole artifact"), ("", "not complete"), (["x"], "not complete")]
)
def test_a_manifest_that_lacks_what_a_release_tells_is_refused(
    key: str, value: object, says: str, tmp_path: Path
) -> None:
    with pytest.raises(PlatformError, match=says):
        artifact_of(packed(tmp_path, {}, **{key: value}))


@pytest.mark.parametrize("version", ["a b;$(id)", "../../x/y", "v" * 80, "-rf", "1\n", "é"])
def test_a_version_that_makes_no_id_is_refused_before_anything_is_uploaded(version: str, aws: str) -> None:
    assert aws
    backend = backend_up()

    def id_of(text: str) -> str:
        artifact = Artifact(path=Path("a"), sha256="0" * 64, size=1, manifest={**MANIFEST, "version": text})
        return described(backend, artifact).id

    with pytest.raises(PlatformError, match="makes no release's id"):
        id_of(version)
    assert len(id_of("v" * 51)) == 64
