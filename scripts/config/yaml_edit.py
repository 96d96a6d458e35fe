"""Editing YAML that people wrote: comments, order and quotes stay."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096  # never fold a line that a person wrote
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def read(path: Path) -> Any:
    """The document with its comments."""
    return parsed(path.read_text(encoding="utf-8"))


def parsed(source: str) -> Any:
    """The document in this text, with its comments."""
    return _round_trip().load(source)


def text(document: Any) -> str:
    """The document as YAML text."""
    stream = io.StringIO()
    _round_trip().dump(document, stream)
    return stream.getvalue()
