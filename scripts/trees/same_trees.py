"""Which stacks' plans can differ between two trees: where code and templates are the same, those with other YAML.

A plan is made of files alone (infra/, rehearsal/, templates/, the YAML), by the same code for the same bytes. Whatever
is not known to be read by none is taken for read by all. That of the account project also reads the YAML of the
environments that its own YAML names, and of them no more than infra/stacks/account.py says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
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


def may_differ(before: Path, after: Path) -> frozenset[str] | None:
    """Titles of the stacks whose own YAML differs between the trees; None where anything else that is read does."""
    found = set()
    for name in {*_read(before), *_read(after)}:
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


def _read(root: Path) -> Iterator[str]:
    """Paths of the files that a plan may read; of a linked folder its own path, which has no content to compare."""
    for entry in os.scandir(root):
        if entry.is_dir():
            if entry.name not in UNREAD:
                yield from _within(Path(entry.path), root)
        elif entry.name not in UNREAD_FILES:
            yield entry.name


def _within(folder: Path, root: Path) -> Iterator[str]:
    if folder.is_symlink():
        yield str(folder.relative_to(root))
        return
    for directory, folders, files in os.walk(folder):
        if folder.name not in _PROGRAM:
            folders[:] = [one for one in folders if one != "node_modules"]
        for name in (*files, *(one for one in folders if (Path(directory) / one).is_symlink())):
            file = Path(directory) / name
            if not _is_cache(file):
                yield str(file.relative_to(root))


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
