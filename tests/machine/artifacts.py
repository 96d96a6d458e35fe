"""Releases for the matrix: one artifact of the reference product, and good and bad variants of it under other versions.

A variant changes files of the packaged application; its manifest and version are made to fit, so that only what the
change does is what a machine meets.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.config_across import environment
from scripts.package.backend import build, plan
from scripts.package.target import target_of

MIGRATIONS = "app/notifications/migrations"
SETTINGS = "app/diceytech/settings.py"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What makes a variant: text put at the end of files, whole new files, and lines of requirements taken away."""

    appended: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()


GOOD = Change()
BROKEN_IMPORT = Change(appended={SETTINGS: "\nimport there_is_no_such_module\n"})
MISSING_DEPENDENCY = Change(without=("whitenoise",))
UNHEALTHY = Change(appended={"app/diceytech/health.py": "\nCHECKS['always'] = lambda: 1 / 0\n"})
SLOW = Change(appended={"app/diceytech/wsgi.py": "\nimport time\n\ntime.sleep(12)\n"})


def migration(name: str, after: str, operations: str) -> Change:
    """A variant with one more migration of the notifications app."""
    text = (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [('notifications', '{after}')]\n    operations = [{operations}]\n"
    )
    return Change(files={f"{MIGRATIONS}/{name}.py": text})


FAILING_MIGRATION = migration("0999_fails", "0001_initial", "migrations.RunSQL('SELECT 1 / 0')")
BLOCKED_MIGRATION = migration(
    "0998_blocks", "0001_initial", "migrations.RunSQL('ALTER TABLE accounts_user ADD COLUMN IF NOT EXISTS late int')"
)


def packaged(repository: Path, room: Path) -> Path:
    """The product's artifact as `diceytech package backend` makes it."""
    config = environment(repository, "dev")
    return build(plan(repository, config.product, target_of(config.server)), room).path


def variant(artifact: Path, version: str, change: Change, room: Path) -> Path:
    """The artifact with the change, under another version."""
    with tarfile.open(artifact) as archive:
        members = [one for one in archive.getmembers() if one.isfile()]
        content = {one.name: archive.extractfile(one).read() for one in members}  # type: ignore[union-attr]
        modes = {one.name: one.mode for one in members}
    manifest = json.loads(content.pop("manifest.json"))
    for name, text in change.appended.items():
        content[name] += text.encode()
    content |= {name: text.encode() for name, text in change.files.items()}
    for package in change.without:
        content["requirements.txt"] = _without(content["requirements.txt"].decode(), package).encode()
    content["app/VERSION"] = f"{version}\n".encode()
    manifest["version"] = version
    manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())}
    whole = {"manifest.json": json.dumps(manifest, indent=2).encode(), **content}
    path = room / f"{version}.tar.gz"
    path.write_bytes(_archive(whole, modes))
    return path


def _without(requirements: str, package: str) -> str:
    """The lock without one package: its line, and the hashes on the lines that continue it."""
    kept, dropping = [], False
    for line in requirements.splitlines(keepends=True):
        if not line.startswith((" ", "\t", "#")):
            dropping = line.split("==")[0].strip() == package
        if not dropping:
            kept.append(line)
    return "".join(kept)


def _archive(content: Mapping[str, bytes], modes: Mapping[str, int]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), modes.get(name, 0o644)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)
