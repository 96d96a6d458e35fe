"""Projects."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from accounts.models import Skill, User
from django.db import connection
from django.utils.timezone import now
from notifications.models import Notification
from projects.models import Project, ProjectParticipation
from projects.tasks import close_finished
from rest_framework.test import APIClient

from tests.conftest import MakeUser, client_of, picture, project, work

pytestmark = pytest.mark.django_db
NEW = {
    "title": "Parser",
    "description": "Recursive descent",
    "project_type": "personal",
    "difficulty": "advanced",
    "category": "languages",
    "start_date": "2030-01-01T00:00:00Z",
    "end_date": "2030-02-01T00:00:00Z",
}


def test_a_project_is_made_by_whoever_asks(as_ada: APIClient, ada: User, bob: User, python_skill: Skill) -> None:
    body = {**NEW, "technologies": [python_skill.pk], "organizer": bob.pk, "participants_count": 99}
    answer = as_ada.post("/api/projects/", body)
    assert answer.status_code == 201, answer.json()
    made = as_ada.get(f"/api/projects/{answer.json()['id']}/").json()
    assert (made["organizer"], made["organizer_name"], made["participants_count"]) == (ada.pk, "ada", 0)
    assert made["technology_details"][0]["name"] == "Python"


def test_only_the_organizer_changes_or_deletes_a_project(as_ada: APIClient, as_bob: APIClient, ada: User) -> None:
    path = f"/api/projects/{project(ada).pk}/"
    for answer in (as_bob.patch(path, {"title": "Mine"}), as_bob.put(path, NEW), as_bob.delete(path)):
        assert answer.status_code == 403
    assert as_bob.get(path).json()["title"] == "Compiler"
    image = as_ada.patch(path, {"image": picture()}, format="multipart")
    assert image.json()["image"].startswith("https://cdn.example/media/project_images/")
    assert as_ada.delete(path).status_code == 204


def test_a_full_or_closed_project_takes_nobody(as_bob: APIClient, ada: User) -> None:
    full = project(ada, max_participants=1)
    ProjectParticipation.objects.create(project=full, user=ada)
    ended = project(ada, end_date=now() - timedelta(seconds=1))
    for one, message in ((full, "This project is full"), (ended, "This project is closed")):
        answer = as_bob.post(f"/api/projects/{one.pk}/join/")
        assert (answer.status_code, answer.json()) == (400, {"message": message})


def test_leaving_is_for_those_who_joined(as_bob: APIClient, ada: User) -> None:
    path = f"/api/projects/{project(ada).pk}"
    assert as_bob.post(f"{path}/leave/").json() == {"message": "Not a participant of this project"}
    as_bob.post(f"{path}/join/")
    assert as_bob.get(f"{path}/").json()["is_joined"] is True
    assert as_bob.post(f"{path}/leave/").json() == {"message": "Successfully left project"}
    assert as_bob.post("/api/projects/0/leave/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once(make_user: MakeUser) -> None:
    one = project(make_user(), max_participants=1)
    clients = [client_of(make_user(f"user{number}")) for number in range(6)]

    def join(client: APIClient) -> int:
        try:
            return client.post(f"/api/projects/{one.pk}/join/").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(join, clients)) == [200] + [400] * 5
    assert one.participants.count() == 1


def test_a_list_takes_four_queries_however_long_it_is(
    ada: User, bob: User, python_skill: Skill, django_assert_num_queries: Any
) -> None:
    client = client_of(bob)
    for number in range(3):
        one = project(ada, title=f"Project {number}")
        one.technologies.add(python_skill)
        ProjectParticipation.objects.create(project=one, user=bob)
    with django_assert_num_queries(4):  # the user, the count, the page, its technologies
        assert len(client.get("/api/projects/").json()["results"]) == 3
    Project.objects.bulk_create(
        Project(**{**NEW, "start_date": now(), "end_date": now() + timedelta(days=1)}, organizer=ada) for _ in range(40)
    )
    with django_assert_num_queries(4):
        page = client.get("/api/projects/").json()
    assert (page["count"], len(page["results"])) == (43, 20)


def test_search_finds_in_title_description_and_category(as_ada: APIClient, ada: User, python_skill: Skill) -> None:
    one = project(ada, title="Ray tracer", category="graphics")
    one.technologies.add(python_skill)
    project(ada)
    for query in (
        {"search": "tracer"},
        {"search": "GRAPHICS"},
        {"technology": python_skill.pk},
        {"category": "graphics"},
    ):
        assert [found["title"] for found in as_ada.get("/api/projects/", query).json()["results"]] == ["Ray tracer"]
    assert as_ada.get("/api/projects/", {"type": "no such"}).json()["count"] == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_closes_what_has_ended_and_tells_those_concerned(make_user: MakeUser) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    ended, running = project(ada, end_date=now() - timedelta(minutes=1)), project(ada)
    ProjectParticipation.objects.create(project=ended, user=bob)
    close_finished.defer(timestamp=0)
    work()
    ended.refresh_from_db(), running.refresh_from_db()
    assert (ended.is_active, running.is_active) == (False, True)
    assert set(Notification.objects.values_list("recipient__username", "kind")) == {
        ("ada", "project_closed"),
        ("bob", "project_closed"),
    }
