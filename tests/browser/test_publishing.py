"""What people offer on the site: jobs and hackathons that they publish, and what they do with them afterwards."""

from __future__ import annotations

import re

import pytest
from member import join, reload_until
from playwright.sync_api import Browser, Page, expect
from uploads import RESUME, picture

pytestmark = pytest.mark.slow


def fill(page: Page, **values: str) -> None:
    """Fields by their names in the form."""
    for name, value in values.items():
        page.locator(f"form [name={name}]").fill(value)


def post_a_job(page: Page, title: str) -> None:
    page.goto("/jobs")
    page.get_by_role("link", name="Post a job").click()
    fill(page, title=title, company="<i>Acme</i>", description="Build & test.", requirements="Care.", location="Berlin")
    page.get_by_label("Kind").select_option("Contract")
    page.get_by_label("Place").select_option("Hybrid")
    page.get_by_role("checkbox", name="Python").check()


def test_a_posted_job_takes_applications_until_its_poster_closes_it(page: Page, phone: Page) -> None:
    join(page)
    post_a_job(page, "Tester of dice")
    page.get_by_label("Logo").set_input_files(picture())
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Tester of dice", level=1)).to_be_visible()
    expect(page.get_by_text("<i>Acme</i>")).to_be_visible()
    expect(page.locator("img.company")).to_have_js_property("naturalWidth", 64)
    expect(page.get_by_text("Nobody yet")).to_be_visible()

    applicant = join(phone, at=page.evaluate("location.pathname"))
    phone.get_by_label("Cover letter").fill("I roll well.")
    phone.get_by_label("Résumé").set_input_files(RESUME)
    phone.get_by_role("button", name="Send application").click()
    expect(phone.get_by_text("You have applied")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name=applicant.username)).to_be_visible()
    page.get_by_label(f"Status of {applicant.username}").select_option("Interviewed")
    expect(page.get_by_text(f"{applicant.username}: interviewed")).to_be_visible()
    page.get_by_role("button", name="Close this job").click()
    expect(page.get_by_role("button", name="Open it again")).to_be_visible()

    phone.goto("/notifications")
    reload_until(phone, phone.get_by_text("Your application for Tester of dice is interviewed"))
    phone.goto("/jobs?search=tester")
    expect(phone.get_by_role("heading", name="No job fits")).to_be_visible()
    page.goto("/jobs?mine=posted")
    expect(page.get_by_role("link", name="Tester of dice")).to_be_visible()


def test_a_salary_that_is_upside_down_is_marked_and_nothing_is_lost(page: Page) -> None:
    join(page)
    post_a_job(page, "Upside down")
    fill(page, salary_min="500", salary_max="100")
    page.get_by_role("button", name="Publish").click()
    highest = page.get_by_label("Highest salary")
    expect(highest).to_be_focused()
    expect(highest).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Title")).to_have_value("Upside down")
    expect(page.get_by_role("checkbox", name="Python")).to_be_checked()


def test_a_hackathon_is_published_once_its_dates_make_sense(page: Page) -> None:
    join(page)
    page.goto("/hackathons")
    page.get_by_role("link", name="New hackathon").click()
    fill(page, title="Dice jam", description="Roll it.", theme="Games", start_date="2027-03-05", end_date="2027-03-07")
    fill(page, registration_deadline="2027-03-09", max_teams="2", prize_amount="1000")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_label("Register by")).to_have_attribute("aria-invalid", "true")
    fill(page, registration_deadline="2027-03-01")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Dice jam", level=1)).to_be_visible()
    for shown in ("Mar 7, 2027", "Online", "0 of 2, 4 people each", "$1,000", "Mar 1, 2027"):
        expect(page.get_by_label("Registration").get_by_text(shown)).to_be_visible()
    page.goto("/hackathons?mine=organized")
    expect(page.get_by_role("link", name="Dice jam")).to_be_visible()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_a_day_stays_the_day_that_was_entered(browser: Browser, product: tuple[str, str], zone: str) -> None:
    with browser.new_context(base_url=product[0], timezone_id=zone, locale="en-GB") as context:
        page = context.new_page()
        join(page, at="/projects/new")
        fill(
            page,
            title="Far away",
            description="Where?",
            category="Maps",
            start_date="2027-01-10",
            end_date="2027-02-10",
        )
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(re.compile("Jan 10 . Feb 10, 2027"))).to_be_visible()
        page.goto("/profile")
        page.get_by_role("button", name="Add experience").click()
        fill(page, title="Sailor", company="Sea", start_date="2024-05-01")
        page.get_by_label("What did you do?").fill("Sailed.")
        page.get_by_role("button", name="Add experience").click()
        expect(page.get_by_text("May 1, 2024")).to_be_visible()
