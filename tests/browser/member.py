"""A member of the site, and what one does to be one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from playwright.sync_api import Page, expect

PASSWORD = "a long dicey password"


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who somebody is on the site."""

    username: str
    email: str


def register(page: Page, *, at: str = "/register") -> Member:
    """Fills in the form as somebody new; ends on the page that follows."""
    name = f"user-{secrets.token_hex(4)}"
    member = Member(username=name, email=f"{name}@example.com")
    page.goto(at)
    page.get_by_label("User name").fill(member.username)
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("link", name="Your profile")).to_be_visible()
    return member


def log_in(page: Page, member: Member, password: str = PASSWORD) -> None:
    """Logs in by the form that is shown."""
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
