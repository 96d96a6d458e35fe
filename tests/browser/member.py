"""A member of the site, and what one does to be one."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass

from playwright.sync_api import Locator, Page, expect

PASSWORD = "a long dicey password"
WORKER_WITHIN = 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who somebody is on the site."""

    username: str
    email: str


def somebody() -> Member:
    """Who nobody is yet."""
    name = f"user-{secrets.token_hex(4)}"
    return Member(username=name, email=f"{name}@example.com")


def register(page: Page, *, at: str = "/register") -> Member:
    """Fills in the form as somebody new; ends on the page that follows."""
    member = somebody()
    page.goto(at)
    page.get_by_label("User name").fill(member.username)
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("link", name="Your profile")).to_be_visible()
    return member


def join(page: Page, *, at: str = "/projects") -> Member:
    """Becomes somebody new by the API, which takes less time than the form, and opens a page."""
    member = somebody()
    made = page.request.post("/api/auth/register/", data={**asdict(member), "password": PASSWORD})
    assert made.status == 201, made.text()
    answer = page.request.post("/api/auth/login/", data={"email": member.email, "password": PASSWORD}).json()
    kept = {"access_token": answer["access"], "refresh_token": answer["refresh"], "user": json.dumps(answer["user"])}
    page.goto("/robots.txt")  # of the site, and without its program
    page.evaluate("kept => Object.assign(localStorage, kept)", kept)
    page.goto(at)
    expect(page.get_by_role("link", name="Your profile")).to_be_visible()
    return member


def log_in(page: Page, member: Member, password: str = PASSWORD) -> None:
    """Logs in by the form that is shown."""
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def reload_until(page: Page, wanted: Locator) -> None:
    """Loads the page again until what the worker does behind it is there."""
    deadline = time.monotonic() + WORKER_WITHIN
    while True:
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        if wanted.count() or time.monotonic() > deadline:
            break
        page.reload()
    expect(wanted).to_be_visible()
