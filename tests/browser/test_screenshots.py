"""Pictures of the main pages for the README: `make screenshots` writes them into docs/screenshots/."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from member import Member, log_in
from playwright.sync_api import Page, expect
from uploads import picture

from scripts.demo import EMAIL

pytestmark = pytest.mark.slow

PAGES = {
    "projects": "/projects",
    "project": "/projects/1",
    "new-project": "/projects/new",
    "jobs": "/jobs",
    "job": "/jobs/2",
    "new-job": "/jobs/new",
    "hackathons": "/hackathons",
    "hackathon": "/hackathons/3",
    "new-hackathon": "/hackathons/new",
    "notifications": "/notifications",
    "profile": "/profile",
}
IN_DARK = ("projects", "job")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they go: DICEYTECH_SCREENSHOTS, else a directory that is thrown away."""
    return Path(os.environ.get("DICEYTECH_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))


def take(page: Page, path: str, file: Path) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    expect(page.locator(".toast")).to_have_count(0)
    page.screenshot(path=file)
    assert file.stat().st_size > 5_000


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_the_main_pages_can_be_shown(
    request: pytest.FixtureRequest, device: str, folder: Path, product: tuple[str, str]
) -> None:
    password = product[1]
    page: Page = request.getfixturevalue("page" if device == "desktop" else device)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    take(page, "/", folder / f"{device}-home.png")
    take(page, "/register", folder / f"{device}-register.png")
    page.goto("/login?next=/profile")
    log_in(page, Member(username="demo", email=EMAIL), password)
    page.get_by_label("Upload a picture").set_input_files(picture(256))
    expect(page.get_by_role("img", name="Dana Reyes")).to_be_visible()
    for name, path in PAGES.items():
        take(page, path, folder / f"{device}-{name}.png")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for name in IN_DARK:
        take(page, PAGES[name], folder / f"{device}-{name}-dark.png")
