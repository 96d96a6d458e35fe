"""Building the website: the product's own `npm run build`, with the environment's variables."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra.errors import PlatformError
from scripts.terminal import err


def build(source: Path, variables: Mapping[str, str]) -> None:
    """Runs `npm ci` where nothing is installed, then `npm run build`, whose output goes to standard error.

    Raises PlatformError where there is no project, no npm, or the build fails.
    """
    if not (source / "package.json").is_file():
        raise PlatformError(f"{source}: has no package.json; set product.website.path, or name a build with --dir")
    npm = shutil.which("npm")
    if npm is None:
        raise PlatformError("npm is not installed; install Node.js, or name a build with --dir")
    steps = ([] if (source / "node_modules").is_dir() else [["ci"]]) + [["run", "build"]]
    for step in steps:
        err.print(f"npm {' '.join(step)} in {source}", markup=False)
        done = subprocess.run([npm, *step], cwd=source, env={**os.environ, **variables}, stdout=2, check=False)  # noqa: S603 - the product's own build
        if done.returncode:
            raise PlatformError(f"npm {' '.join(step)} failed with {done.returncode}; its output above says why")
