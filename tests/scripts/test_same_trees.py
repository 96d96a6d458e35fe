"""A plan is left out only where nothing that it reads differs; in doubt everything is planned."""

from __future__ import annotations

import ast
import py_compile
import shutil
from pathlib import Path

import pytest
from small_git import git

from scripts.trees.git_trees import kept
from scripts.trees.same_trees import UNREAD, accounts_beside, may_differ
from tests.scripts.commands import ROOT, edit


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("before", "after"):
        for folder in (
            "account",
            "infra/components",
            "rehearsal",
            "templates",
            "tests",
            "scripts",
            ".git",
            "web/node_modules",
        ):
            (tmp_path / name / folder).mkdir(parents=True)
            (tmp_path / name / folder / "file.py").write_text("one", encoding="utf-8")
        for file in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "README.md", "requirements.txt"):
            shutil.copy(ROOT / file, tmp_path / name)
    return tmp_path / "before", tmp_path / "after"


def test_the_same_trees_differ_in_nothing(trees: tuple[Path, Path]) -> None:
    assert may_differ(*trees) == frozenset()


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("Pulumi.prod.yaml", {"prod"}),
        ("Pulumi.qa.yaml", {"qa"}),
        ("account/Pulumi.main.yaml", {"account main"}),
        ("account/Pulumi.yaml", None),
        ("account/__main__.py", None),
        ("Pulumi.yaml", None),
        ("Pulumi.No_name.yaml", None),
        ("infra/components/file.py", None),
        ("infra/new.py", None),
        ("templates/file.py", None),
        ("rehearsal/file.py", None),
        ("backend/settings.py", None),
        ("something.json.j2", None),
        ("office.json", None),
        ("office.toml", None),
        (".office", None),
        (".office/office.json", None),
        ("docs/office.json", None),
        ("examples/office.json", None),
        ("infra/.office/office.json", None),
        ("infra/office.pyc", None),
        ("infra/node_modules/office.json", None),
        ("infra/__pycache__/office.json", None),
        ("requirements.txt", set()),
        ("Makefile", set()),
        (".gitignore", set()),
        ("README.md", set()),
        ("tests/file.py", set()),
        ("scripts/file.py", set()),
        (".git/file.py", set()),
        ("infra/__pycache__/x.pyc", set()),
        ("web/node_modules/file.py", set()),
        ("changes.ack.yaml", set()),
    ],
)
@pytest.mark.parametrize("how", ["another", "none"])
def test_what_differs_is_found_on_either_side(
    trees: tuple[Path, Path], file: str, found: set[str] | None, how: str
) -> None:
    for one, other in (trees, trees[::-1]):
        target = one / file
        target.parent.mkdir(exist_ok=True, parents=True)
        before = target.read_bytes() if target.exists() else None
        if how == "another" or before is None:
            target.write_text("another", encoding="utf-8")
        else:
            target.unlink()
        assert may_differ(one, other) == may_differ(other, one) == (None if found is None else frozenset(found))
        target.unlink(missing_ok=True)
        if before is not None:
            target.write_bytes(before)


def test_what_git_ignores_in_a_working_tree_is_no_change(trees: tuple[Path, Path]) -> None:
    git(trees[1], "init", "--quiet")
    (trees[1] / ".gitignore").write_text("build/\nweb/\n", encoding="utf-8")
    git(trees[1], "add", "--force", "web/node_modules/file.py")
    for file in ("examples/build/office.json", "infra/build/office.json"):
        (trees[1] / file).parent.mkdir(parents=True)
        (trees[1] / file).write_text("{}", encoding="utf-8")
    assert may_differ(*trees) is None
    assert may_differ(*trees, kept=kept(trees[1])) == frozenset()
    git(trees[1], "add", "--force", "examples/build/office.json")
    assert may_differ(*trees, kept=kept(trees[1])) is None
    git(trees[1], "rm", "--quiet", "--cached", "examples/build/office.json")
    (trees[1] / "infra/office.json").touch()
    assert may_differ(*trees, kept=kept(trees[1])) is None


def test_compiled_code_that_python_runs_without_a_look_at_its_source_is_read(trees: tuple[Path, Path]) -> None:
    source, cache = trees[0] / "infra" / "file.py", trees[0] / "infra" / "__pycache__" / "file.pyc"
    source.write_text("one = 1", encoding="utf-8")
    shutil.copy(source, trees[1] / "infra")
    for mode, found in (
        (py_compile.PycInvalidationMode.TIMESTAMP, frozenset()),
        (py_compile.PycInvalidationMode.CHECKED_HASH, frozenset()),
        (py_compile.PycInvalidationMode.UNCHECKED_HASH, None),
    ):
        py_compile.compile(str(source), str(cache), invalidation_mode=mode)
        assert may_differ(*trees) == found


@pytest.fixture
def accounts(trees: tuple[Path, Path]) -> tuple[Path, Path]:
    """The same trees with the account project's YAML, which names dev and prod."""
    for tree in trees:
        shutil.copy(ROOT / "account" / "Pulumi.main.yaml", tree / "account")
    return trees


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("log_retention_days: 14", "log_retention_days: 30", set()),
        ("    # bucket: diceytech-storage", "    bucket: diceytech-storage", {"account main"}),
        ("region: us-east-1", "region: eu-west-1", {"account main"}),
        ("storage_gb: 20", "storage_gb: nonsense", {"account main"}),
    ],
)
def test_an_account_differs_by_what_it_takes_from_its_environments_alone(
    accounts: tuple[Path, Path], old: str, new: str, found: set[str]
) -> None:
    edit(accounts[1] / "Pulumi.dev.yaml", old, new)
    assert may_differ(*accounts) == {"dev"}
    for one, other in (accounts, accounts[::-1]):
        assert accounts_beside(one, other, {"dev"}) == found


def test_an_account_does_not_differ_by_an_environment_that_it_does_not_name(accounts: tuple[Path, Path]) -> None:
    for tree in accounts:
        edit(tree / "account" / "Pulumi.main.yaml", "    - name: dev\n", "")
    edit(accounts[1] / "Pulumi.dev.yaml", "    # bucket: diceytech-storage", "    bucket: diceytech-storage")
    assert accounts_beside(*accounts, {"dev"}) == set()
    edit(accounts[1] / "Pulumi.dev.yaml", "storage_gb: 20", "storage_gb: nonsense")
    assert accounts_beside(*accounts, {"dev"}) == set()


def test_an_account_whose_environment_is_gone_may_differ(accounts: tuple[Path, Path]) -> None:
    (accounts[1] / "Pulumi.prod.yaml").unlink()
    assert accounts_beside(*accounts, {"prod"}) == {"account main"}


def test_a_linked_folder_is_taken_for_one_that_differs(trees: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for tree in trees:
        (tree / "infra" / "linked").symlink_to(tmp_path / "elsewhere")
    assert may_differ(*trees) is None


def test_no_plan_reads_what_is_left_out() -> None:
    files = [file for folder in ("infra", "rehearsal") for file in (ROOT / folder).rglob("*.py")]
    imported = {
        name.split(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in ([one.name for one in node.names] if isinstance(node, ast.Import) else [])
        + ([node.module] if isinstance(node, ast.ImportFrom) and node.module else [])
    }
    assert "infra" in imported
    assert not imported & UNREAD
