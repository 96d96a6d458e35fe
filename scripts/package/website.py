"""`diceytech package website`: the site as a deploy uploads it, built from the lock with an environment's variables."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config import Frontend
from infra.errors import PlatformError
from scripts.package.git_version import source_files
from scripts.package.node import Node

PREFIX = "REACT_APP_"  # the platform guide's variables
USAGE = "npm error Usage:"  # npm explains all its options after what was wrong
LAST_LINES = 25  # of a failed command's output
INLINE_MAP = b"sourceMappingURL=data:"


@dataclass(frozen=True, kw_only=True)
class WebsiteBuild:
    """What is built: the React project's directory, where its build writes, and the variables of the build."""

    source: Path
    output: Path
    variables: Mapping[str, str]

    @property
    def maps(self) -> Path:
        """Where the source maps are kept, out of what is uploaded."""
        return self.source / "source-maps"


@dataclass(frozen=True, kw_only=True)
class WebsitePackage:
    """What was built: the directory to upload, its number of files and bytes, and where its source maps are."""

    directory: Path
    files: int
    size: int
    maps: Path
    map_files: int

    def as_json(self) -> dict[str, Any]:
        """For machines; sizes in bytes."""
        return {
            "directory": str(self.directory),
            "files": self.files,
            "bytes": self.size,
            "source_maps": {"directory": str(self.maps), "files": self.map_files},
        }


def plan(root: Path, frontend: Frontend, variables: Mapping[str, str]) -> WebsiteBuild:
    """The build of `product.website`; raises PlatformError where its directory cannot be built."""
    source = root / frontend.path
    for name, remedy in (
        ("package.json", "set product.website.path in Pulumi.yaml to the React project"),
        ("package-lock.json", f"run `npm install` in {frontend.path} and commit it"),
    ):
        if not (source / name).is_file():
            raise PlatformError(f"{frontend.path}/{name}: is not there; {remedy}")
    output = source / frontend.build_output
    if not output.resolve().is_relative_to(source.resolve()) or output.resolve() == source.resolve():
        raise PlatformError(f"product.website.build_output: {frontend.build_output} is not a directory of its own")
    _refuse_sources(root, frontend, output)
    return WebsiteBuild(source=source, output=output, variables=variables)


def _refuse_sources(root: Path, frontend: Frontend, output: Path) -> None:
    """Raises PlatformError where the output holds what no build has written, since a build empties it first."""
    try:
        kept = source_files(root, output)
    except PlatformError:  # no repository says what is whose
        kept = () if (output / "index.html").is_file() else tuple(sorted(output.rglob("*")))
    if kept:
        raise PlatformError(
            f"product.website.build_output: {frontend.path}/{frontend.build_output} holds files that are no build's "
            f"({kept[0]}), and a build would delete them; name the directory that `npm run build` writes, and list it "
            "in .gitignore"
        )


def build(wanted: WebsiteBuild, node: Node, progress: Callable[[str], object]) -> WebsitePackage:
    """Installs from the lock, builds, and takes the source maps out; `progress` is told of each step.

    Raises PlatformError with the end of the output where npm fails, and where the build wrote no site.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    path = os.pathsep.join([node.directory, inherited.get("PATH", os.defpath)])
    variables = {**inherited, **wanted.variables, "PATH": path}
    progress("installing from the lock")
    _run((*node.npm, "ci"), wanted.source, variables)
    shutil.rmtree(wanted.output, ignore_errors=True)
    progress("building")
    _run((*node.npm, "run", "build"), wanted.source, variables)
    if not (wanted.output / "index.html").is_file():
        raise PlatformError(
            f"{wanted.output}/index.html: the build did not write it; set product.website.build_output in Pulumi.yaml"
        )
    return _packaged(wanted)


def _run(command: tuple[str, ...], directory: Path, variables: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - npm, as found
        command,
        cwd=directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = done.stdout.partition(USAGE)[0].strip()
        last = "\n".join(said.splitlines()[-LAST_LINES:])
        name = " ".join(("npm", *command[-2 if command[-1] == "build" else -1 :]))
        raise PlatformError(f"`{name}` failed in {directory} (exit {done.returncode}); it said last:\n{last}")


def _packaged(wanted: WebsiteBuild) -> WebsitePackage:
    shutil.rmtree(wanted.maps, ignore_errors=True)
    maps = sorted(wanted.output.rglob("*.map"))
    for file in maps:
        kept = wanted.maps / file.relative_to(wanted.output)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, kept)
    files = [file for file in sorted(wanted.output.rglob("*")) if file.is_file()]
    for file in files:
        if file.suffix in {".js", ".css"} and INLINE_MAP in file.read_bytes():
            raise PlatformError(f"{file}: holds its source map, and so the sources; let the build write maps as files")
    size = sum(file.stat().st_size for file in files)
    return WebsitePackage(directory=wanted.output, files=len(files), size=size, maps=wanted.maps, map_files=len(maps))
