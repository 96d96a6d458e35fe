"""A broken template stops a run before its first resource."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra import templates
from infra.templates import TemplateError
from rehearsal.in_process import Event
from rehearsal.platform import rehearsed
from tests.stacks.environments import ROOT


@pytest.mark.parametrize(
    "template", ["user_data/debian.sh.j2", "nginx/site.conf.j2", "env/django.env.j2", "ssm/release.json.j2"]
)
def test_a_variable_that_does_not_exist_stops_the_run_before_anything_is_made(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "templates"
    shutil.copytree(templates.TEMPLATES, copied)
    wrong = "[[ nosuch ]]" if template.startswith("ssm/") else "{{ nosuch }}"
    (copied / template).write_text((copied / template).read_text() + wrong)
    monkeypatch.setattr(templates, "TEMPLATES", copied)
    templates._environment.cache_clear()
    events: list[Event] = []
    try:
        with pytest.raises(TemplateError, match="nosuch"), rehearsed(ROOT, "dev", on_event=events.append):
            pass
    finally:
        templates._environment.cache_clear()
    assert events == []
