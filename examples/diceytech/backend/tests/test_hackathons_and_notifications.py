"""Hackathons, and what people are told by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from accounts.models import Attempt, LoginSession, User
from django.utils.timezone import now
from hackathons.models import Hackathon
from notifications.models import Notification
from notifications.tasks import clean_up
from rest_framework.test import APIClient

from tests.conftest import MakeUser, client_of, project, work

pytestmark = pytest.mark.django_db


def hackathon(organizer: User, **fields: Any) -> Hackathon:
    values = {
        "title": "Night",
        "description": "Code",
        "start_date": now() + timedelta(days=2),
        "end_date": now() + timedelta(days=3),
        "registration_deadline": now() + timedelta(days=1),
    }
    return Hackathon.objects.create(organizer=organizer, **{**values, **fields})


def register(client: APIClient, event: Hackathon, name: str = "Lions", **more: Any) -> Any:
    return client.post(f"/api/hackathons/{event.pk}/register/", {"team_name": name, **more})


def test_a_team_is_registered_with_its_members(as_ada: APIClient, ada: User, bob: User) -> None:
    event = hackathon(bob)
    answer = register(as_ada, event, members=["bob", "ada"])
    assert answer.status_code == 201, answer.json()
    assert answer.json()["message"] == "Successfully registered for hackathon"
    assert {one["username"] for one in answer.json()["team"]["members"]} == {"ada", "bob"}
    shown = as_ada.get(f"/api/hackathons/{event.pk}/").json()
    assert (shown["teams_count"], shown["is_registered"]) == (1, True)
    assert as_ada.get(f"/api/hackathons/{event.pk}/teams/").json()["count"] == 1


def test_why_a_team_is_not_registered(as_ada: APIClient, as_bob: APIClient, ada: User, make_user: MakeUser) -> None:
    event = hackathon(ada, max_teams=2, max_team_size=2)
    assert register(as_ada, event).status_code == 201
    assert register(as_ada, event, "Tigers").json() == {"message": "Already registered for this hackathon"}
    assert "members" in register(as_bob, event, "Tigers", members=["ada"]).json()
    assert "team_name" in register(as_bob, event, "LIONS").json()
    assert "members" in register(as_bob, event, "Tigers", members=["nobody-there"]).json()
    make_user("c"), make_user("d")
    assert "members" in register(as_bob, event, "Tigers", members=["c", "d"]).json()
    assert register(as_bob, event, "Tigers").status_code == 201
    assert register(client_of(make_user("e")), event, "Bears").json() == {"message": "This hackathon is full"}
    late = hackathon(ada, registration_deadline=now() - timedelta(seconds=1))
    assert register(as_bob, late).json() == {"message": "Registration is closed"}
    assert as_bob.post("/api/hackathons/0/register/", {"team_name": "x"}).json() == {"error": "Hackathon not found"}


def test_being_named_by_somebody_else_keeps_nobody_from_a_team_of_ones_own(
    as_ada: APIClient, as_bob: APIClient, ada: User
) -> None:
    event = hackathon(ada)
    assert register(as_ada, event, members=["bob"]).status_code == 201
    assert as_bob.get(f"/api/hackathons/{event.pk}/").json()["is_registered"] is True
    answer = register(as_bob, event, "Tigers")
    assert (answer.status_code, answer.json()["team"]["name"]) == (201, "Tigers")
    teams = as_ada.get(f"/api/hackathons/{event.pk}/teams/").json()["results"]
    assert [[one["username"] for one in team["members"]] for team in teams] == [["ada"], ["bob"]]
    assert register(as_bob, event, "Bears").json() == {"message": "Already registered for this hackathon"}


def test_a_refused_team_leaves_its_leader_where_he_was(as_ada: APIClient, as_bob: APIClient, ada: User) -> None:
    event = hackathon(ada)
    register(as_ada, event, members=["bob"])
    assert register(as_bob, event, "LIONS").status_code == 400
    assert as_bob.get(f"/api/hackathons/{event.pk}/").json()["is_registered"] is True


def test_who_was_named_may_leave_and_be_named_by_another(
    as_ada: APIClient, as_bob: APIClient, ada: User, make_user: MakeUser
) -> None:
    event = hackathon(ada)
    path = f"/api/hackathons/{event.pk}/leave/"
    assert as_bob.post(path).json() == {"message": "Not in a team of this hackathon"}
    register(as_ada, event, members=["bob"])
    answer = as_bob.post(path)
    assert (answer.status_code, answer.json()) == (200, {"message": "Successfully left the team"})
    assert register(client_of(make_user("eve")), event, "Tigers", members=["bob"]).status_code == 201
    answer = as_ada.post(path)
    assert (answer.status_code, answer.json()) == (400, {"message": "Whoever registered a team stays in it"})
    assert as_ada.post("/api/hackathons/0/leave/").json() == {"error": "Hackathon not found"}


def test_nobody_registers_for_what_is_over(as_ada: APIClient, ada: User) -> None:
    days = {"start_date": "2030-01-01T00:00:00Z", "end_date": "2030-01-03T00:00:00Z"}
    body = {"title": "Night", "description": "Code", **days, "registration_deadline": "2030-01-04T00:00:00Z"}
    answer = as_ada.post("/api/hackathons/", body)
    assert (answer.status_code, answer.json()) == (400, {"registration_deadline": ["Must not be after end_date."]})
    made = as_ada.post("/api/hackathons/", {**body, "registration_deadline": days["end_date"]}).json()
    assert made["organizer"] == ada.pk
    assert as_ada.patch(f"/api/hackathons/{made['id']}/", {"end_date": "2030-01-02T00:00:00Z"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_joining_tells_the_organizer_once_even_if_the_task_runs_twice(make_user: MakeUser) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    one = project(ada, title="<b>Bold</b>")
    client_of(bob).post(f"/api/projects/{one.pk}/join/")
    assert not Notification.objects.exists()
    work()
    work()
    as_ada = client_of(ada)
    page = as_ada.get("/api/notifications/?unread=true").json()
    assert page["count"] == 1
    told = page["results"][0]
    assert (told["message"], told["link"]) == ("bob joined <b>Bold</b>", f"/projects/{one.pk}")
    path = f"/api/notifications/{told['id']}/read/"
    assert client_of(bob).post(path).status_code == 404
    assert as_ada.post(path).json()["is_read"] is True
    assert as_ada.get("/api/notifications/?unread=true").json()["count"] == 0
    assert as_ada.post("/api/notifications/read-all/").json()["updated"] == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_told_to_nobody(make_user: MakeUser) -> None:
    ada = make_user("ada")
    full = project(ada, max_participants=0)
    assert client_of(make_user("bob")).post(f"/api/projects/{full.pk}/join/").status_code == 400
    work()
    assert not Notification.objects.exists()


def test_cleaning_up_removes_what_has_expired_only(ada: User) -> None:
    old, new = now() - timedelta(days=3), now() + timedelta(days=1)
    LoginSession.objects.create(user=ada, expires_at=old)
    LoginSession.objects.create(user=ada, expires_at=new)
    Attempt.objects.create(key="a", window=old)
    Attempt.objects.create(key="b", window=new)
    clean_up(timestamp=0)
    assert (LoginSession.objects.get().expires_at, Attempt.objects.get().key) == (new, "b")
