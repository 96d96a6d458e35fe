"""The files of a build: what would be served, and what must not be."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.errors import PlatformError
from infra.website_paths import MEDIA_PATH, RELEASES_PREFIX
from scripts.shown import CONTROL

# Names, without regard to case, that hold keys, passwords or the repository; and what begins or ends so.
PRIVATE = frozenset((
    ".git", ".svn", ".hg", ".aws", ".azure", ".ssh", ".docker", ".kube", ".terraform", ".npmrc", ".yarnrc",
    ".yarnrc.yml", ".netrc", ".pypirc", ".s3cfg", ".boto", ".pgpass", ".my.cnf", ".htpasswd", ".git-credentials",
    ".vault-token", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
))  # fmt: skip
VARIABLES = re.compile(r"\.env(?:rc|[^a-z]|$)")  # `.env.local`, `.envrc`; not `.environment.json` or `.envoy.yaml`
PRIVATE_ENDS = (
    ".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", ".tfstate", ".tfvars", ".tfvars.json", ".ppk",
)  # fmt: skip
BACKUP = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|copy|sw[nop])\d*)+$")  # what editors and people add to a name
KEY_BYTES = 1024  # Amazon S3 User Guide, "Naming Amazon S3 objects"
SHOWN = 5


class BuildError(PlatformError):
    """The directory is no build that may be deployed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildFile:
    """One file to serve under `key`, which is also its path under `root`; `size` in bytes."""

    key: str
    root: str
    size: int

    @property
    def path(self) -> str:
        """Where it is read. Made when asked for: 100,000 paths take 14 MB."""
        return f"{self.root}/{self.key}"


def scan(directory: Path, *, backend_paths: Iterable[str]) -> list[BuildFile]:
    """All files of the build, sorted by key.

    Links are followed while they stay inside. Raises BuildError for a directory that is missing, empty or without
    a page in index.html, and for files that must not or could not be served.
    """
    if not directory.is_dir():
        raise BuildError(f"{directory}: no such directory; build the website first, or name it with --dir")
    root = os.path.realpath(directory)
    files = sorted(_walk(root, root, "", (root,)), key=lambda file: file.key)
    if not files:
        raise BuildError(f"{directory}: is empty, and deploying it would delete the site; build the website first")
    entry = next((file for file in files if file.key == "index.html"), None)
    if entry is None:
        raise BuildError(
            f"{directory}: has no index.html, and the site would be a white page; is it the build's output?"
        )
    if not entry.size:
        raise BuildError(f"{directory}: its index.html is empty, and the site would be a white page; build it again")
    _refuse_backend_paths(directory, files, (*backend_paths, MEDIA_PATH))
    return files


def _walk(root: str, folder: str, prefix: str, above: tuple[str, ...]) -> Iterator[BuildFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            key = prefix + entry.name
            _refuse_name(key, entry.name)
            path = _inside(root, entry, key) if entry.is_symlink() else entry.path
            status = Path(path).stat() if entry.is_symlink() else entry.stat()
            if stat.S_ISDIR(status.st_mode):
                if path in above:
                    raise BuildError(f"{key}: is a link to a directory that holds it; remove it")
                yield from _walk(root, path, f"{key}/", (*above, path))
            elif stat.S_ISREG(status.st_mode):
                yield BuildFile(key=sys.intern(key), root=root, size=status.st_size)
            else:
                raise BuildError(f"{key}: is neither a file nor a directory; remove it")


def _inside(root: str, entry: os.DirEntry[str], key: str) -> str:
    """Where a link leads; raises BuildError outside the build: a link must not publish the machine's own files."""
    target = os.path.realpath(entry.path)
    if os.path.commonpath([root, target]) != root:
        raise BuildError(f"{key}: is a link that leaves the build; copy the file into it")
    if not Path(target).exists():
        raise BuildError(f"{key}: is a link to nothing; remove it")
    return target


def _refuse_name(key: str, name: str) -> None:
    known = BACKUP.sub("", name.lower())
    listed = known in PRIVATE or known.removeprefix(".") in PRIVATE  # `.id_rsa.swp` is what vim makes of `id_rsa`
    if listed or VARIABLES.match(known) or known.endswith(PRIVATE_ENDS):
        raise BuildError(f"{key}: would be published with the site; keep it out of the build")
    if key.startswith(RELEASES_PREFIX.rstrip("/")):
        raise BuildError(f"{key}: that name is for the deploys' own records; rename it")
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        raise BuildError(f"{key!r}: its name is not UTF-8; rename it") from None
    if CONTROL.search(key) or re.search(r"[\t\n\\]", key):
        raise BuildError(f"{key!r}: its name holds a control character or a backslash; rename it")
    if length > KEY_BYTES:
        raise BuildError(f"{key[:60]}…: its name has {length} bytes, S3 takes {KEY_BYTES}; shorten it")


def _refuse_backend_paths(directory: Path, files: Iterable[BuildFile], patterns: Iterable[str]) -> None:
    for pattern in patterns:
        expression = re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern))
        found = [file.key for file in files if expression.fullmatch(f"/{file.key}")]
        if found:
            names = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
            owner = "the media bucket" if pattern == MEDIA_PATH else "the backend"
            remedy = (
                "build them elsewhere"
                if pattern == MEDIA_PATH
                else "build them elsewhere, or take the path out of website.backend_paths"
            )
            raise BuildError(
                f"{directory}: CloudFront sends {pattern} to {owner}, so {names} cannot be served; {remedy}"
            )
