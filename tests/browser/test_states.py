"""What a list shows while it loads, when there is nothing in it, and when it cannot be had; and the way by keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from member import PASSWORD, join
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.slow

LISTS = {
    "/projects": ("**/api/projects/**", "No projects yet"),
    "/jobs": ("**/api/jobs/**", "No jobs yet"),
    "/jobs/applications": ("**/api/applications/**", "You have not applied yet"),
    "/hackathons": ("**/api/hackathons/**", "No hackathons yet"),
    "/notifications": ("**/api/notifications/?page=*", "All quiet"),
}
NOTHING = {"count": 0, "next": None, "previous": None, "results": []}
# Whether the keyboard's focus has a ring: around the element, or around the card that its link fills.
SEEN = """() => {
  const ring = ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  return [null, '::after'].some((part) => ring(getComputedStyle(document.activeElement, part)));
}"""


@dataclass
class LateAnswer:
    """An empty list, for requests before and after it is given."""

    given: bool = False
    waiting: list[Route] = field(default_factory=list)

    def take(self, route: Route) -> None:
        if self.given:
            route.fulfill(json=NOTHING)
        else:
            self.waiting.append(route)

    def give(self) -> None:
        self.given = True
        for route in self.waiting:
            route.fulfill(json=NOTHING)


def test_every_list_has_words_for_loading_for_nothing_and_for_failing(page: Page) -> None:
    join(page)
    for path, (pattern, empty) in LISTS.items():
        answer = LateAnswer()
        page.route(pattern, answer.take)
        page.goto(path)
        expect(page.get_by_role("status", name="Loading")).to_be_visible()
        answer.give()
        expect(page.get_by_role("heading", name=empty)).to_be_visible()
        page.unroute(pattern)
        page.route(pattern, lambda route: route.fulfill(status=503, json={"detail": "no release"}))
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("DiceyTech is being updated")
        page.unroute(pattern)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("alert")).to_have_count(0)


def test_somebody_with_a_keyboard_alone_logs_in_and_joins_a_project_and_sees_where_they_are(page: Page) -> None:
    member = join(page)
    page.get_by_role("button", name="Log out").click()
    page.goto("/login?next=/projects")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    tab_to(page, "E-mail")
    page.keyboard.type(member.email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Tiny ray tracer")).to_be_visible()
    tab_to(page, "Tiny ray tracer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tiny ray tracer", level=1)).to_be_focused()
    tab_to(page, "Join the project")
    page.keyboard.press("Space")
    expect(page.get_by_text("You take part")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has that label or text is focused; everything on the way shows that it is."""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML")[:200]
        said = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()")
        if said == name:
            return
    raise AssertionError(f"Tab never leads to {name}")
