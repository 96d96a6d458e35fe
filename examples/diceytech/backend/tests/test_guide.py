"""The platform guide's contract: a client written against it works unchanged."""

from __future__ import annotations

import re

import pytest
from accounts.models import User
from django.apps import apps
from django.test import Client
from rest_framework.test import APIClient

from tests.conftest import PASSWORD, picture, project

# As the guide declares them: name, kind, then what differs from Django's defaults. `max=` is max_length.
FIELDS = {
    "accounts.User": """
        email Email unique; profile_picture Image blank null; bio Text max=500 blank; location Char max=100 blank
        website URL blank; github_url URL blank; linkedin_url URL blank; twitter_url URL blank; phone Char max=20 blank
        skills ManyToMany blank; goals Text max=200 blank
        created_at DateTime auto_now_add; updated_at DateTime auto_now
    """,
    "accounts.Skill": "name Char max=50 unique; category Char max=50",
    "accounts.Experience": """
        user ForeignKey; title Char max=100; company Char max=100; start_date Date; end_date Date null blank
        description Text; is_current Boolean default=False
    """,
    "accounts.Education": """
        user ForeignKey; degree Char max=100; school Char max=100; start_date Date; end_date Date null blank
        description Text
    """,
    "projects.Project": """
        title Char max=200; description Text; project_type Char max=20; difficulty Char max=20; category Char max=50
        technologies ManyToMany; start_date DateTime; end_date DateTime; prize_amount Decimal null blank
        max_participants Integer default=100; organizer ForeignKey; participants ManyToMany; image Image blank null
        is_active Boolean default=True; created_at DateTime auto_now_add; updated_at DateTime auto_now
    """,
    "projects.ProjectParticipation": """
        user ForeignKey; project ForeignKey; joined_at DateTime auto_now_add; status Char max=20 default=active
    """,
    "jobs.Job": """
        title Char max=200; company Char max=100; description Text; requirements Text; job_type Char max=20
        location_type Char max=20; location Char max=100; salary_min Decimal null blank; salary_max Decimal null blank
        skills_required ManyToMany; company_logo Image blank null; posted_by ForeignKey; is_active Boolean default=True
        created_at DateTime auto_now_add; updated_at DateTime auto_now
    """,
    "jobs.JobApplication": """
        job ForeignKey; applicant ForeignKey; cover_letter Text blank; resume File blank null
        status Char max=20 default=pending; applied_at DateTime auto_now_add; updated_at DateTime auto_now
    """,
}
DECLARED = [
    (model, *line.split(maxsplit=1))
    for model, text in FIELDS.items()
    for line in re.split(r"[;\n]", text)
    if line.strip()
]
COMPARED = {"unique", "blank", "null", "auto_now", "auto_now_add", "default", "max_length"}
PREFIXES = {
    ("accounts.User", "profile_picture"): "profile_pics/",
    ("projects.Project", "image"): "project_images/",
    ("jobs.Job", "company_logo"): "company_logos/",
    ("jobs.JobApplication", "resume"): "resumes/",
}
RELATED_NAMES = {"experiences", "education", "organized_projects", "joined_projects", "job_applications"}
CHOICES = {
    ("projects.Project", "project_type"): ["hackathon", "practice", "personal"],
    ("projects.Project", "difficulty"): ["beginner", "intermediate", "advanced"],
    ("jobs.Job", "job_type"): ["full-time", "part-time", "contract", "internship"],
    ("jobs.Job", "location_type"): ["remote", "on-site", "hybrid"],
    ("jobs.JobApplication", "status"): ["pending", "reviewed", "interviewed", "accepted", "rejected"],
}


@pytest.mark.parametrize(("model", "field", "declared"), DECLARED)
def test_every_field_is_declared_as_the_guide_declares_it(model: str, field: str, declared: str) -> None:
    kind, *wanted = declared.split()
    found = apps.get_model(model)._meta.get_field(field)
    _, path, _, arguments = found.deconstruct()
    assert path.rpartition(".")[2] in (kind, f"{kind}Field")
    given = {name: value for name, value in arguments.items() if name in COMPARED}
    if kind in ("Image", "File", "Email", "URL"):
        given.pop("max_length", None)  # Django's own
    said = {name if value is True else f"{name}={value}".replace("max_length", "max") for name, value in given.items()}
    assert {word.removesuffix("=True") for word in wanted} == said


