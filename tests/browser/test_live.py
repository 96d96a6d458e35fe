"""`diceytech live`: the platform's distribution in front of a released backend and a deployed website."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from drheader import Drheader
from drheader.utils import preset_rules
from live_world import (
    DICEYTECH,
    HEADLINE,
    NEXT_HEADLINE,
    ROOT,
    Answer,
    Live,
    Visitor,
    ask,
    next_release,
    running,
    through_the_gate,
)
from member import PASSWORD, register
from playwright.sync_api import Browser, Page, expect
from uploads import PDF, RESUME, picture

from tests.processes import descendants

pytestmark = pytest.mark.slow

PATIENCE = 60_000  # ms; a machine that runs other tests too is slow
# What the judge's own rules ask for and is not so here: files of the site are public and are to be kept, or asked for
# again by their ETag, not `no-store`; Django's admin says more than the two words that are asked for; and small
# pictures may be data URLs, as bundlers write them.
KEPT_OTHERWISE = (
    "the admin",
    "the entry page",
    "a deep link",
    "config.json",
    "an asset that is not there",
    "a deploy's own record",
    "a picture that is not there",
    "a resume",
)
DATA_IMAGES = "Content-Security-Policy - img-src"
SECURITY = ("strict-transport-security", "x-content-type-options", "x-frame-options", "referrer-policy")


@pytest.fixture(scope="session")
def live(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The command, with the site just built."""
    if not (ROOT / "examples/diceytech/backend/.venv/.ready").exists():
        pytest.skip("the backend's environment is not there: make backend")
    with running(built, tmp_path_factory.mktemp("live") / "stderr") as found:
        yield found


@pytest.fixture(scope="session")
def visitor(live: Live) -> Visitor:
    """Somebody with the gate's password, and an account."""
    found = through_the_gate(live)
    made = found.post("/api/auth/register/", username="edge", email="edge@example.com", password=PASSWORD)
    assert made.status == 201, made.body
    logged_in = found.post("/api/auth/login/", email="edge@example.com", password=PASSWORD)
    found.token = logged_in.json["access"]
    return found


def answers(live: Live, visitor: Visitor) -> dict[str, tuple[int, Answer]]:
    """One answer of each kind, with the status that it must have."""
    wanted = {
        "the entry page": ("/", 200),
        "a deep link": ("/projects/1", 200),
        "config.json": ("/config.json", 200),
        "an asset that is not there": ("/assets/none.js", 404),
        "a deploy's own record": ("/.releases/current.json", 403),
        "the API": ("/api/projects/", 200),
        "an API's 404": ("/api/none", 404),
        "a folder of the backend": ("/admin", 302),
        "the admin": ("/admin/", 302),
        "a picture that is not there": ("/media/profile_pics/none.png", 403),
        "a resume": ("/media/resumes/none.pdf", 403),
    }
    found = {what: (status, visitor.ask(path)) for what, (path, status) in wanted.items()}
    stranger = Visitor(live=live)
    for what in ("/", "/api/projects/", "/media/profile_pics/none.png"):
        found[f"{what} without the gate's password"] = (401, stranger.ask(what))
    return found


def test_every_answer_has_its_status_and_the_security_headers(live: Live, visitor: Visitor) -> None:
    found = answers(live, visitor)
    assert {what: answer.status for what, (_, answer) in found.items()} == {
        what: status for what, (status, _) in found.items()
    }
    lacking = {what: [name for name in SECURITY if name not in answer.headers] for what, (_, answer) in found.items()}
    assert {what: names for what, names in lacking.items() if names} == {}


