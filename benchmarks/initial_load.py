"""What a visitor of the website downloads before the first page: a table of kB, raw, gzip and brotli."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.measure import ROOT, BenchmarkError
from infra.errors import PlatformError
from scripts.package import node
from scripts.package import website as package_website
from scripts.package.variables import website

SCRIPT = "scripts/initial-load.mjs"


def measured() -> dict[str, Any] | None:
    """Bytes by file and in all of a build from the lock, in a copy; None where no Node.js is. Fails above the limit."""
    try:
        found = node.find()
    except PlatformError:
        return None
    frontend, variables = website(ROOT, None, rehearsed=False)
    with tempfile.TemporaryDirectory() as room:
        shutil.copytree(
            ROOT / frontend.path,
            Path(room) / frontend.path,
            ignore=shutil.ignore_patterns("node_modules", frontend.build_output, "source-maps"),
        )
        wanted = package_website.plan(Path(room), frontend, variables)
        built = package_website.build(wanted, found, lambda _step: None).directory
        command = [found.program, SCRIPT, built, "--json"]
        done = subprocess.run(command, cwd=wanted.source, capture_output=True, text=True, check=False)  # noqa: S603 - the project's own script
    if done.returncode:
        raise BenchmarkError(done.stderr.strip() or f"{SCRIPT} failed")
    return dict(json.loads(done.stdout))


def table(found: dict[str, Any] | None) -> Table:
    """One row for each kind of file, the last in all."""
    made = Table("file", "raw kB", "gzip kB", "brotli kB", title="Initial load of the website, font included")
    if found is None:
        made.add_row("not measured: no Node.js", "", "", "")
        return made
    for row in (*found["files"], found["total"]):
        name = str(row["path"]).removeprefix("/assets/")
        made.add_row(name, *(f"{row[size] / 1000:.1f}" for size in ("raw", "gzip", "brotli")))
    return made
