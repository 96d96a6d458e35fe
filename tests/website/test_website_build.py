"""A build that would hurt the site, or publish what is nobody's business, is refused with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.website.build import BuildError, scan

PATHS = ("/api/*", "/static/*", "/exact")


@pytest.fixture
def build(tmp_path: Path) -> Path:
    root = tmp_path / "build"
    root.mkdir()
    (root / "index.html").write_text("page")
    return root


def keys(build: Path) -> list[str]:
    return [file.key for file in scan(build, backend_paths=PATHS)]


def refused(build: Path, why: str) -> None:
    with pytest.raises(BuildError, match=why):
        scan(build, backend_paths=PATHS)


def test_files_are_found_with_their_size_in_order_of_their_keys(build: Path) -> None:
    (build / "b c").mkdir()
    (build / "b c/ä [id]+&.js").write_bytes(b"12345")
    (build / "empty.txt").touch()
    found = scan(build, backend_paths=PATHS)
    assert [(file.key, file.size) for file in found] == [("b c/ä [id]+&.js", 5), ("empty.txt", 0), ("index.html", 4)]
    assert Path(found[0].path).read_bytes() == b"12345"


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none", "no such directory; build the website first")


def test_an_empty_build_is_refused(build: Path) -> None:
    (build / "index.html").unlink()
    (build / "assets").mkdir()
    refused(build, "is empty, and deploying it would delete the site")


def test_a_build_without_an_entry_page_is_refused(build: Path) -> None:
    (build / "index.html").rename(build / "main.html")
    refused(build, r"has no index\.html")


def test_an_entry_page_of_no_bytes_is_refused(build: Path) -> None:
    (build / "index.html").write_bytes(b"")
    refused(build, r"its index\.html is empty, and the site would be a white page")


def test_files_under_a_path_of_the_backend_are_refused_with_that_reason(build: Path) -> None:
    (build / "static/js").mkdir(parents=True)
    (build / "static/js/main.js").touch()
    refused(build, r"CloudFront sends /static/\* to the backend, so static/js/main\.js cannot .*website\.backend_paths")
    assert "static/js/main.js" in [file.key for file in scan(build, backend_paths=("/api/*",))]


@pytest.mark.parametrize("key", ["api/x.json", "exact", "media/a.png"])
def test_every_behaviour_of_the_distribution_is_looked_at(build: Path, key: str) -> None:
    (build / key).parent.mkdir(exist_ok=True)
    (build / key).touch()
    refused(build, "cannot be served")


def test_many_refused_files_are_counted(build: Path) -> None:
    (build / "api").mkdir()
    for number in range(9):
        (build / f"api/{number}.json").touch()
    refused(build, r"api/4\.json and 4 more cannot")


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".ENV",
        ".env.production",
        ".env-old",
        ".env_old",
        ".env2",
        ".env copy",
        ".envrc",
        ".git",
        ".npmrc",
        ".s3cfg",
        "id_rsa",
        "server.key",
        "A.PEM",
        ".env~",
        ".env%",
        ".env.swp",
        "server.key.bak",
        "server.pem.old~",
        "id_rsa.old",
        ".id_rsa.swp",
        ".npmrc.save2",
        "terraform.tfvars",
        "prod.auto.tfvars.json",
        "terraform.tfstate.backup",
    ],
)
def test_what_must_never_be_published_is_refused(build: Path, name: str) -> None:
    (build / name).touch()
    refused(build, "would be published")


def test_the_deploys_own_names_are_refused(build: Path) -> None:
    (build / ".releases").mkdir()
    (build / ".releases/current.json").touch()
    refused(build, "deploys' own records")


def test_a_backup_of_no_secret_is_deployed(build: Path) -> None:
    (build / "index.html.bak").touch()
    (build / "old.copy").touch()
    assert keys(build) == ["index.html", "index.html.bak", "old.copy"]


def test_names_that_only_begin_like_a_file_of_variables_are_deployed(build: Path) -> None:
    (build / ".environment.json").touch()
    (build / ".envoy.yaml").touch()
    assert keys(build) == [".environment.json", ".envoy.yaml", "index.html"]


@pytest.mark.parametrize("name", ["a\nb", "a\\b", "a\x7f", "a\x9b31m", "a\u202egpj.js", "a\u2066b", "a\u200fb"])
def test_names_that_no_browser_asks_for_are_refused(build: Path, name: str) -> None:
    (build / name).touch()
    refused(build, "control character or a backslash")


def test_a_name_that_is_not_utf_8_is_refused(build: Path) -> None:
    with open(os.fsencode(build) + b"/a\xff.js", "wb"):  # noqa: PTH123 - a path in bytes
        pass
    refused(build, "not UTF-8")


def test_a_key_that_s3_does_not_take_is_refused(build: Path) -> None:
    deep = build.joinpath(*["é" * 100] * 6)
    deep.mkdir(parents=True)
    (deep / "a.js").touch()
    refused(build, "has 1205 bytes, S3 takes 1024")


def test_links_inside_the_build_are_followed(build: Path) -> None:
    (build / "real").mkdir()
    (build / "real/a.js").write_text("a")
    (build / "b.js").symlink_to("real/a.js")
    (build / "alias").symlink_to("real")
    assert keys(build) == ["alias/a.js", "b.js", "index.html", "real/a.js"]


def test_a_link_that_leaves_the_build_is_refused(build: Path) -> None:
    (build.parent / "secret.txt").write_text("secret")
    (build / "a.txt").symlink_to("../secret.txt")
    refused(build, r"a\.txt: is a link that leaves the build")


def test_a_linked_directory_outside_is_refused(build: Path) -> None:
    (build / "etc").symlink_to("/etc")
    refused(build, "etc: is a link that leaves")


def test_a_link_to_nothing_is_refused(build: Path) -> None:
    (build / "a.js").symlink_to("gone.js")
    refused(build, "is a link to nothing")


def test_a_link_to_a_directory_above_is_refused(build: Path) -> None:
    (build / "sub").mkdir()
    (build / "sub/loop").symlink_to("..")
    refused(build, "is a link to a directory that holds it")


def test_a_pipe_is_refused(build: Path) -> None:
    os.mkfifo(build / "pipe")
    refused(build, "neither a file nor a directory")


def test_a_build_may_itself_be_a_link(build: Path) -> None:
    (build.parent / "current").symlink_to("build")
    assert keys(build.parent / "current") == ["index.html"]
