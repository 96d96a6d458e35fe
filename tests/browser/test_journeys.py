"""What people do on the site, in a real browser, against the real backend."""

from __future__ import annotations

import pytest
from member import join, log_in, register, reload_until
from playwright.sync_api import Page, Request, Route, expect
from uploads import DISGUISED, PDF, RESUME, picture

pytestmark = pytest.mark.slow


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_somebody_registers_logs_out_and_logs_in_again(page: Page) -> None:
    member = register(page)
    heading(page, "Projects")
    page.get_by_role("button", name="Log out").click()
    heading(page, "You learn it when you build it.")
    page.get_by_role("banner").get_by_role("link", name="Log in").click()
    log_in(page, member)
    heading(page, "Projects")
    assert page.evaluate("localStorage.getItem('access_token')")


def test_a_wrong_password_is_said_so_and_keeps_the_address(page: Page) -> None:
    member = join(page)
    page.get_by_role("button", name="Log out").click()
    page.goto("/login")
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Invalid credentials")
    expect(page.get_by_label("E-mail")).to_have_value(member.email)


def test_a_refused_field_is_marked_and_has_the_focus(page: Page) -> None:
    page.goto("/register")
    page.get_by_label("User name").fill("somebody")
    page.get_by_label("E-mail").fill("somebody@example.com")
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Create account").click()
    password = page.get_by_label("Password")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()


def test_an_uploaded_picture_is_shown_and_still_there_after_a_reload(page: Page) -> None:
    member = join(page)
    page.goto("/profile")
    page.get_by_label("Upload a picture").set_input_files(picture())
    shown = page.get_by_role("img", name=member.username)
    expect(shown).to_be_visible()
    page.reload()
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 64)


def test_a_disguised_upload_is_refused_in_words(page: Page) -> None:
    join(page)
    page.goto("/profile")
    page.get_by_label("Upload a picture").set_input_files(DISGUISED)
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_project_is_found_joined_and_left(page: Page) -> None:
    join(page)
    page.get_by_role("searchbox", name="Search projects").fill("recipe")
    page.get_by_role("link", name="Recipe box").click()
    heading(page, "Recipe box")
    page.get_by_role("button", name="Join the project").click()
    expect(page.get_by_text("You take part")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You take part")).to_be_visible()
    page.get_by_role("button", name="Leave the project").click()
    expect(page.get_by_role("button", name="Join the project")).to_be_visible()


def test_a_published_project_is_shown_with_its_picture(page: Page) -> None:
    join(page)
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Title").fill("<b>Bold</b> & 'quoted'")
    page.get_by_label("What is to be built?").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("Category").fill("Web")
    page.get_by_label("Starts").fill("2027-01-10")
    page.get_by_label("Ends").fill("2027-02-10")
    page.get_by_label("Picture").set_input_files(picture())
    page.get_by_role("button", name="Publish").click()
    heading(page, "<b>Bold</b> & 'quoted'")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.locator("img.cover")).to_have_js_property("naturalWidth", 64)


def test_a_deep_link_survives_a_reload_and_the_way_through_the_log_in(page: Page) -> None:
    page.goto("/projects?type=personal&difficulty=beginner&search=recipe")
    heading(page, "Welcome back")
    page.get_by_role("link", name="Join DiceyTech").click()
    register(page, at=page.url)
    expect(page.get_by_label("Kind")).to_have_value("personal")
    page.reload()
    expect(page.get_by_label("Difficulty")).to_have_value("beginner")
    expect(page.get_by_role("searchbox")).to_have_value("recipe")
    expect(page.get_by_role("link", name="Recipe box")).to_be_visible()


def test_an_expired_access_token_is_refreshed_once_and_nobody_notices(page: Page) -> None:
    join(page)
    heading(page, "Projects")
    page.evaluate("localStorage.setItem('access_token', 'expired')")
    refreshes: list[Request] = []
    page.on("request", lambda request: refreshes.append(request) if "/token/refresh/" in request.url else None)
    page.goto("/hackathons")  # its list and the bell's number are asked for at the same time
    expect(page.get_by_role("link", name="Build for good")).to_be_visible()
    assert len(refreshes) == 1
    assert page.evaluate("localStorage.getItem('access_token')") != "expired"


def test_a_log_in_that_is_over_leads_to_the_log_in_and_back(page: Page) -> None:
    member = join(page)
    page.evaluate("localStorage.setItem('access_token', 'expired'); localStorage.setItem('refresh_token', 'expired')")
    page.goto("/jobs")
    expect(page.get_by_text("Please log in to go on.")).to_be_visible()
    log_in(page, member)
    heading(page, "Jobs")


