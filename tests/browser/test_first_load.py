"""What the browser fetches for the first page, and under which rules."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from member import register
from playwright.sync_api import Browser, Page, expect

from scripts.package import node

pytestmark = pytest.mark.slow

HASHED = re.compile(r"-[\w-]{8}\.(js|css)$")

WATCH = (
    "window.refused = []; addEventListener('securitypolicyviolation', event => refused.push(event.violatedDirective))"
)
INJECT = "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = true'}))"


def test_the_site_runs_under_its_content_security_policy(page: Page, policy: str) -> None:
    page.add_init_script(WATCH)
    answer = page.goto("/")
    assert answer is not None
    assert answer.header_value("content-security-policy") == policy
    register(page)
    assert page.evaluate("refused") == []


def test_a_script_that_somebody_injects_does_not_run(browser: Browser, site: str) -> None:
    with browser.new_page() as page:
        page.add_init_script(WATCH)
        page.goto(site)
        page.evaluate(INJECT)
        page.wait_for_function("refused.length > 0")
        assert page.evaluate("window.ran") is None


def test_the_page_itself_holds_no_script_and_no_style(built: Path) -> None:
    html = (built / "index.html").read_text(encoding="utf-8")
    assert "<style" not in html
    assert html.count("<script") == html.count('<script type="module" crossorigin src="/assets/') == 1


def test_a_first_visit_stays_under_120_kb_and_asks_nobody_else(page: Page, site: str, built: Path) -> None:
    found = node.find()
    script = "scripts/initial-load.mjs"
    done = subprocess.run(
        [found.program, script, "build"], cwd=built.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert [url for url in asked if not url.startswith(f"{site}/")] == []


def test_no_source_is_uploaded(built: Path) -> None:
    names = [file.name for file in built.rglob("*") if file.is_file()]
    assert [name for name in names if name.endswith((".map", ".ts", ".tsx"))] == []
    code = [name for name in names if name.endswith((".js", ".css"))]
    assert [name for name in code if not HASHED.search(name)] == []
