"""Commits by any of git's names, and their files in a directory of their own; every refusal says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_git import commit, empty, git

from infra.errors import PlatformError
from scripts.trees.git_trees import checked_out, commit_of, commits_beyond, is_edited, kept


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return empty(tmp_path / "repository")


def refused(root: Path, ref: str) -> str:
    with pytest.raises(PlatformError) as error:
        commit_of(root, ref)
    return str(error.value)


def test_a_branch_a_tag_and_an_id_are_the_same_commit(repository: Path) -> None:
    git(repository, "tag", "-a", "v1", "-m", "first")
    head = git(repository, "rev-parse", "HEAD")
    assert {commit_of(repository, ref) for ref in ("main", "v1", "HEAD", head[:10])} == {head}


@pytest.mark.parametrize("ref", ["-x", "--output=/tmp/x", "", "a\nb", "--help"])
def test_what_git_would_take_for_an_option_is_no_name(repository: Path, ref: str) -> None:
    assert "is no name of a commit" in refused(repository, ref)


def test_an_unknown_name_and_a_file_are_refused(repository: Path) -> None:
    for ref in ("origin/main", "0123456789", "HEAD:file", "no such", "HEAD^2"):
        assert f"{ref} is no commit of this repository; `git fetch`" in refused(repository, ref)


def test_outside_a_repository_it_says_so(tmp_path: Path) -> None:
    assert "is in no git repository" in refused(tmp_path, "main")


def test_a_shallow_clone_is_told_how_to_get_the_commit(repository: Path, tmp_path: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    (repository / "file").write_text("two\n", encoding="utf-8")
    commit(repository)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", "shallow")
    shallow = tmp_path / "shallow"
    assert f"`git fetch --depth 1 origin {first}`" in refused(shallow, first)
    assert "`git fetch --depth 1 origin other`" in refused(shallow, "origin/other")
    git(shallow, "fetch", "--quiet", "--depth", "1", "origin", first)
    assert commit_of(shallow, first) == first
    assert commits_beyond(shallow, "HEAD", first) == 0


def test_the_files_are_those_of_the_commit_and_gone_afterwards(repository: Path) -> None:
    first = commit_of(repository, "HEAD")
    (repository / "deep").mkdir()
    (repository / "deep" / "new").write_bytes(b"\r\n\x00")
    (repository / "file").write_text("two\n", encoding="utf-8")
    with checked_out(repository, first) as tree:
        assert {str(path.relative_to(tree)) for path in tree.rglob("*")} == {"file"}
        assert (tree / "file").read_text() == "one\n"
    assert not tree.exists()
    with checked_out(repository, commit(repository)) as tree:
        assert (tree / "deep" / "new").read_bytes() == b"\r\n\x00"
        assert tree.stat().st_mode & 0o077 == 0


def test_below_the_repositorys_root_only_what_is_there_is_taken(repository: Path) -> None:
    inner = repository / "platform"
    inner.mkdir()
    (inner / "Pulumi.yaml").write_text("x\n", encoding="utf-8")
    with checked_out(inner, commit(repository)) as tree:
        assert [path.name for path in tree.iterdir()] == ["Pulumi.yaml"]


def test_links_of_a_commit_are_left_out(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    (repository / "link").symlink_to(tmp_path / "secret")
    (repository / "zoo").write_text("after the link", encoding="utf-8")
    with checked_out(repository, commit(repository)) as tree:
        assert {path.name for path in tree.iterdir()} == {"file", "zoo"}


def test_a_directory_that_the_commit_lacks_is_an_error(repository: Path) -> None:
    first = commit_of(repository, "HEAD")
    (repository / "later").mkdir()
    with pytest.raises(PlatformError, match="git cannot give the files"), checked_out(repository / "later", first):
        pass


def test_uncommitted_changes_are_seen_and_ignored_files_are_none(repository: Path) -> None:
    assert not is_edited(repository)
    (repository / "new").write_text("x", encoding="utf-8")
    assert is_edited(repository)
    (repository / ".git" / "info" / "exclude").write_text("new\n", encoding="utf-8")
    assert not is_edited(repository)


def test_commits_of_the_base_that_this_side_lacks_are_counted(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "topic")
    commit(repository, "one")
    git(repository, "checkout", "--quiet", "main")
    commit(repository, "two")
    commit(repository, "three")
    assert commits_beyond(repository, "main", "topic") == 2
    assert commits_beyond(repository, "topic", "topic") == 0


def test_a_file_whose_name_is_no_text_is_one_like_others_and_is_shown_in_text(repository: Path) -> None:
    odd = os.fsdecode(b"\xff\xfe")
    (repository / f"{odd}.txt").write_text("x", encoding="utf-8")
    assert kept(repository) == {"file", f"{odd}.txt"}
    with checked_out(repository, commit(repository)) as tree:
        assert {path.name for path in tree.iterdir()} == {"file", f"{odd}.txt"}
    (repository / f"{odd}.py").symlink_to("file")
    with (
        pytest.raises(PlatformError, match=r"^\\xff\\xfe\.py of \w+ is a link"),
        checked_out(repository, commit(repository)),
    ):
        pass
