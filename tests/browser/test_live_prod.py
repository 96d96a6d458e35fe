"""`diceytech live --env prod`: a fleet behind a VPC origin, as far as one machine can show it; and its kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live_world import HEADLINE, ROOT, Live, Visitor, running
from playwright.sync_api import Browser, expect

from tests.processes import descendants, killed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The command, with the site just built."""
    if not (ROOT / "examples/diceytech/backend/.venv/.ready").exists():
        pytest.skip("the backend's environment is not there: make backend")
    with running(built, tmp_path_factory.mktemp("prod") / "stderr", environment="prod") as found:
        yield found


@pytest.fixture(scope="module")
def visitor(live: Live) -> Visitor:
    """Anybody: prod has no gate."""
    assert live.told["gate"] is None
    return Visitor(live=live)


def test_the_entry_page_and_a_deep_link_are_the_site(visitor: Visitor) -> None:
    entry, deep = visitor.ask("/"), visitor.ask("/projects/1")
    assert [entry.status, deep.status] == [200, 200]
    assert b'<div id="root">' in entry.body
    assert entry.body == deep.body


def test_the_backend_is_the_packaged_release_and_is_well(live: Live, visitor: Visitor) -> None:
    health = visitor.ask("/api/health/")
    assert (health.status, health.json) == (200, {"status": "ok", "version": live.told["release"]})


def test_an_unknown_path_of_the_api_stays_json(visitor: Visitor) -> None:
    missing = visitor.ask("/api/none")
    assert (missing.status, missing.headers["content-type"]) == (404, "application/json")
    assert "detail" in missing.json


def test_its_own_content_security_policy_lets_the_site_work(browser: Browser, live: Live, visitor: Visitor) -> None:
    policy = visitor.ask("/").headers["content-security-policy"]
    assert "unsafe-inline" not in policy  # dev's has it, for styles
    said: list[str] = []
    page = browser.new_page(base_url=live.url)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/")
    expect(page.get_by_text(HEADLINE)).to_be_visible()
    page.goto("/projects")  # a chunk of its own, and the API's 401 behind it
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.close()
    assert said == []


def test_what_one_machine_cannot_be_is_said(live: Live) -> None:
    said = " ".join(live.told["stood_in"])
    lacking = [word for word in ("the fleet:", "the VPC origin:", "WAF:", "us-west-2") if word not in said]
    assert lacking == []


def test_a_kill_leaves_no_process_and_no_directory(live: Live) -> None:
    assert (
        len(descendants(live.process.pid)) > 6
    )  # the local AWS, PostgreSQL, gunicorn, the worker, Node.js, the guardian
    assert killed(live.process) == []
    assert not Path(live.told["logs"]).exists()
