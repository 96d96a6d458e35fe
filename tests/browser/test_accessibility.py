"""Every page, checked by axe-core in the browser, light and dark, at a desk and on a phone; and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from member import join
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

VISITOR = ("/", "/login", "/register")
MEMBER = (
    "/projects",
    "/projects/1",
    "/projects/new",
    "/jobs",
    "/jobs/1",
    "/jobs/applications",
    "/jobs/new",
    "/hackathons",
    "/hackathons/1",
    "/hackathons/new",
    "/notifications",
    "/profile",
    "/no/such/page",
)
GRAVE = ("serious", "critical")
CHECK = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"


@pytest.fixture(scope="session")
def axe(built: Path) -> str:
    """The source of axe-core, as the site's lock names it."""
    return (built.parent / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def grave(page: Page, path: str, axe: str) -> list[str]:
    """Serious violations on a page that has loaded, one a line."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main").get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(CHECK)
    return [
        f"{path}: {violation['id']}: {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["page", "phone"])
def test_no_page_has_a_serious_violation(request: pytest.FixtureRequest, device: str, scheme: Any, axe: str) -> None:
    page: Page = request.getfixturevalue(device)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    wrong = [line for path in VISITOR for line in grave(page, path, axe)]
    join(page)
    wrong += [line for path in MEMBER for line in grave(page, path, axe)]
    assert wrong == []


def test_a_page_without_a_label_would_be_found(page: Page, axe: str) -> None:
    page.goto("/login")
    page.get_by_label("Password").evaluate("input => input.labels[0].remove()")
    page.evaluate(axe)
    assert "label" in [violation["id"] for violation in page.evaluate(CHECK)["violations"]]


def test_a_new_page_takes_the_focus_to_its_heading(page: Page) -> None:
    join(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_focused()
    expect(page).to_have_title("Jobs · DiceyTech")


def test_the_keyboard_skips_to_the_content(page: Page) -> None:
    page.goto("/login")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()


@pytest.mark.parametrize("path", VISITOR)
def test_no_page_scrolls_sideways_on_a_narrow_phone(phone: Page, path: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(path)
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_no_page_of_a_member_scrolls_sideways_on_a_narrow_phone(phone: Page) -> None:
    join(phone)
    phone.set_viewport_size({"width": 320, "height": 640})
    wide = []
    for path in MEMBER:
        phone.goto(path)
        expect(phone.get_by_role("heading", level=1)).to_be_visible()
        expect(phone.get_by_role("status", name="Loading")).to_have_count(0)
        wide += [path] if phone.evaluate("document.documentElement.scrollWidth") > 320 else []
    assert wide == []
