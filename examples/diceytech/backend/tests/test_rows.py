"""Rows that change while a request is under way: it writes what it was sent, and brings nothing back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from accounts.models import Experience, Skill, User
from accounts.serializers import ExperienceSerializer, UserSerializer
from django.db import DatabaseError, connection
from django.db.models.deletion import Collector
from django.utils.timezone import now
from hackathons.models import Hackathon, Team, TeamMember
from hackathons.serializers import HackathonSerializer
from jobs.models import Job, JobApplication
from jobs.serializers import ApplySerializer, JobSerializer, StatusSerializer
from projects.models import Project
from projects.serializers import ProjectSerializer
from rest_framework.response import Response
from rest_framework.test import APIClient

from tests.conftest import PASSWORD, MakeUser, client_of, pdf, picture, project, stored_keys
from tests.test_hackathons_and_notifications import hackathon
from tests.test_jobs import job
from tests.test_projects import NEW

pytestmark = pytest.mark.django_db


def meanwhile(monkeypatch: pytest.MonkeyPatch, serializer: type[Any], change: Callable[[], object]) -> None:
    """Makes the change once a request's body is here and found right, and before it is kept."""
    valid = serializer.is_valid

    def is_valid(self: Any, **options: Any) -> bool:
        answer: bool = valid(self, **options)
        change()
        return answer

    monkeypatch.setattr(serializer, "is_valid", is_valid)


def test_an_upload_does_not_bring_a_deleted_account_back(
    as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch, empty_bucket: None
) -> None:
    meanwhile(monkeypatch, UserSerializer, User.objects.filter(pk=ada.pk).delete)
    answer = as_ada.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
    assert (User.objects.exists(), stored_keys()) == (False, set())


def test_an_upload_does_not_undo_a_deactivation(
    as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch, empty_bucket: None
) -> None:
    meanwhile(monkeypatch, UserSerializer, lambda: User.objects.filter(pk=ada.pk).update(is_active=False))
    body = {"profile_picture": picture(), "bio": "late"}
    assert as_ada.patch("/api/auth/profile/", body, format="multipart").status_code == 401
    ada.refresh_from_db()
    assert (ada.is_active, ada.bio, stored_keys()) == (False, "", set())


