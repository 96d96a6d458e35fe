"""Documents that are made from the code and kept in the repository: `python -m scripts.docs.generated [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from infra.errors import PlatformError
from scripts.docs import config_docs
from scripts.docs.controls_docs import docs as controls_docs

ROOT = Path(__file__).parent.parent.parent


def _cost_docs() -> str:
    from scripts.docs.cost_docs import docs

    return docs()


def _changes() -> ModuleType:
    from reports import docs

    return docs


GENERATED: dict[str, Callable[[], str]] = {
    "docs/configuration.md": config_docs.docs,
    "docs/stack.schema.json": config_docs.schema,
    "docs/account.md": config_docs.account_docs,
    "docs/controls.md": controls_docs,
    "docs/cost.md": _cost_docs,
    "docs/changes.md": lambda: str(_changes().docs()),
    "docs/changes-harmless.svg": lambda: _changes().drawn("harmless"),
    "docs/changes-risky.svg": lambda: _changes().drawn("risky"),
    "docs/changes-refused.svg": lambda: _changes().drawn("refused"),
    "README.md": lambda: _changes().readme(),
    "docs/platform-dev.svg": lambda: _picture("dev"),
    "docs/platform-prod.svg": lambda: _picture("prod"),
}


def _picture(environment: str) -> str:
    from scripts.graph import picture

    return picture(ROOT, environment)


def stale(root: Path = ROOT) -> list[str]:
    """Paths under `root` whose content is not what the code makes now."""
    return list(_made_anew(root))


def _made_anew(root: Path) -> dict[str, str]:
    """What stale documents should be, by path."""
    return {path: text for path, made in GENERATED.items() if _content(root / path) != (text := made())}


def _content(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Writes what is stale; with `--check` only lists it. Exit code 1 for stale documents and for errors."""
    from scripts.terminal import err, write

    if list(arguments) not in ([], ["--check"]):
        err.print("usage: python -m scripts.docs.generated [--check]", markup=False)
        return 1
    found = _made_anew(root)
    if not arguments:
        for path, text in found.items():
            write(root / path, text)
        return 0
    for path in found:
        err.print(f"{path} is not what the code makes; run `make docs`", markup=False)
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PlatformError as error:
        sys.exit(f"error {error}")