def judged(answer: Answer, rules: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Rule and severity of each finding; by the tool's own rules unless given."""
    cookies = {"set-cookie": [answer.headers["set-cookie"]]} if "set-cookie" in answer.headers else {}
    found = Drheader(headers={**answer.headers, **cookies}).analyze(rules)
    return [(one.rule, one.severity) for one in found]


def test_an_outside_judge_of_headers_finds_nothing_grave(live: Live, visitor: Visitor) -> None:
    grave: dict[str, set[str]] = {}
    for what, (_, answer) in answers(live, visitor).items():
        accepted = {DATA_IMAGES, *(["Cache-Control"] if what in KEPT_OTHERWISE else [])}
        grave[what] = {rule for rule, severity in judged(answer) if severity == "high"} - accepted
    assert {what: rules for what, rules in grave.items() if rules} == {}


def test_every_answer_meets_the_header_rules_of_owasp_asvs(live: Live, visitor: Visitor) -> None:
    rules = preset_rules("owasp-asvs-v14")
    found = {what: judged(answer, rules) for what, (_, answer) in answers(live, visitor).items()}
    assert {what: findings for what, findings in found.items() if findings} == {}


def test_a_deep_link_gets_the_entry_page_and_an_unknown_path_of_the_api_stays_json(visitor: Visitor) -> None:
    assert visitor.ask("/projects/1").body == visitor.ask("/").body
    missing = visitor.ask("/api/none")
    assert missing.headers["content-type"] == "application/json"
    assert "detail" in missing.json


def test_a_picture_is_public_and_a_resume_needs_its_signature(live: Live, visitor: Visitor) -> None:
    picture_url = visitor.upload("/api/auth/profile/", "profile_picture", picture()).json["profile_picture"]
    assert picture_url.startswith(f"{live.url}/media/profile_pics/")
    shown = visitor.ask(urlsplit(picture_url).path)
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]

    job = visitor.ask("/api/jobs/").json["results"][0]["id"]
    applied = visitor.upload(f"/api/jobs/{job}/apply/", "resume", RESUME, method="POST")
    assert applied.status == 201, applied.body
    applications = visitor.ask("/api/applications/").json
    number = applications["results"][0]["id"]
    signed = urlsplit(visitor.ask(f"/api/applications/{number}/").json["resume"])
    bucket, _, key = signed.path.lstrip("/").partition("/")
    assert bucket == live.told["outputs"]["media_bucket"]
    assert key.startswith("resumes/")
    host = {"Host": signed.netloc}
    assert ask(live.aws_port, f"{signed.path}?{signed.query}", headers=host).body == PDF
    tampered = signed.query.replace("X-Amz-Expires=300", "X-Amz-Expires=3000")
    assert tampered != signed.query
    assert ask(live.aws_port, f"{signed.path}?{tampered}", headers=host).status == 403
    assert ask(live.aws_port, signed.path, headers=host).status == 403
    for path in (f"/media/{key}", f"/media/profile_pics/../{key}", f"/media//{key}", f"/media/%72{key[1:]}"):
        assert visitor.ask(path).status in (403, 404), path


def test_nobody_reads_the_buckets_past_the_distribution(live: Live) -> None:
    bucket = live.told["outputs"]["website_bucket"]
    for path in (f"/{bucket}/index.html", f"/{bucket}"):
        refused = ask(live.aws_port, path, headers={})
        assert (refused.status, b"AccessDenied" in refused.body) == (403, True)


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    """A fresh visitor with the gate's password, whose page says nothing that went wrong."""
    yield from visit(browser, live)


@pytest.fixture
def fresh(browser: Browser, live: Live) -> Iterator[Page]:
    """Another one."""
    yield from visit(browser, live)


def visit(browser: Browser, live: Live) -> Iterator[Page]:
    username, password = live.gate
    context = browser.new_context(
        base_url=live.url,
        http_credentials={"username": username, "password": password},
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if "status of 401" not in text] == []


def shoot(page: Page, name: str) -> None:
    """A picture for docs/screenshots, where `make screenshots` asks for one."""
    if folder := os.environ.get("DICEYTECH_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_somebody_registers_and_joins_a_project_through_the_edge(page: Page) -> None:
    register(page)
    page.goto("/projects?search=recipe")
    page.get_by_role("link", name="Recipe box").click()
    page.get_by_role("button", name="Join the project").click()
    expect(page.get_by_text("You take part")).to_be_visible()
    shoot(page, "live-joined")
    page.reload()
    expect(page.get_by_text("You take part")).to_be_visible()


def test_an_open_tab_goes_on_through_a_release_and_a_rollback_is_seen_by_a_fresh_one(
    page: Page, fresh: Page, live: Live, built: Path, tmp_path: Path
) -> None:
    failed: list[str] = []
    loaded: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else loaded.append(answer.url))
    page.goto("/")
    expect(page.get_by_text(HEADLINE)).to_be_visible()
    page.evaluate("window.sameTab = true")
    old = {file.name for file in built.rglob("*.js")}

    build = next_release(built, tmp_path / "next")
    released = live.run("deploy", "website", "--env", "dev", "--dir", str(build))
    assert re.search(r"serves release 2\b", released), released
    fresh.goto("/")
    expect(fresh.get_by_text(NEXT_HEADLINE)).to_be_visible()
    shoot(fresh, "live-second-release")
    loaded.clear()
    page.get_by_role("banner").get_by_role("link", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.get_by_role("link", name="Join DiceyTech").click()
    expect(page.get_by_label("User name")).to_be_visible()
    chunks = {url.rpartition("/")[2] for url in loaded if "/assets/" in url and url.endswith(".js")}
    assert chunks
    assert chunks <= old
    assert page.evaluate("window.sameTab") is True  # it was not loaded anew
    assert failed == []

    live.run("rollback", "website", "--env", "dev")
    fresh.goto("/")
    expect(fresh.get_by_text(HEADLINE)).to_be_visible()


def test_a_port_in_use_is_said_before_anything_starts(live: Live, built: Path) -> None:
    command = [*DICEYTECH, "live", "--port", str(live.port), "--dir", str(built)]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error port {live.port} is taken")


def test_ctrl_c_ends_it_all_and_leaves_nothing(live: Live) -> None:
    started = descendants(live.process.pid)
    assert len(started) > 5  # the local AWS, PostgreSQL, gunicorn, the worker, Node.js
    live.process.send_signal(signal.SIGINT)
    live.process.send_signal(signal.SIGINT)  # an impatient one
    assert live.process.wait(timeout=120) == 0
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    assert not Path(live.told["logs"]).exists()