def test_an_upload_does_not_undo_a_new_password(as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def renew() -> None:
        other = User.objects.get(pk=ada.pk)
        other.set_password("another-pass-9")
        other.save()

    meanwhile(monkeypatch, UserSerializer, renew)
    assert as_ada.patch("/api/auth/profile/", {"bio": "late"}).status_code == 401
    assert User.objects.get().check_password("another-pass-9")


def test_an_old_password_deletes_no_account(as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is read after whoever asks; the password is held against the row as it is by then."""
    from diceytech.requests import BoundedJSONParser

    parse = BoundedJSONParser.parse

    def parse_late(self: Any, *args: Any, **options: Any) -> Any:
        User.objects.filter(pk=ada.pk).update(is_active=False)
        return parse(self, *args, **options)

    monkeypatch.setattr(BoundedJSONParser, "parse", parse_late)
    assert as_ada.delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 401
    assert User.objects.exists()


def test_a_profile_keeps_what_another_request_has_changed(
    as_ada: APIClient, ada: User, python_skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        User.objects.filter(pk=ada.pk).update(is_staff=True, goals="Rest", bio="Other")

    meanwhile(monkeypatch, UserSerializer, change)
    before = ada.updated_at
    answer = as_ada.patch("/api/auth/profile/", {"bio": "Mine", "skills": [python_skill.pk]}).json()
    assert (answer["bio"], answer["goals"], answer["skills"]) == ("Mine", "Rest", [python_skill.pk])
    ada.refresh_from_db()
    assert (ada.bio, ada.goals, ada.is_staff, ada.updated_at > before) == ("Mine", "Rest", True, True)


def test_a_change_does_not_reopen_what_was_closed_meanwhile(
    as_ada: APIClient, ada: User, python_skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, Any, type[Any]]] = [
        ("projects", project(ada), ProjectSerializer),
        ("jobs", job(ada), JobSerializer),
        ("hackathons", hackathon(ada), HackathonSerializer),
    ]
    for path, row, serializer in made:
        rows = type(row).objects.filter(pk=row.pk)
        meanwhile(monkeypatch, serializer, lambda rows=rows: rows.update(is_active=False))
        answer = as_ada.patch(f"/api/{path}/{row.pk}/", {"title": "Late"})
        assert (answer.status_code, answer.json()["title"], answer.json()["is_active"]) == (200, "Late", False)
        assert rows.get().is_active is False


def test_a_change_of_what_has_gone_is_a_404(as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    position = Experience.objects.create(user=ada, title="Engineer", company="Acme", start_date="2024-05-01")
    made: list[tuple[str, Any, type[Any]]] = [
        ("projects", project(ada), ProjectSerializer),
        ("jobs", job(ada), JobSerializer),
        ("hackathons", hackathon(ada), HackathonSerializer),
        ("auth/experiences", position, ExperienceSerializer),
    ]
    for path, row, serializer in made:
        meanwhile(monkeypatch, serializer, type(row).objects.filter(pk=row.pk).delete)
        answer = as_ada.patch(f"/api/{path}/{row.pk}/", {"title": "Late"})
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])
        assert not type(row).objects.exists()


def test_dates_are_compared_with_those_that_another_request_has_set(
    as_ada: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = project(ada)
    end = now() + timedelta(days=1)
    meanwhile(monkeypatch, ProjectSerializer, lambda: Project.objects.update(end_date=end))
    answer = as_ada.patch(f"/api/projects/{one.pk}/", {"start_date": end + timedelta(days=1)})
    assert (answer.status_code, answer.json()) == (400, {"end_date": ["Must not be before start_date."]})


def test_a_status_leaves_the_application_as_it_is(
    as_ada: APIClient, ada: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = JobApplication.objects.create(job=job(ada), applicant=bob)
    path = f"/api/applications/{application.pk}/"
    meanwhile(monkeypatch, StatusSerializer, lambda: JobApplication.objects.update(cover_letter="Newer"))
    assert as_ada.patch(path, {"status": "reviewed"}).json()["cover_letter"] == "Newer"
    meanwhile(monkeypatch, StatusSerializer, lambda: JobApplication.objects.all().delete())
    assert as_ada.patch(path, {"status": "accepted"}).status_code == 404
    assert not JobApplication.objects.exists()


@pytest.mark.parametrize("model", [User, Project, Job])
def test_what_was_read_and_has_gone_is_not_made_anew(model: type[Any], ada: User) -> None:
    project(ada), job(ada)
    row = model.objects.get()
    model.objects.all().delete()
    with pytest.raises(DatabaseError, match="did not affect any rows"):
        row.save()


def test_a_copy_of_a_row_is_a_new_one(ada: User) -> None:
    one = project(ada)
    one.pk = None
    one.save()
    assert (Project.objects.count(), Hackathon.objects.count()) == (2, 0)


def test_who_applies_for_what_goes_meanwhile_hears_so(
    as_bob: APIClient, ada: User, monkeypatch: pytest.MonkeyPatch, empty_bucket: None
) -> None:
    one = job(ada)
    path, valid = f"/api/jobs/{one.pk}/apply/", ApplySerializer.is_valid
    meanwhile(monkeypatch, ApplySerializer, lambda: Job.objects.update(is_active=False))
    closed = as_bob.post(path, {"resume": pdf()}, format="multipart")
    assert (closed.status_code, closed.json()) == (400, {"message": "This job is closed"})
    Job.objects.update(is_active=True)
    monkeypatch.setattr(ApplySerializer, "is_valid", valid)
    meanwhile(monkeypatch, ApplySerializer, Job.objects.all().delete)
    gone = as_bob.post(path, {"resume": pdf()}, format="multipart")
    assert (gone.status_code, gone.json()) == (404, {"error": "Job not found"})
    assert (JobApplication.objects.exists(), stored_keys()) == (False, set())


@pytest.mark.django_db(transaction=True)
def test_who_has_gone_meanwhile_has_not_applied_already(make_user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> None:
    one, bob = job(make_user("ada")), make_user("bob")
    as_bob = client_of(bob)
    meanwhile(monkeypatch, ApplySerializer, User.objects.filter(pk=bob.pk).delete)
    answer = as_bob.post(f"/api/jobs/{one.pk}/apply/", {})
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])
    assert not JobApplication.objects.exists()


def during_deletion(monkeypatch: pytest.MonkeyPatch, request: Callable[[], Any]) -> Future[int]:
    """The status of a request that somebody sends once the first deletion has found what goes along with its row."""
    pool, answer, delete = ThreadPoolExecutor(1), Future[int](), Collector.delete

    def send() -> None:
        try:
            answer.set_result(request().status_code)
        finally:
            connection.close()

    def delete_late(self: Any) -> Any:
        monkeypatch.setattr(Collector, "delete", delete)
        pool.submit(send)
        wait([answer], timeout=1)  # in vain where the deletion has locked what the request needs
        return delete(self)

    monkeypatch.setattr(Collector, "delete", delete_late)
    return answer


of_what_is_joined = pytest.mark.parametrize(
    ("path", "make", "action"),
    [("projects", project, "join"), ("jobs", job, "apply"), ("hackathons", hackathon, "register")],
)


@pytest.mark.django_db(transaction=True)
@of_what_is_joined
def test_what_is_joined_while_it_is_deleted_goes(
    path: str, make: Callable[[User], Any], action: str, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = make_user("ada"), client_of(make_user("bob"))
    row = make(ada)
    one, as_ada = f"/api/{path}/{row.pk}/", client_of(ada)
    joined = during_deletion(monkeypatch, lambda: bob.post(f"{one}{action}/", {"team_name": "Lions"}))
    assert as_ada.delete(one).status_code == 204
    assert joined.result() == 404
    assert as_ada.delete(one).status_code == 404


@pytest.mark.django_db(transaction=True)
@of_what_is_joined
def test_an_account_goes_although_somebody_joins_what_it_made(
    path: str, make: Callable[[User], Any], action: str, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = make_user("ada"), client_of(make_user("bob"))
    row = make(ada)
    joined = during_deletion(monkeypatch, lambda: bob.post(f"/api/{path}/{row.pk}/{action}/", {"team_name": "Lions"}))
    assert client_of(ada).delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 204
    assert joined.result() == 404
    assert [user.username for user in User.objects.all()] == ["bob"]


@pytest.mark.django_db(transaction=True)
def test_a_deletion_is_tried_again_where_something_comes_that_it_has_not_locked(
    make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    team = Team.objects.create(hackathon=hackathon(bob), name="Lions", leader=ada)

    def name_bob() -> Any:
        TeamMember.objects.create(hackathon=team.hackathon, team=team, user=bob)
        return Response()

    during_deletion(monkeypatch, name_bob)
    assert client_of(ada).delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 204
    assert not TeamMember.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_skill_that_goes_meanwhile_is_a_404(make_user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> None:
    client, skill = client_of(make_user()), Skill.objects.create(name="Python", category="language")
    meanwhile(monkeypatch, ProjectSerializer, Skill.objects.all().delete)
    answer = client.post("/api/projects/", {**NEW, "technologies": [skill.pk]})
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])
    assert not Project.objects.exists()
