"""The promises of the layout: imports go one way, and every test is collected."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Prefixes of what a folder must not import. `infra.config` stands for `infra.config_checks` and its like too.
MAY_NOT = {
    "infra": ("rehearsal", "scripts", "reports", "drawing", "changes", "controls", "benchmarks"),
    "infra/components": ("infra.config", "infra.account_config", "infra.stacks", "infra.rendering"),
    "rehearsal": ("scripts", "reports", "drawing", "changes", "controls", "benchmarks"),
    "controls": ("scripts", "reports", "drawing", "changes", "cost", "infra.", "pulumi"),
    "cost": (
        "scripts",
        "reports",
        "drawing",
        "changes",
        "infra.config",
        "infra.stacks",
        "infra.components",
        "pulumi",
        "benchmarks",
    ),
    "changes": ("scripts", "reports", "drawing", "pulumi", "benchmarks"),
    "drawing": ("scripts", "reports", "changes", "controls", "cost", "infra", "pulumi", "benchmarks"),
    "reports": ("scripts", "pulumi", "infra.components", "infra.stacks", "benchmarks"),
    "scripts": ("pulumi_aws", "infra.components", "benchmarks"),
    "server": (
        "infra",
        "scripts",
        "reports",
        "rehearsal",
        "changes",
        "controls",
        "benchmarks",
        "jinja2",
        "pydantic",
    ),  # one file, on its own
}
RESOURCES = {"stacks", "components", "__main__.py"}  # of infra/; nothing else there imports them
SHARED_COMPONENTS = {"bucket"}  # media, website, artifacts and logs compose it


def imports(file: Path) -> set[str]:
    """Full names of everything that the module imports, `a.b` for `from a import b` too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith((package + ".", package + "_") if not package.endswith(".") else package)


@pytest.mark.parametrize("folder", MAY_NOT)
def test_imports_go_one_way(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in imports(file)
        if any(within(name, package) for package in MAY_NOT[folder])
    ]
    assert wrong == []


def test_the_rest_of_infra_is_pure_of_resources() -> None:
    infra = ROOT / "infra"
    files = [file for file in sorted(infra.rglob("*.py")) if file.relative_to(infra).parts[0] not in RESOURCES]
    assert {"names.py", "edge.py"} <= {file.name for file in files}
    makers = tuple(f"infra.{one.removesuffix('.py')}" for one in RESOURCES)
    wrong = [f"{file.name} imports {name}" for file in files for name in imports(file) if name.startswith(makers)]
    assert wrong == []


def test_no_modules_need_one_another_in_a_circle() -> None:
    files = [
        file
        for folder in ("changes", "drawing", "infra", "rehearsal", "reports", "controls", "cost", "scripts")
        for file in (ROOT / folder).rglob("*.py")
    ]
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}
    needs = {name: imports(file) & modules.keys() - {name} for name, file in modules.items()}
    assert [" -> ".join(found) for found in circles(needs)] == []


def circles(needs: dict[str, set[str]]) -> Iterator[list[str]]:
    """Each way that leads back to where it began, once, found by walking from every module."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> Iterator[list[str]]:
        if name in way:
            yield [*way[way.index(name) :], name]
        elif name not in done:
            for other in sorted(needs[name]):
                yield from walk(other, [*way, name])
            done.add(name)

    for name in sorted(needs):
        yield from walk(name, [])


def test_a_circle_of_three_modules_is_found() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == [["a", "b", "c", "a"]]


def test_components_do_not_know_one_another() -> None:
    wrong = []
    for file in sorted((ROOT / "infra/components").glob("*.py")):
        family = file.stem.split("_")[0]
        for name in imports(file):
            parts = name.split(".")
            if parts[:2] == ["infra", "components"] and len(parts) > 2 and parts[2] not in SHARED_COMPONENTS:
                other = parts[2].split("_")[0]
                if other != family:
                    wrong.append(f"{file.name} imports {parts[2]}")
    assert wrong == []


def test_every_test_is_in_a_file_that_pytest_collects() -> None:
    lost = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if not file.name.startswith("test_") and "\ndef test_" in file.read_text(encoding="utf-8")
    ]
    assert lost == []


def test_no_two_test_modules_have_one_name() -> None:
    # pytest puts each folder on the path: of two modules with one name it collects the first, and fails at the second.
    names = [file.name for file in (ROOT / "tests").rglob("*.py") if file.name != "conftest.py"]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_there_is_no_room_for_everything() -> None:
    vague = {"utils", "helpers", "common", "manager", "handler", "misc"}
    files = [file for package in MAY_NOT for file in (ROOT / package).rglob("*.py")]
    assert files
    assert [str(file) for file in files if vague & set(file.stem.split("_"))] == []


def test_no_file_names_a_machine_or_a_session() -> None:
    everybodys = {Path("/"), Path(tempfile.gettempdir())}
    machine = [f"{folder}/" for folder in (ROOT, ROOT.parent, Path.home()) if folder not in everybodys]
    files = [
        file
        for pattern in ("*.py", "*.md", "*.yaml", "*.toml", "*.txt", "*.j2", "Makefile")
        for file in ROOT.rglob(pattern)
        if not {".venv", ".git", "node_modules"} & set(file.relative_to(ROOT).parts) and file != Path(__file__)
    ]
    assert len(files) > 100
    assert [str(file) for file in files if any(path in file.read_text(encoding="utf-8") for path in machine)] == []
