"""Trees of the repository at other commits, in a directory of their own; nothing of the repository is touched."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from infra.errors import PlatformError
from scripts.git import git
from scripts.shown import shown, shown_name

_READ = (".yaml", ".py", ".j2")  # what a plan is made of


def commit_of(root: Path, ref: str) -> str:
    """The commit that a branch, tag, id or any other name of git's is; raises PlatformError where there is none."""
    told = shown(" ".join(ref.split()))
    if not ref or ref.startswith("-") or ref != told:
        raise PlatformError(f"{told!r} is no name of a commit; pass a branch, a tag or an id, such as origin/main")
    _refuse_outside(root)
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.strip()
    if _said(root, "rev-parse", "--is-shallow-repository") == "true":
        remote, _, branch = ref.partition("/")
        wanted = f"{remote} {branch}" if branch and not ref.startswith("refs/") else f"origin {ref}"
        raise PlatformError(
            f"{ref} is not in this clone, which is a shallow one; `git fetch --depth 1 {wanted}` brings it"
            " (in GitHub's checkout: fetch-depth: 0)"
        )
    raise PlatformError(f"{ref} is no commit of this repository; `git fetch` brings what is new, `git branch -a` lists")


def is_edited(root: Path) -> bool:
    """Whether the working tree differs from its commit, in what git keeps or would keep."""
    return bool(_said(root, "status", "--porcelain", "--", "."))


def kept(root: Path) -> frozenset[str] | None:
    """Paths below `root` of what git keeps or would keep in the working tree; None where no git has it."""
    done = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return None if done.returncode else frozenset(done.stdout.split("\0")) - {""}


def committed(root: Path, name: str) -> str:
    """The text of a file in `root` as it is in the commit that is checked out; empty where there is none, or no git."""
    try:
        found = _git(root, "show", f"HEAD:./{name}")
    except PlatformError:
        return ""
    return "" if found.returncode else found.stdout


def commits_beyond(root: Path, base: str, head: str) -> int:
    """How many commits of `base` the other one lacks; 0 where a shallow clone cannot tell."""
    if _said(root, "rev-parse", "--is-shallow-repository") == "true":
        return 0
    return int(_said(root, "rev-list", "--count", f"{head}..{base}") or 0)


@contextmanager
def checked_out(root: Path, commit: str) -> Iterator[Path]:
    """The commit's files at and below `root`, while the block lasts; links and what else is no file are left out."""
    with tempfile.TemporaryDirectory(prefix="diceytech-tree-") as directory:
        command = ["git", "-C", str(root), "archive", "--format=tar", commit]
        with (
            tempfile.TemporaryFile() as told,
            subprocess.Popen(  # noqa: S603 - git, with an id that git gave
                command, stdout=subprocess.PIPE, stderr=told
            ) as process,
        ):
            broken = _unpack(process, Path(directory))
            if process.wait() or broken:
                told.seek(0)
                words = _line(told.read().decode(errors="replace")) or broken
                raise PlatformError(f"git cannot give the files of {commit[:12]}: {words}")
        _refuse_hidden(root, commit, Path(directory))
        yield Path(directory)


def _refuse_hidden(root: Path, commit: str, directory: Path) -> None:
    """An environment that a link or `export-ignore` hides would be compared as one that is not there."""
    listed = _said(root, "ls-tree", "-r", "--name-only", "-z", commit).split("\0")
    hidden = [name for name in listed if name.endswith(_READ) and not (directory / name).is_file()]
    if hidden:
        raise PlatformError(
            f"{shown_name(hidden[0])} of {commit[:12]} is a link, or left out by export-ignore in .gitattributes, so"
            " that its environment cannot be compared; keep it as a plain file"
        )


def _unpack(process: subprocess.Popen[bytes], directory: Path) -> str:
    """Writes the files; gives what is wrong with the archive, which is cut where git failed."""
    assert process.stdout is not None  # noqa: S101 - a pipe, as it was asked for
    try:
        with process.stdout as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or ".." in parts or member.name.startswith("/"):
                    continue
                target = directory.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    except tarfile.TarError as error:
        return str(error) or type(error).__name__
    return ""


def _refuse_outside(root: Path) -> None:
    found = _git(root, "rev-parse", "--is-inside-work-tree")
    if found.returncode or found.stdout.strip() != "true":
        reason = f" ({_line(found.stderr)})" if "not a git repository" not in found.stderr else ""
        raise PlatformError(f"{root} is in no git repository{reason}; --base compares with another commit of one")


def _said(root: Path, *arguments: str) -> str:
    done = _git(root, *arguments)
    if done.returncode:
        raise PlatformError(f"git {arguments[0]} failed: {_line(done.stderr)}")
    return done.stdout.strip()


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return git(root, *arguments, needed="--base compares with another commit")


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
