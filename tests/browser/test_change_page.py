"""The page of a change, in a browser and from disk: it can be read by everybody, on every screen, and loads nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parent.parent.parent
# In a process of its own: the browser's driver keeps an event loop running, which Pulumi's would meet.
MAKE = """
import sys
from dataclasses import replace
from reports.examples import verdict
from reports.as_html import page

def named(name):
    found = verdict(name)
    return replace(found, report=replace(found.report, change=replace(found.report.change, stack=name)))

sys.stdout.buffer.write(page([named(name) for name in sys.argv[1:]]).encode())
"""

pytestmark = pytest.mark.slow

CHECK = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"


def made(folder: Path, *names: str) -> Path:
    """A page with these examples as its environments, named after them."""
    done = subprocess.run([sys.executable, "-c", MAKE, *names], cwd=ROOT, capture_output=True, check=True)
    (folder / "change.html").write_bytes(done.stdout)
    return folder / "change.html"


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example on one page."""
    return made(tmp_path_factory.mktemp("changes"), "refused", "risky", "harmless")


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The refused example alone."""
    return made(tmp_path_factory.mktemp("change"), "refused")


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    """The page from disk; fails the test for any request, and for anything that the browser says went wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    found = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    found.on("console", lambda message: said.append(message.text))
    found.on("request", lambda request: asked.append(request.url))
    found.goto(file.as_uri())
    yield found
    context.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {file.as_uri()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 390])
def test_the_page_has_no_serious_violation(opened: Page, scheme: Any, wide: int, built: Path) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": wide, "height": 900})
    opened.evaluate((built.parent / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = opened.evaluate(CHECK)
    assert found["passes"]
    assert [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]] == []


@pytest.mark.parametrize("wide", [1280, 390, 320])
def test_only_the_drawing_scrolls_sideways(opened: Page, wide: int) -> None:
    opened.set_viewport_size({"width": wide, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= wide


def test_a_resource_is_reached_by_tab_and_leads_to_its_judgement(opened: Page) -> None:
    resource = opened.get_by_role("link", name=re.compile("RDS instance data loss, changed")).first
    for _ in range(40):
        opened.keyboard.press("Tab")
        if resource.evaluate("link => link === document.activeElement"):
            break
    expect(resource).to_be_focused()
    opened.keyboard.press("Enter")
    judgement = opened.locator("article:target")
    expect(judgement).to_contain_text("loses its deletion protection")
    expect(judgement).to_be_in_viewport()


def test_a_resource_leads_to_its_judgement_by_a_click(opened: Page) -> None:
    opened.get_by_role("link", name=re.compile("Bucket policy security, changed")).first.click()
    expect(opened.locator("article:target")).to_contain_text("lets everyone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "size"), [("desktop", (1280, 900)), ("phone", (390, 844))])
def test_it_can_be_shown(
    browser: Browser, scheme: Any, device: str, size: tuple[int, int], refused: Path, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("DICEYTECH_SCREENSHOTS") or tmp_path)
    shown = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    shown.goto(refused.as_uri())
    expect(shown.get_by_role("heading", level=1)).to_have_text("Changes of the infrastructure: refused")
    file = folder / f"{device}-change{'-dark' if scheme == 'dark' else ''}.png"
    shown.screenshot(path=file)
    shown.close()
    assert file.stat().st_size > 5_000
