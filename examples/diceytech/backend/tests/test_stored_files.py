"""Files of simultaneous requests: the bucket holds what the rows name, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from accounts.models import User
from django.db import connection
from jobs.models import JobApplication
from jobs.serializers import ApplySerializer
from rest_framework.test import APIClient

from tests.conftest import MakeUser, client_of, pdf, picture, stored_keys
from tests.test_jobs import job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_bucket")]
AT_ONCE = 6


def at_once(request: Callable[[], Any]) -> list[int]:
    """The status of as many answers to requests that are sent together."""
    start = Barrier(AT_ONCE)

    def send(_: int) -> int:
        try:
            start.wait()
            return int(request().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(send, range(AT_ONCE)))


def test_of_simultaneous_applications_one_resume_is_kept(make_user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/jobs/{job(make_user('ada')).pk}/apply/"
    token = client_of(make_user("bob"))._credentials
    together, valid = Barrier(AT_ONCE), ApplySerializer.is_valid

    def is_valid(self: Any, **options: Any) -> bool:
        together.wait()  # nobody stores a file before everyone has seen that there is no application yet
        return valid(self, **options)

    monkeypatch.setattr(ApplySerializer, "is_valid", is_valid)
    answers = at_once(lambda: _client(token).post(path, {"resume": pdf()}, format="multipart"))
    assert answers == [201] + [400] * (AT_ONCE - 1)
    assert stored_keys() == {JobApplication.objects.get().resume.name}


def test_of_simultaneous_pictures_the_last_one_is_kept(make_user: MakeUser) -> None:
    token = client_of(make_user("ada"))._credentials
    answers = at_once(
        lambda: _client(token).patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    )
    assert answers == [200] * AT_ONCE
    assert stored_keys() == {User.objects.get().profile_picture.name}


def test_a_picture_is_not_kept_where_its_row_is_refused(make_user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("bob")
    ada = client_of(make_user("ada"))
    ada.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    before = stored_keys()
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda _: False)  # bob is not committed yet
    body = {"username": "bob", "profile_picture": picture()}
    assert ada.patch("/api/auth/profile/", body, format="multipart").status_code == 400
    assert stored_keys() == before != set()


def test_a_resume_is_not_kept_where_the_poster_cannot_be_told(
    make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("jobs.views.notify", fail)
    path, bob = f"/api/jobs/{job(make_user('ada')).pk}/apply/", client_of(make_user("bob"))
    bob.raise_request_exception = False
    assert bob.post(path, {"resume": pdf()}, format="multipart").status_code == 500
    assert (JobApplication.objects.exists(), stored_keys()) == (False, set())


def test_an_account_that_goes_takes_the_picture_that_came_meanwhile(make_user: MakeUser) -> None:
    ada = make_user("ada")
    client = client_of(ada)
    client.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    ada.delete()  # as it was read before the picture came
    assert stored_keys() == set()


def _client(credentials: dict[str, str]) -> APIClient:
    client = APIClient()
    client.credentials(**credentials)
    return client
