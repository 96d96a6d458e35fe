"""What the documents point at exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert broken == []


def test_the_readme_has_no_placeholder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[A-Z]+_[A-Z_]*TIME\b|\bTBD\b|\bXXX\b", text) == []


def test_every_command_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `diceytech")]
    named = {
        match
        for cell in table
        for match in re.findall(r"`(?:diceytech )?([a-z]+(?: [a-z]+)?)", cell.replace("\\|", " "))
    }
    assert {"doctor", "config check", "rehearse", "graph", "controls"} <= named
    for command in named - {"diceytech"}:
        help_text = subprocess.run(
            [ROOT / ".venv/bin/diceytech", *command.split(), "--help"], capture_output=True, text=True, check=False
        )
        assert help_text.returncode == 0, command


def test_every_make_target_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {word for words in re.findall(r"make ((?:[a-z-]+ ?)+)", text) for word in words.split()}
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"rehearse", "test", "bench"} <= named & targets
