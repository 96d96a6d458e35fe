"""Two environments side by side show no secret, whatever it stands in: the configuration's own checks find most."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from judged_changes import CANARY, HOSTILE
from rich.console import Console

from infra.config_beside import Beside
from reports.side_by_side import SideBySide, as_json, markdown, show
from reports.side_by_side_html import page

ADDRESS = f"default-src 'self'; report-uri https://user:{CANARY}@sentry.example/"


def beside(path: str, one: object, two: object, reason: str = "") -> Beside:
    return Beside(path=path, values=(one, two), defaulted=(), kind="mistake" if reason else "other", reason=reason)


def told(*found: Beside, format: str) -> str:
    compared = SideBySide(names=("dev", "prod"), found=found, plans=None)
    if format == "text":
        show(compared, Console(file=(file := StringIO()), width=1000))
        return file.getvalue()
    if format == "json":
        return json.dumps(as_json(compared), ensure_ascii=False)
    return {"markdown": markdown, "html": page}[format](compared)


FORMATS = pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])


@FORMATS
def test_no_format_shows_a_secret_that_stands_in_a_plain_property(format: str) -> None:
    found = told(
        beside("website.content_security_policy", ADDRESS, None),
        beside("django.variables", {"A_TOKEN": CANARY, "PLAIN": "seen"}, {}),
        beside("server.notes", None, "seen", f"prod names somebody's own machine (https://u:{CANARY}@localhost/)"),
        format=format,
    )
    assert CANARY not in found
    assert "seen" in found
    assert found.replace("\\", "").count("[secret]") >= 3


@FORMATS
def test_hostile_values_steer_no_terminal_and_make_no_markup(format: str) -> None:
    found = told(beside(f"django.variables.{HOSTILE}", {HOSTILE: HOSTILE}, HOSTILE, HOSTILE), format=format)
    found.encode()
    assert not any(letter in found for letter in "\x00\x07\x08\x1b\x7f\x9b\u202e\u2066")
    assert format != "html" or "<script" not in found
