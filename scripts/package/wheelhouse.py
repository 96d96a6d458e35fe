"""The wheels of a release, for its target: fetched by pip as the lock has them, hashes checked, nothing built here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from infra.errors import PlatformError
from rehearsal import guardian
from scripts.package.target import Target

CONTINUED = re.compile(r"\\\s*\n\s*")
INDEX = re.compile(r"(-i|-f|--index-url|--extra-index-url|--no-index|--find-links|--trusted-host)(?=[\s=]|$)")
HASH = re.compile(r"\s--hash=\S+")


def requirements_for(lock: str, target: Target, *, name: str) -> str:
    """The lock's lines that the target needs, without markers, hashes kept, in the lock's order.

    Raises PlatformError for a line that is no requirement, such as an index's address, and for one without hashes.
    """
    kept: list[str] = []
    for line in CONTINUED.sub(" ", lock).splitlines():
        text = re.sub(r"(^|\s)#.*$", "", line).strip()
        if not text:
            continue
        if option := INDEX.match(text):  # the rest of it may hold a password
            raise PlatformError(
                f"{name}: {option[0]} belongs into pip's own configuration; make the file with --no-emit-index-url, "
                "--no-emit-find-links and --no-emit-trusted-host"
            )
        hashes = HASH.findall(f" {text}")
        try:
            wanted = Requirement(HASH.sub("", f" {text}").strip())
        except InvalidRequirement:
            raise PlatformError(
                f"{name}: `{text[:60]}` is no pinned requirement; make it with uv or pip-compile"
            ) from None
        if not hashes:
            raise PlatformError(f"{name}: {wanted.name} has no hash; make the file with --generate-hashes")
        if wanted.marker is None or wanted.marker.evaluate(dict(target.markers)):
            kept.append(f"{wanted.name}{wanted.specifier}{''.join(sorted(hashes))}\n")
    return "".join(kept)


def fetch(requirements: str, target: Target, directory: Path) -> list[Path]:
    """Downloads the wheels into the directory; gives them by name. Raises PlatformError with pip's own last line."""
    file = directory.parent / "requirements.txt"
    file.write_text(requirements, encoding="utf-8")
    version = target.python.replace(".", "")
    tags = [word for platform in target.platforms for word in ("--platform", platform)]
    abis = [word for abi in (f"cp{version}", "abi3", "none") for word in ("--abi", abi)]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    done = subprocess.run(  # noqa: S603 - pip of this very environment
        [*command, *tags, *abis, "--dest", str(directory), "--requirement", str(file)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        process_group=guardian.group(),
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        what = f"no wheels for Python {target.python} on {target.machine}"
        raise PlatformError(f"{what}: {lines[-1][:300]}; choose versions that have one")
    return sorted(directory.glob("*.whl"))