@pytest.mark.parametrize(("model", "field"), PREFIXES)
def test_files_are_kept_under_the_guides_prefixes(model: str, field: str) -> None:
    kept = apps.get_model(model)._meta.get_field(field).generate_filename(None, "me.png")
    assert kept.startswith(PREFIXES[model, field])


def test_money_has_the_guides_precision() -> None:
    for model, field in (("projects.Project", "prize_amount"), ("jobs.Job", "salary_min"), ("jobs.Job", "salary_max")):
        money = apps.get_model(model)._meta.get_field(field)
        assert (money.max_digits, money.decimal_places) == (10, 2)


@pytest.mark.parametrize(("model", "field"), CHOICES)
def test_choices_are_the_guides(model: str, field: str) -> None:
    assert [value for value, _ in apps.get_model(model)._meta.get_field(field).choices] == CHOICES[model, field]


def test_related_names_are_the_guides() -> None:
    assert {name for name in RELATED_NAMES if not hasattr(User, name)} == set()
    assert hasattr(apps.get_model("jobs.Job"), "applications")


@pytest.mark.django_db
def test_the_guides_curl_calls_work() -> None:
    curl = Client()
    body = '{"username": "testuser", "email": "test@example.com", "password": "testpass123"}'
    registered = curl.post("/api/auth/register/", body, content_type="application/json")
    assert registered.status_code == 201, registered.content
    assert registered.json() == {
        "id": registered.json()["id"],
        "username": "testuser",
        "email": "test@example.com",
        "first_name": "",
        "last_name": "",
    }
    body = '{"email": "test@example.com", "password": "testpass123"}'
    logged_in = curl.post("/api/auth/login/", body, content_type="application/json")
    assert logged_in.status_code == 200
    assert set(logged_in.json()) == {"refresh", "access", "user"}

    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {logged_in.json()['access']}")
    uploaded = client.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    assert uploaded.status_code == 200
    assert uploaded.json()["profile_picture"].startswith("https://cdn.example/media/profile_pics/")


@pytest.mark.django_db
def test_a_wrong_password_is_400_with_the_guides_error(ada: User) -> None:
    answer = APIClient().post("/api/auth/login/", {"email": ada.email, "password": "wrong"})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid credentials"})


def test_the_guides_client_may_keep_its_first_refresh_token(ada: User) -> None:
    client = APIClient()
    first = client.post("/api/auth/login/", {"email": ada.email, "password": PASSWORD}).json()["refresh"]
    for _ in range(2):
        answer = client.post("/api/token/refresh/", {"refresh": first})
        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh"}


def test_joining_answers_as_the_guide_says(as_bob: APIClient, ada: User) -> None:
    path = f"/api/projects/{project(ada).pk}/join/"
    first, second = as_bob.post(path), as_bob.post(path)
    assert (first.status_code, first.json()) == (200, {"message": "Successfully joined project"})
    assert (second.status_code, second.json()) == (400, {"message": "Already joined this project"})
    missing = as_bob.post("/api/projects/999999/join/")
    assert (missing.status_code, missing.json()) == (404, {"error": "Project not found"})


def test_projects_are_filtered_by_type_and_difficulty_and_paged_by_twenty(as_ada: APIClient, ada: User) -> None:
    for _ in range(21):
        project(ada, project_type="hackathon", difficulty="advanced")
    project(ada, title="Other")
    page = as_ada.get("/api/projects/", {"type": "hackathon", "difficulty": "advanced"}).json()
    assert set(page) == {"count", "next", "previous", "results"}
    assert (page["count"], len(page["results"]), page["previous"]) == (21, 20, None)
    assert as_ada.get(page["next"]).json()["count"] == 21
    assert [one["title"] for one in as_ada.get("/api/projects/", {"type": "practice"}).json()["results"]] == ["Other"]
    assert as_ada.get("/api/projects/", {"type": "practice", "difficulty": "advanced"}).json()["count"] == 0


def test_everything_else_needs_a_token() -> None:
    for path in ("/api/projects/", "/api/jobs/", "/api/hackathons/", "/api/notifications/", "/api/auth/profile/"):
        assert APIClient().get(path).status_code == 401, path
