"""The copy of the Pulumi projects that a rehearsal runs on, so that it never changes a file of the repository.

The program is the repository's own, by a link; the stacks' YAML is copied without what only the real state backend can
read: encrypted values and the secrets provider.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from infra.config_source import read_yaml

PLACEHOLDER: Final = "rehearsal"  # in the place of an encrypted value
OF_THE_BACKEND: Final = ("secretsprovider", "encryptedkey", "encryptionsalt")
PROJECTS: Final = (".", "account")
LINKED: Final = (".venv", "infra", "templates", "account/__main__.py")


def refresh(root: Path, copy: Path) -> None:
    """Makes the copy of the projects under `root` what it has to be; stacks keep their secrets provider.

    Raises ConfigError where one of the files cannot be read, with nothing of its project changed.
    """
    for project in PROJECTS:
        (copy / project).mkdir(parents=True, exist_ok=True)
        sources = {path.name: path for path in (root / project).glob("Pulumi*.yaml")}
        for source in sources.values():
            read_yaml(source)  # its message says where and why; a copy that is skipped would be of before the edit
        for path in (copy / project).glob("Pulumi*.yaml"):
            if path.name not in sources:
                path.unlink()
        for name, source in sources.items():
            target = copy / project / name
            draft = target.with_suffix(f".{os.getpid()}")  # half a file would have lost the key to the secrets
            draft.write_text(_copied(source, target), encoding="utf-8")
            draft.replace(target)
    for name in LINKED:
        link = copy / name
        if not link.is_symlink():
            link.symlink_to(root / name)


def _copied(source: Path, target: Path) -> str:
    yaml = YAML()
    yaml.width = 4096
    document = yaml.load(source.read_text(encoding="utf-8")) or {}
    before = YAML(typ="safe").load(target.read_text(encoding="utf-8")) or {} if target.is_file() else {}
    for key in OF_THE_BACKEND:
        document.pop(key, None)
    document.update({key: before[key] for key in OF_THE_BACKEND if key in before})
    _open(document)
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _open(value: Any) -> Any:
    """The value with each encrypted one replaced, in place."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return PLACEHOLDER
        for key in list(value):
            value[key] = _open(value[key])  # type: ignore[index] # ruamel's mappings can be written
    elif isinstance(value, list):
        value[:] = [_open(item) for item in value]
    return value
