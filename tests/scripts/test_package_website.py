"""The website's package: built by the real npm from the lock, maps kept out, mistakes said in words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.config import Frontend
from infra.errors import PlatformError
from scripts.package import node
from scripts.package import website as package_website

BUILD = """
const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('build/assets', { recursive: true });
writeFileSync('build/index.html', JSON.stringify(process.env.REACT_APP_API_URL ?? null));
writeFileSync('build/assets/a.js', 'run()');
writeFileSync('build/assets/a.js.map', '{}');
"""


@pytest.fixture
def installed() -> node.Node:
    try:
        return node.find()
    except PlatformError as error:
        pytest.skip(str(error))


def project(root: Path, build: str = BUILD, **package: Any) -> Frontend:
    """A website without dependencies, whose build is this script."""
    site = root / "site"
    site.mkdir()
    document = {"name": "site", "version": "1.0.0", "scripts": {"build": "node build.cjs"}, **package}
    lock = {"name": "site", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "site"}}}
    (site / "package.json").write_text(json.dumps(document), encoding="utf-8")
    (site / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (site / "build.cjs").write_text(build, encoding="utf-8")
    return Frontend(path="site")


def build(root: Path, frontend: Frontend, with_node: node.Node, **variables: str) -> package_website.WebsitePackage:
    return package_website.build(package_website.plan(root, frontend, variables), with_node, lambda _step: None)


@pytest.mark.slow
def test_maps_are_kept_beside_what_is_uploaded(tmp_path: Path, installed: node.Node) -> None:
    done = build(tmp_path, project(tmp_path), installed)
    names = sorted(str(file.relative_to(done.directory)) for file in done.directory.rglob("*") if file.is_file())
    assert names == ["assets/a.js", "index.html"]
    assert (done.maps / "assets/a.js.map").is_file()
    assert (done.files, done.map_files, done.size) == (2, 1, len("null") + len("run()"))


@pytest.mark.slow
def test_the_variables_are_the_environments_and_nobody_elses(
    tmp_path: Path, installed: node.Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REACT_APP_API_URL", "https://left-over.example/api")
    frontend = project(tmp_path)
    assert (build(tmp_path, frontend, installed).directory / "index.html").read_text(encoding="utf-8") == "null"
    done = build(tmp_path, frontend, installed, REACT_APP_API_URL="https://dev.example/api")
    assert json.loads((done.directory / "index.html").read_text(encoding="utf-8")) == "https://dev.example/api"


@pytest.mark.slow
def test_what_an_older_build_left_is_gone(tmp_path: Path, installed: node.Node) -> None:
    frontend = project(tmp_path)
    old = tmp_path / "site/build/assets/old.js"
    old.parent.mkdir(parents=True)
    old.write_text("old()", encoding="utf-8")
    (tmp_path / "site/build/index.html").touch()
    build(tmp_path, frontend, installed)
    assert not old.exists()


@pytest.mark.slow
def test_a_build_that_fails_is_shown_with_the_end_of_its_output(tmp_path: Path, installed: node.Node) -> None:
    frontend = project(tmp_path, "console.error('cannot find the moon'); process.exit(3)")
    with pytest.raises(PlatformError, match=r"(?s)`npm run build` failed in .*cannot find the moon"):
        build(tmp_path, frontend, installed)


@pytest.mark.slow
def test_a_lock_that_does_not_fit_is_refused(tmp_path: Path, installed: node.Node) -> None:
    frontend = project(tmp_path, dependencies={"left-pad": "1.3.0"})
    with pytest.raises(PlatformError, match=r"(?s)`npm ci` failed in .*left-pad"):
        build(tmp_path, frontend, installed)


@pytest.mark.slow
def test_a_build_without_a_page_is_refused(tmp_path: Path, installed: node.Node) -> None:
    with pytest.raises(
        PlatformError, match=r"index.html: the build did not write it; set product.website.build_output"
    ):
        build(tmp_path, project(tmp_path, ""), installed)


@pytest.mark.slow
def test_a_map_inside_the_code_is_refused(tmp_path: Path, installed: node.Node) -> None:
    frontend = project(tmp_path, BUILD.replace("'run()'", "'run() //# sourceMappingURL=data:application/json,{}'"))
    with pytest.raises(PlatformError, match=r"a.js: holds its source map"):
        build(tmp_path, frontend, installed)


@pytest.mark.parametrize(
    ("lost", "remedy"), [("package.json", "product.website.path"), ("package-lock.json", "run `npm install` in site")]
)
def test_a_directory_that_cannot_be_built_is_said_so(tmp_path: Path, lost: str, remedy: str) -> None:
    frontend = project(tmp_path)
    (tmp_path / "site" / lost).unlink()
    with pytest.raises(PlatformError, match=f"site/{lost}: is not there; .*{remedy}"):
        package_website.plan(tmp_path, frontend, {})


def test_a_build_never_empties_the_sources(tmp_path: Path) -> None:
    frontend = project(tmp_path).model_copy(update={"build_output": "."})
    with pytest.raises(PlatformError, match="build_output"):
        package_website.plan(tmp_path, frontend, {})


@pytest.mark.parametrize("kept", [True, False], ids=["in a repository", "in none"])
def test_an_output_that_holds_what_no_build_wrote_is_refused(tmp_path: Path, kept: bool) -> None:
    if kept:
        subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    frontend = project(tmp_path).model_copy(update={"build_output": "src"})
    mine = tmp_path / "site/src/main.ts"
    mine.parent.mkdir()
    mine.write_text("work()", encoding="utf-8")
    with pytest.raises(PlatformError, match=r"site/src holds files that are no build's \(.*main\.ts\).* \.gitignore"):
        package_website.plan(tmp_path, frontend, {})
    if kept:
        (tmp_path / ".gitignore").write_text("src/\n", encoding="utf-8")
        assert package_website.plan(tmp_path, frontend, {}).output == mine.parent
