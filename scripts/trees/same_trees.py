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

# Top folders that no plan reads: tests/test_architecture.py holds that infra/ and rehearsal/ import none of them.
UNREAD: Final = frozenset(
    {"benchmarks", "changes", "controls", "docs", "drawing", "examples", "node_modules", "reports", "scripts", "tests",
     "tools"}
)  # fmt: skip
UNREAD_FILES: Final = re.compile(r"\..*|.*\.(md|txt|toml|json|svg|html|log)|Makefile|changes\.ack\.yaml")
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
        if entry.is_file() and not UNREAD_FILES.fullmatch(entry.name):
            yield entry.name
        elif entry.is_dir() and entry.name not in UNREAD and not entry.name.startswith("."):
            yield from _within(Path(entry.path), root)


def _within(folder: Path, root: Path) -> Iterator[str]:
    if folder.is_symlink():
        yield str(folder.relative_to(root))
        return
    for directory, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if one not in ("__pycache__", "node_modules") and not one.startswith(".")]
        for name in (*files, *(one for one in folders if (Path(directory) / one).is_symlink())):
            if not name.endswith(".pyc"):
                yield str((Path(directory) / name).relative_to(root))


def _content(file: Path) -> object:
    """The file's bytes; of what is no file something that equals nothing."""
    try:
        return file.read_bytes()
    except OSError:
        return object()
