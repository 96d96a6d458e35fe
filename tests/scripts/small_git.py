"""Real git repositories made of this tree's code and YAML."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.scripts.commands import ROOT

CODE = (
    "infra", "rehearsal", "scripts", "reports", "drawing", "changes", "controls", "cost", "templates", "server",
    "account",
)  # fmt: skip


def git(root: Path, *arguments: str) -> str:
    """Runs git in the repository, as somebody without any configuration."""
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    variables = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1", **who}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root: Path, message: str = "a change") -> str:
    """Commits all that is there; gives the commit's id."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def empty(root: Path) -> Path:
    """A repository with one file in one commit."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    (root / "file").write_text("one\n", encoding="utf-8")
    commit(root)
    return root


def whole(root: Path) -> Path:
    """This tree's code and YAML as one commit."""
    root.mkdir(parents=True)
    for name in CODE:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    (root / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    return root


def own(root: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`diceytech` by the repository's own code, to its end; `more` are variables."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(root), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(root), **more}
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.cli", *arguments],
        cwd=root,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
