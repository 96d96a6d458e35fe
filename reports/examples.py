"""Three changes of prod's YAML, a harmless, a risky and a refused one, each compared as `diceytech diff` does."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from changes.change import Verdict
from changes.compared import compared
from changes.guard import decide
from changes.judge import judge
from infra.config_across import environment
from infra.errors import PlatformError
from rehearsal.graph import Graph
from rehearsal.platform import planned_config

ROOT = Path(__file__).parent.parent
ENVIRONMENT: Final = "prod"
FILE: Final = f"Pulumi.{ENVIRONMENT}.yaml"
ORIGIN: Final = "origin/main..HEAD"
DAY: Final = date(2026, 1, 1)  # nothing is acknowledged, so that the day decides nothing


@dataclass(frozen=True, kw_only=True)
class Example:
    """One change: what it is about, and lines of the YAML with what stands there instead."""

    name: str
    about: str
    edits: Mapping[str, str]


EXAMPLES: Final = (
    Example(
        name="harmless",
        about="Logs are kept longer.",
        edits={"    log_retention_days: 365\n    alarm_emails": "    log_retention_days: 731\n    alarm_emails"},
    ),
    Example(
        name="risky",
        about="The database gets a bigger machine. That is nothing the guard waits for, and yet nothing for noon.",
        edits={"db.t4g.medium": "db.t4g.large"},
    ),
    Example(
        name="refused",
        about="The database loses its protection, and the bucket of uploads is opened to everyone.",
        edits={
            "    deletion_protection: true\n": "    deletion_protection: false\n",
            "    noncurrent_days: 90\n": "    noncurrent_days: 90\n    access: public\n",
        },
    ),
)


def diff(example: Example) -> str:
    """The edit, as git shows it."""
    before, after = _text(), _edited(example)
    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), FILE, FILE, n=1)
    return "".join(lines)


@cache
def verdict(name: str) -> Verdict:
    """What the guard says of the example of this name."""
    example = next(one for one in EXAMPLES if one.name == name)
    change = compared(_plan(_text()), _plan(_edited(example)), stack=ENVIRONMENT, origin=ORIGIN)
    return decide(judge(change), (), today=DAY)


def _text() -> str:
    return (ROOT / FILE).read_text(encoding="utf-8")


def _edited(example: Example) -> str:
    text = _text()
    for old, new in example.edits.items():
        if text.count(old) != 1:
            raise PlatformError(f"{FILE}: {old!r} is there {text.count(old)} times; mend reports/examples.py")
        text = text.replace(old, new)
    return text


@cache
def _plan(text: str) -> Graph:
    """The plan of prod with this text in the place of its YAML."""
    with TemporaryDirectory() as folder:
        for file in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(file, folder)
        (Path(folder) / FILE).write_text(text, encoding="utf-8")
        return planned_config(environment(Path(folder), ENVIRONMENT), ENVIRONMENT, foretell=True)