def test_tokens_are_worth_nothing_after_the_log_out(page: Page, site: str) -> None:
    join(page)
    access = page.evaluate("localStorage.getItem('access_token')")
    with page.expect_response("**/api/auth/logout/") as answer:
        page.get_by_role("button", name="Log out").click()
    assert answer.value.status == 205
    profile = page.request.get(f"{site}/api/auth/profile/", headers={"Authorization": f"Bearer {access}"})
    assert profile.status == 401


def test_a_job_is_applied_for_with_a_resume_that_can_be_read_again(page: Page) -> None:
    join(page)
    page.goto("/jobs")
    page.get_by_role("link", name="Backend engineer").click()
    page.get_by_label("Cover letter").fill("I build things.")
    page.get_by_label("Résumé").set_input_files(RESUME)
    page.get_by_role("button", name="Send application").click()
    expect(page.get_by_text("You have applied")).to_be_visible()
    page.goto("/jobs/applications")
    with page.expect_response("**/api/applications/*/") as answer:
        page.get_by_role("button", name="Résumé").click()
    assert page.request.get(answer.value.json()["resume"]).body() == PDF


def test_a_team_is_registered_for_a_hackathon(page: Page) -> None:
    member = join(page)
    page.goto("/hackathons")
    page.get_by_role("link", name="Build for good").click()
    page.get_by_label("Team name").fill(f"Team {member.username}")
    page.get_by_label("Other members").fill("nobody-of-that-name")
    page.get_by_role("button", name="Register the team").click()
    expect(page.get_by_label("Other members")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Other members").fill("")
    page.get_by_role("button", name="Register the team").click()
    expect(page.get_by_label("Registration").get_by_text("Your team is in")).to_be_visible()
    expect(page.get_by_text(f"Team {member.username}")).to_be_visible()


def test_who_was_named_in_a_team_may_leave_it(page: Page, phone: Page) -> None:
    named = join(phone)
    join(page)
    page.goto("/hackathons")
    page.get_by_role("link", name="Night shift").click()
    page.get_by_label("Team name").fill(f"Team with {named.username}")
    page.get_by_label("Other members").fill(named.username)
    page.get_by_role("button", name="Register the team").click()
    expect(page.get_by_label("Registration").get_by_text("Your team is in")).to_be_visible()
    expect(page.get_by_role("button", name="Leave the team")).to_have_count(0)
    phone.goto(page.url)
    phone.get_by_role("button", name="Leave the team").click()
    expect(phone.get_by_role("button", name="Register the team")).to_be_visible()


def test_who_joins_is_told_to_the_organizer(page: Page, phone: Page) -> None:
    join(page)
    page.goto("/projects/new")
    page.get_by_label("Title").fill("Told about it")
    page.get_by_label("What is to be built?").fill("A bell.")
    page.get_by_label("Category").fill("Web")
    page.get_by_label("Starts").fill("2027-01-10")
    page.get_by_label("Ends").fill("2027-02-10")
    page.get_by_role("button", name="Publish").click()
    heading(page, "Told about it")
    other = join(phone, at=page.evaluate("location.pathname"))
    phone.get_by_role("button", name="Join the project").click()
    expect(phone.get_by_text("You take part")).to_be_visible()
    page.goto("/notifications")
    told = page.get_by_role("link", name=other.username)
    reload_until(page, told)  # the worker is a moment behind
    expect(page.get_by_role("link", name="1 unread")).to_be_visible()
    told.click()
    heading(page, "Told about it")
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def test_an_api_that_is_down_is_said_so_and_asked_again(page: Page) -> None:
    join(page)
    page.route("**/api/jobs/**", lambda route: route.fulfill(status=503, json={"detail": "no release"}))
    page.goto("/jobs")
    expect(page.get_by_text("DiceyTech is being updated.")).to_be_visible()
    page.unroute("**/api/jobs/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="Backend engineer")).to_be_visible()


def test_a_page_whose_code_is_gone_is_loaded_from_the_new_release(page: Page) -> None:
    join(page)
    gone: list[str] = []

    def lose_once(route: Route) -> None:
        if gone:
            route.continue_()
        else:
            gone.append("JobsPage")
            route.fulfill(status=404, body="")

    page.route("**/assets/JobsPage-*.js", lose_once)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs").click()
    heading(page, "Jobs")
    assert gone


def test_an_unknown_address_says_so(page: Page) -> None:
    join(page)
    page.goto("/no/such/page")
    heading(page, "There is no such page")
    page.goto("/projects/999999")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
