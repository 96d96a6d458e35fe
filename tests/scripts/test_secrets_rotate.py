"""When a rotation stops: other changes, and an old key that somebody still uses."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.engine.stack import environment_stack
from scripts.secrets import media_key_rotation
from scripts.secrets.media_key_rotation import RotationError, _apply, _refuse_used
from tests.scripts.commands import ROOT

STORED = datetime(2026, 11, 25, 12, tzinfo=UTC)
STACK = environment_stack(ROOT, "dev")


def aws(last: datetime | None) -> Any:
    """An account whose old key was last used then, and whose secret was written at noon."""
    used = {} if last is None else {"LastUsedDate": last}
    iam = SimpleNamespace(get_access_key_last_used=lambda AccessKeyId: {"AccessKeyLastUsed": used})  # noqa: ARG005
    secrets = SimpleNamespace(describe_secret=lambda SecretId: {"LastChangedDate": STORED})  # noqa: ARG005
    clients = {"iam": iam, "secretsmanager": secrets}
    return SimpleNamespace(client=clients.__getitem__)


@pytest.mark.parametrize(
    ("last", "refused"),
    [(None, False), (STORED.replace(hour=11), False), (STORED, True), (STORED.replace(hour=13), True)],
)
def test_an_old_key_that_was_used_after_the_new_one_was_stored_is_not_switched_off(
    monkeypatch: pytest.MonkeyPatch, last: datetime | None, refused: bool
) -> None:
    monkeypatch.setattr(media_key_rotation, "session", lambda _config, _env: aws(last))
    monkeypatch.setattr(media_key_rotation, "_id", lambda _stack, _number: "AKIAOLD")
    if not refused:
        _refuse_used(ROOT, STACK, 1)
        return
    with pytest.raises(
        RotationError, match=r"must take the new one from the secret /diceytech/dev/media-user"
    ) as caught:
        _refuse_used(ROOT, STACK, 1)
    assert caught.value.exit_code == 2


def steps(*named: tuple[str, str]) -> dict[str, Any]:
    return {"steps": [{"op": op, "urn": f"urn:pulumi:dev::platform::aws:x::{name}"} for op, name in named]}


@pytest.mark.parametrize(
    ("preview", "brought_up"),
    [
        (steps(("same", "database")), False),
        (steps(("same", "database"), ("create", "identity-media-key-2")), True),
        (steps(("create-replacement", "identity-media-secret-value")), True),
    ],
)
def test_only_a_change_of_the_keys_is_brought_up(
    monkeypatch: pytest.MonkeyPatch, preview: dict[str, Any], brought_up: bool
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(media_key_rotation, "pulumi_json", lambda *_words: preview)
    monkeypatch.setattr(media_key_rotation, "pulumi", lambda _stack, *words: asked.append(words))
    assert _apply(ROOT, STACK) is brought_up
    assert asked == ([("up", "--yes", "--skip-preview")] if brought_up else [])


def test_another_change_stops_it_before_anything_is_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = steps(("create", "identity-media-key-2"), ("replace", "database-instance"))
    monkeypatch.setattr(media_key_rotation, "pulumi_json", lambda *_words: waiting)
    monkeypatch.setattr(media_key_rotation, "pulumi", lambda *_words: pytest.fail("it was brought up"))
    with pytest.raises(RotationError, match="dev has other changes waiting \\(database-instance\\)"):
        _apply(ROOT, STACK)
