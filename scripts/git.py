"""Asking git about the repository; nothing of it is changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.errors import PlatformError


def git(root: Path, *arguments: str, needed: str) -> subprocess.CompletedProcess[str]:
    """What git says, whatever its exit code; raises PlatformError, with what it is needed for, where there is none."""
    try:
        return subprocess.run(  # noqa: S603 - git, with arguments of our own
            ["git", "--no-optional-locks", "-C", str(root), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            encoding=sys.getfilesystemencoding(),
            errors=sys.getfilesystemencodeerrors(),  # as Python has names of files that are not UTF-8
            check=False,
        )
    except FileNotFoundError:
        raise PlatformError(f"git is not installed; {needed}") from None
