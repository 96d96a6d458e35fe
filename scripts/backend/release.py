"""A backend release: the artifact and everything that is rendered for it, under an id that follows from both.

release.json   what the release is, with its nginx site, units and environment; the artifact by its SHA-256
the id         <version>-<first 12 digits of release.json's SHA-256>

So one id is always the same bytes, the release program can tell an altered release from a whole one, and a change of
the configuration alone is a release of its own. The release program (server/release.py) reads what is written here.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import environment_variables
from infra.errors import PlatformError
from infra.rendering import rendered, subject
from infra.server_paths import ServerPaths
from scripts.backend.backend import Backend
from scripts.package.target import target_of

SCHEMA = 2  # units of the first read their environment in the release and not in the slot
DIGEST_LENGTH = 12
ALWAYS = ("web.service", "migrate.service", "nginx-site", "django.env", "maintenance.html")
FILES, FOLDERS = ("manifest.json", "requirements.txt", "leader.py"), ("app", "wheelhouse")  # all that an artifact has
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # what the release program takes
TOLD = ("version", "commit", "python", "platform")
PREFIX = "releases"  # of every key; the policies allow no other
ARTIFACTS, DESCRIPTOR = f"{PREFIX}/artifacts/", "/release.json"
PROGRAM_KEY = f"{PREFIX}/release.py"  # where the user data's wrapper looks for it


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A packaged backend on this disk, held against its own manifest."""

    path: Path
    sha256: str
    size: int
    manifest: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Where it is in the artifacts bucket: named by its content."""
        return artifact_key(self.sha256)


@dataclass(frozen=True, kw_only=True)
class BackendRelease:
    """What a deploy brings up; `body` is release.json."""

    id: str
    version: str
    body: bytes
    artifact: Artifact

    @property
    def key(self) -> str:
        """Where release.json is in the artifacts bucket."""
        return descriptor(self.id)


def artifact_key(sha256: str) -> str:
    """Where the artifact with this SHA-256, in hex, is in the artifacts bucket."""
    return f"{ARTIFACTS}{sha256}.tar.gz"


def descriptor(release_id: str) -> str:
    """Where a release's release.json is in the artifacts bucket."""
    return f"{PREFIX}/{release_id}{DESCRIPTOR}"


def artifact_of(path: Path) -> Artifact:
    """Reads an artifact; raises PlatformError for one that is truncated, altered or none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlatformError(f"{path}: cannot be read ({error.strerror}); make it with `diceytech package`") from None
    again = "package it again; nothing was changed"
    try:
        with tarfile.open(path) as archive:
            members = archive.getmembers()
            files = {one.name: archive.extractfile(one) for one in members if one.isfile()}
            found = {name: file.read() for name, file in files.items() if file is not None}
        manifest = json.loads(found.pop("manifest.json"))
        wanted = dict(manifest["files"])
        told = [manifest[key] for key in TOLD]
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError, TypeError, RecursionError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise PlatformError(f"{path}: is no whole artifact ({text[:120]}); {again}") from None
    if foreign := [one.name for one in members if not _belongs(one)]:
        raise PlatformError(f"{path}: {foreign[0]!r} is in no artifact; {again}")
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    if wrong := sorted(name for name in digests.keys() | wanted.keys() if digests.get(name) != wanted.get(name)):
        raise PlatformError(f"{path}: {wrong[0]} is not as its manifest says; {again}")
    if not all(isinstance(one, str) and one for one in told):
        raise PlatformError(f"{path}: its manifest is not complete; {again}")
    return Artifact(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), manifest=manifest)


def _belongs(entry: tarfile.TarInfo) -> bool:
    """Whether an artifact has such a file or directory; the release program (`ours`) refuses any other one as well."""
    parts = entry.name.split("/")
    inside = parts[0] in FOLDERS and ".." not in parts and (entry.isfile() or entry.isdir())
    return inside or (entry.isfile() and entry.name in FILES)


def release_of(backend: Backend, artifact: Artifact) -> BackendRelease:
    """The release that this artifact makes in the environment; raises PlatformError where it does not fit there."""
    _refuse_misfit(backend, artifact)
    return described(backend, artifact)


def described(backend: Backend, artifact: Artifact, *, paths: ServerPaths | None = None) -> BackendRelease:
    """The release, with its files rendered for a server with these paths; raises PlatformError for an odd version."""
    manifest, config = artifact.manifest, backend.config
    of = subject(config, backend.names.environment, backend.outputs, paths=paths)
    background = {"worker.service": config.product.backend.worker_command}
    background["scheduler.service"] = config.product.backend.scheduler_command
    files = [*ALWAYS, *(name for name, command in background.items() if command is not None)]
    content = {
        "schema": SCHEMA,
        "product": backend.names.product,
        "environment": backend.names.environment,
        "version": manifest["version"],
        "commit": manifest["commit"],
        "python": manifest["python"],
        "platform": manifest["platform"],
        "artifact": {"sha256": artifact.sha256, "bytes": artifact.size},
        "health_path": config.product.health_path,
        "host": environment_variables.hosts(config, backend.outputs)[0],
        "server_mode": config.server.mode,
        "secrets_store": config.secrets.store,
        "secrets": {name: backend.names.secret(name) for name in config.secrets.django},
        "platform_sha256": hashlib.sha256(backend.outputs.to_parameter().encode()).hexdigest(),
        "files": {name: rendered(name, of) for name in files},
    }
    body = (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
    version = str(manifest["version"])
    if not ID.fullmatch(release_id := f"{version}-{digest}"):
        raise PlatformError(
            f"{artifact.path}: its version {version[:80]!r} makes no release's id (letters, digits, dots, hyphens and "
            f"underscores, {64 - 1 - DIGEST_LENGTH} at most); package it again"
        )
    return BackendRelease(id=release_id, version=version, body=body, artifact=artifact)


def _refuse_misfit(backend: Backend, artifact: Artifact) -> None:
    manifest, env = artifact.manifest, backend.names.environment
    if manifest.get("product") != backend.names.product:
        raise PlatformError(f"{artifact.path}: is of {manifest.get('product')}, not of {backend.names.product}")
    target = target_of(backend.config.server)
    wanted, found = (target.python, f"linux-{target.machine}"), (manifest["python"], manifest["platform"])
    if found != wanted:
        raise PlatformError(
            f"{artifact.path}: is for Python {found[0]} on {found[1]}, the servers of {env} have {wanted[0]} on "
            f"{wanted[1]}; package it for {env}"
        )
