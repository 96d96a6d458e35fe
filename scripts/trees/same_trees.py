"""Which stacks' plans can differ between two trees: where code and templates are the same, those with other YAML.

A plan is made of files alone (infra/, rehearsal/, templates/, the YAML), by the same code for the same bytes. Whatever
is not known to be read by none is taken for read by all. That of the account project also reads the YAML of the
environments that its own YAML names, and of them no more than infra/stacks/account.py says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from changes.stack_titles import account_title
from infra.account_config import account_stacks, load_account
from infra.config_source import ConfigError, load

# Top folders of code that no plan reads, and of what tools keep: tests/scripts/test_same_trees.py holds that infra/ and
# rehearsal/ import none of them. docs/ and examples/ are data, which a program may come to open.
UNREAD: Final = frozenset(
    {".ci", ".demo", ".git", ".github", ".hypothesis", ".mypy_cache", ".pytest_cache", ".rehearsal", ".ruff_cache",
     ".venv", "benchmarks", "changes", "controls", "drawing", "node_modules", "reports", "scripts", "tests", "tools"}
)  # fmt: skip
UNREAD_FILES: Final = frozenset(
    {".git", ".gitattributes", ".gitignore", "LICENSE", "Makefile", "README.md", "changes.ack.yaml", "changes.md",
     "pyproject.toml", "requirements-dev.txt", "requirements-node.txt", "requirements.txt"}
)  # fmt: skip
_PROGRAM: Final = frozenset({"account", "infra", "rehearsal", "templates"})  # nothing below is left out
_UNCHECKED: Final = 1  # flags of compiled code that Python runs without a look at its source (PEP 552)
_STACK: Final = re.compile(r"(?P<account>account/)?Pulumi\.(?P<name>[a-z][a-z0-9]{1,11})\.yaml")


def may_differ(before: Path, after: Path, *, kept: Collection[str] | None = None) -> frozenset[str] | None:
    """Titles of the stacks whose own YAML differs between the trees; None where anything else that is read does.

    `kept` are the files of `after` where it is a working tree, which holds what git ignores, and no commit does.
    """
    found = set()
    for name in {*_read(before, _files(before)), *_read(after, _files(after) if kept is None else kept)}:
        if _content(before / name) != _content(after / name):
            stack = _STACK.fullmatch(name)
            if stack is None:
                return None
            found.add(account_title(stack["name"]) if stack["account"] else stack["name"])
    return frozenset(found)


def accounts_beside(before: Path, after: Path, differ: Collection[str]) -> frozenset[str]:
    """Titles of the account project's stacks that may differ by the YAML of environments, which alone differs.

    The code of both trees has to be that which runs here. A stack of which anything cannot be read may differ.
    """
    named = {account_title(one): one for one in account_stacks(after)}
    return frozenset(title for title, stack in named.items() if not _takes_the_same(before, after, stack, differ))


def _takes_the_same(before: Path, after: Path, stack: str, differ: Collection[str]) -> bool:
    from infra.stacks.account import taken

    try:
        config = load_account(after, stack)
        if not set(differ) & {one.name for one in config.environments}:
            return True
        sides = [
            taken(config, {one.name: load(root, one.name) for one in config.environments}, source=stack)
            for root in (before, after)
        ]
    except ConfigError:
        return False
    return sides[0] == sides[1]


def _read(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Those of the files that a plan may read."""
    for name in names:
        top, *within = name.split("/")
        left_out = (
            top in UNREAD or (top not in _PROGRAM and "node_modules" in within) if within else name in UNREAD_FILES
        )
        if not left_out and not _is_cache(root / name):
            yield name


def _files(root: Path) -> Iterator[str]:
    """Paths of all files; of a linked folder its own path, which has no content to compare."""
    for directory, folders, files in os.walk(root):
        here = Path(directory)
        links = [one for one in folders if (here / one).is_symlink()]
        for name in (*files, *links):
            yield (here / name).relative_to(root).as_posix()


def _is_cache(file: Path) -> bool:
    """Whether it is what Python makes of a source by itself, and compares with it before it runs it."""
    if file.parent.name != "__pycache__" or file.suffix != ".pyc":
        return False
    try:
        with file.open("rb") as stream:
            flags = stream.read(8)[4:]
    except OSError:
        return False
    return int.from_bytes(flags, "little") != _UNCHECKED


def _content(file: Path) -> object:
    """The file's bytes; of what is no file something that equals nothing."""
    try:
        return file.read_bytes()
    except OSError:
        return object()
