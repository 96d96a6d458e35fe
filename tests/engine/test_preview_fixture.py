"""The kept preview of a changed prod is the real engine's, and holds no secret and no place of a machine."""

from __future__ import annotations

import json

from tests.engine.preview_fixture import FILE, without_places
from tests.engine.rehearsed import steps

PREVIEW = json.loads(FILE.read_text(encoding="utf-8"))


def test_it_replaces_the_database_for_its_name() -> None:
    replaced = {step.name: step.properties for step in steps(PREVIEW) if step.op == "replace"}
    assert "dbName" in replaced["database-instance"]


def test_it_changes_tags_in_place() -> None:
    updated = [step for step in steps(PREVIEW) if step.op == "update"]
    assert sum("tagsAll.Team" in step.properties for step in updated) > 50


def test_secrets_are_masked_in_it() -> None:
    origins = [
        state["inputs"]["origins"]
        for step in PREVIEW["steps"]
        for state in (step.get("oldState"), step.get("newState"))
        if state and "origins" in state.get("inputs", {})
    ]
    assert set(origins) == {"[secret]"}  # they hold the header by which CloudFront proves itself


def test_it_says_nothing_of_the_machine() -> None:
    assert without_places(PREVIEW) == PREVIEW
