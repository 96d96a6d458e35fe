"""Which environments' plans can differ between two trees: where code and templates are the same, those with other YAML.

A plan is made of files alone (infra/, rehearsal/, templates/, the YAML), by the same code for the same bytes. Whatever
is not known to be read by none is taken for read by all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Top folders that no plan reads: tests/test_architecture.py holds that infra/ and rehearsal/ import none of them.
UNREAD: Final = frozenset(
    {"benchmarks", "changes", "controls", "docs", "drawing", "examples", "node_modules", "reports", "scripts", "tests",
     "tools"}
)  # fmt: skip
UNREAD_FILES: Final = re.compile(r"\..*|.*\.(md|txt|toml|json|svg|html|log)|Makefile|changes\.ack\.yaml")
_STACK: Final = re.compile(r"Pulumi\.([a-z][a-z0-9]{1,11})\.yaml")


def may_differ(before: Path, after: Path) -> frozenset[str] | None:
    """Environments whose own YAML differs between the trees; None where anything else that is read does: all may."""
    found = set()
    for name in {*_read(before), *_read(after)}:
        if _content(before / name) != _content(after / name):
            stack = _STACK.fullmatch(name)
            if stack is None:
                return None
            found.add(stack[1])
    return frozenset(found)


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
