"""What git says of a directory: its files, and the version of a release made from it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infra.errors import PlatformError
from scripts.git import git


@dataclass(frozen=True, kw_only=True)
class Version:
    """`text` sorts by time and is safe in paths; `seconds` since 1970 are the commit's."""

    text: str
    commit: str
    seconds: int


def version_of(root: Path, source: Path) -> Version:
    """Time and id of the commit, and where the directory differs from it a digest of what is there instead.

    Raises PlatformError outside a git repository with a commit.
    """
    commit, seconds = _git(root, "log", "-1", "--format=%H %ct").split()
    moment = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y%m%d-%H%M%S")
    text = f"{moment}-{commit[:12]}"
    if _git(root, "status", "--porcelain", "--", str(source)):
        text += f"-edited-{_digest(source, source_files(root, source))}"
    return Version(text=text, commit=commit, seconds=int(seconds))


def source_files(root: Path, source: Path) -> tuple[Path, ...]:
    """Files under the directory that git keeps or would keep, relative to it, in order; never what it ignores.

    A link to one of them is one of them, with its content.
    """
    return _listed(root, source)[0]


def stray_links(root: Path, source: Path) -> tuple[Path, ...]:
    """Links under the directory to anything else, relative to it, in order."""
    return _listed(root, source)[1]


def other_repositories(root: Path, source: Path) -> tuple[Path, ...]:
    """Directories that are git repositories of their own, as submodules are: git lists none of their files.

    Relative to the directory, in order. One that was never checked out is empty, and named as well.
    """
    paths = _paths(root, source)
    parents = {parent for path in paths for parent in path.parents}  # a file of git's that is a directory here
    found = {path for path in paths if path.is_dir() and not path.is_symlink() and path not in parents}
    return _relative(source, found)


def _listed(root: Path, source: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """What `source_files` and `stray_links` give."""
    paths = _paths(root, source)
    links = {path for path in paths if path.is_symlink()}
    files = [path for path in paths if path.is_file() and path not in links]
    targets = {os.path.realpath(file) for file in files}
    inside = {link for link in links if os.path.realpath(link) in targets}  # resolve() fails at a loop
    return _relative(source, [*files, *inside]), _relative(source, links - inside)


def _relative(source: Path, paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(sorted(path.relative_to(source) for path in paths))


def _paths(root: Path, source: Path) -> list[Path]:
    """All that git keeps or would keep under the directory, there or not."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", str(source))
    return [root / name for name in listed.split("\0") if name]


def _digest(source: Path, files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.as_posix()}\0".encode() + hashlib.sha256((source / file).read_bytes()).digest())
    return digest.hexdigest()[:8]


def _git(root: Path, *arguments: str) -> str:
    done = git(root, *arguments, needed="a release's version comes from it")
    if done.returncode:
        text = " ".join(done.stderr.split())
        raise PlatformError(f"a release's version comes from git, which says: {text[:200]}; commit first")
    return done.stdout.strip("\n")
