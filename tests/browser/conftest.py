"""The built site in a real browser, in front of the real backend. Skipped, with the reason, where a part is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.config_source import load_sections
from infra.errors import PlatformError
from scripts import demo
from scripts.package import node
from scripts.package import website as package_website
from scripts.package.variables import website

ROOT = Path(__file__).parent.parent.parent
# Without these, Chromium looks up its maker's hosts at every start; as root it has no sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The browser notes what a test has refused on purpose; the page shows it in words. A 500 is nobody's purpose.
REFUSALS = tuple(f"Failed to load resource: the server responded with a status of {status}" for status in (4, 503))
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 60_000  # ms: how long what must come may take on a machine that does other things too
# One address makes every account here; the product's own limits are tested where they are meant.
MANY = {"REGISTER_RATE": "10000/hour", "LOGIN_ADDRESS_RATE": "10000/minute"}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium is here: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from its lock as `diceytech package website` does, in a copy of its sources."""
    try:
        found = node.find()
    except PlatformError as error:
        pytest.skip(str(error))
    frontend, variables = website(ROOT, None, rehearsed=False)
    room = tmp_path_factory.mktemp("website")
    shutil.copytree(
        ROOT / frontend.path,
        room / frontend.path,
        ignore=shutil.ignore_patterns("node_modules", frontend.build_output, "source-maps"),
    )
    wanted = package_website.plan(room, frontend, variables)
    return package_website.build(wanted, found, lambda _step: None).directory


@pytest.fixture(scope="session")
def policy() -> str:
    """The Content-Security-Policy that dev's pages get."""
    return str(load_sections(ROOT, "dev")["website"].content_security_policy)  # type: ignore[attr-defined] # a Section


@pytest.fixture(scope="session")
def product(built: Path) -> Iterator[tuple[str, str]]:
    """Address of the product as `make demo` runs it, with the site just built, and the demo user's password."""
    if not (ROOT / "examples/diceytech/backend/.venv/.ready").exists():
        pytest.skip("the backend's environment is not there: make backend")
    with demo.running(ROOT, port=0, data=None, site_build=built, variables=MANY) as (address, password, _logs):
        yield address, password


@pytest.fixture(scope="session")
def site(product: tuple[str, str]) -> str:
    """Address of the product."""
    return product[0]


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh visitor at a desk; fails the test for anything that the page says went wrong."""
    yield from visit(browser, site, DESKTOP)


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh visitor with a phone."""
    yield from visit(browser, site, PHONE)


def visit(browser: Browser, site: str, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(base_url=site, viewport=size, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if not text.startswith(REFUSALS)] == []
