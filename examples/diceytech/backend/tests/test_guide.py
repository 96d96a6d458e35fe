"""The platform guide's contract: a client written against it works unchanged."""

from __future__ import annotations

import pytest
from accounts.models import User
from django.apps import apps
from django.test import Client
from rest_framework.test import APIClient

from tests.conftest import PASSWORD, picture, project

FIELDS = {
    "accounts.User": "email profile_picture bio location website github_url linkedin_url twitter_url phone skills "
    "goals created_at updated_at",
    "accounts.Skill": "name category",
    "accounts.Experience": "user title company start_date end_date description is_current",
    "accounts.Education": "user degree school start_date end_date description",
    "projects.Project": "title description project_type difficulty category technologies start_date end_date "
    "prize_amount max_participants organizer participants image is_active created_at updated_at",
    "projects.ProjectParticipation": "user project joined_at status",
    "jobs.Job": "title company description requirements job_type location_type location salary_min salary_max "
    "skills_required company_logo posted_by is_active created_at updated_at",
    "jobs.JobApplication": "job applicant cover_letter resume status applied_at updated_at",
}
RELATED_NAMES = {"experiences", "education", "organized_projects", "joined_projects", "job_applications"}
CHOICES = {
    ("projects.Project", "project_type"): ["hackathon", "practice", "personal"],
    ("projects.Project", "difficulty"): ["beginner", "intermediate", "advanced"],
    ("jobs.Job", "job_type"): ["full-time", "part-time", "contract", "internship"],
    ("jobs.Job", "location_type"): ["remote", "on-site", "hybrid"],
    ("jobs.JobApplication", "status"): ["pending", "reviewed", "interviewed", "accepted", "rejected"],
}


@pytest.mark.parametrize("model", FIELDS)
def test_every_model_has_the_guides_fields(model: str) -> None:
    assert set(FIELDS[model].split()) <= {field.name for field in apps.get_model(model)._meta.get_fields()}


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
