"""docs/troubleshooting.md quotes messages that are really printed."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from commands import ROOT

DOCUMENT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
OURS, _, FOREIGN = DOCUMENT.partition("## Messages of AWS and Pulumi")
QUOTED = re.findall(r"^### `(.+)`$", OURS, re.MULTILINE)


def template(node: ast.expr) -> str | None:
    """A text of the code, with … where a value goes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


@cache
def messages() -> tuple[str, ...]:
    """All texts in the code, and what make says."""
    files = [file for part in ("infra", "scripts", "rehearsal") for file in (ROOT / part).rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    texts = [text for node in nodes if isinstance(node, ast.expr) and (text := template(node))]
    return (*texts, (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(PYTHON)", "…"))


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_quoted_message_stands_in_the_code(quoted: str) -> None:
    assert any(quoted in message for message in messages()), f"{quoted!r} is printed nowhere"


def test_every_heading_is_a_quoted_message() -> None:
    assert OURS.count("\n### ") == len(QUOTED) > 30


def test_a_message_that_nothing_prints_would_be_found() -> None:
    assert not any("the moon is not a setting" in message for message in messages())


def test_every_symptom_says_what_to_do() -> None:
    for entry in DOCUMENT.split("\n### ")[1:]:
        assert len(entry.split("\n## ")[0].split("\n", 1)[1].strip()) > 30
