"""Multipart forms: what one leaves out is as if JSON left it out."""

from __future__ import annotations

from typing import Any

import pytest
from accounts.models import Skill
from rest_framework.test import APIClient

from tests.conftest import picture
from tests.test_jobs import JOB
from tests.test_projects import NEW

pytestmark = pytest.mark.django_db
HACKATHON = {
    "title": "Night",
    "description": "Code",
    "start_date": "2030-01-01T00:00:00Z",
    "end_date": "2030-01-03T00:00:00Z",
    "registration_deadline": "2030-01-01T00:00:00Z",
}
POSITION = {"title": "Engineer", "company": "Acme", "start_date": "2024-05-01", "description": "Built"}


@pytest.mark.parametrize(
    ("path", "body"), [("/api/projects/", NEW), ("/api/jobs/", JOB), ("/api/hackathons/", HACKATHON)]
)
def test_what_a_form_makes_is_open_and_stays_as_it_is(path: str, body: dict[str, Any], as_ada: APIClient) -> None:
    made = as_ada.post(path, body, format="multipart").json()
    one = f"{path}{made['id']}/"
    assert made["is_active"] is True
    assert as_ada.put(one, body, format="multipart").json()["is_active"] is True
    assert as_ada.put(one, {**body, "is_active": "false"}, format="multipart").json()["is_active"] is False
    assert as_ada.put(one, body, format="multipart").json()["is_active"] is False


def test_a_form_leaves_flags_and_lists_as_they_are(as_ada: APIClient, python_skill: Skill) -> None:
    position = as_ada.post("/api/auth/experiences/", {**POSITION, "is_current": True}).json()
    path = f"/api/auth/experiences/{position['id']}/"
    assert as_ada.put(path, POSITION, format="multipart").json()["is_current"] is True
    made = as_ada.post("/api/projects/", {**NEW, "technologies": [python_skill.pk]}, format="multipart").json()
    path = f"/api/projects/{made['id']}/"
    assert as_ada.put(path, NEW, format="multipart").json()["technologies"] == [python_skill.pk]


def test_a_file_input_that_was_left_empty_keeps_what_is_there(as_ada: APIClient) -> None:
    path = "/api/auth/profile/"
    kept = as_ada.patch(path, {"profile_picture": picture()}, format="multipart").json()["profile_picture"]
    assert kept
    form = (
        '--x\r\nContent-Disposition: form-data; name="bio"\r\n\r\nhello\r\n'
        '--x\r\nContent-Disposition: form-data; name="profile_picture"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    )
    answer = as_ada.patch(path, form.encode(), content_type="multipart/form-data; boundary=x").json()
    assert (answer["bio"], answer["profile_picture"]) == ("hello", kept)
    assert as_ada.patch(path, {"profile_picture": ""}, format="multipart").json()["profile_picture"] == kept
    assert as_ada.patch(path, {"profile_picture": None}, format="json").json()["profile_picture"] is None
