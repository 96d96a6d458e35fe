"""Accounts, log-ins and what ends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from accounts.authentication import log_in
from accounts.models import LoginSession, Skill, User
from accounts.throttling import LoginAddressThrottle
from django.contrib.auth import authenticate
from django.test import Client
from django.utils.timezone import now
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from tests.conftest import PASSWORD, MakeUser, client_of, picture, stored_keys

pytestmark = pytest.mark.django_db


def registration(**fields: Any) -> Any:
    body = {"username": "eve", "email": "eve@example.com", "password": PASSWORD, **fields}
    return APIClient().post("/api/auth/register/", body)


def profile(token: object) -> int:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/auth/profile/").status_code


def test_a_log_out_ends_access_and_refresh_tokens_of_that_log_in_only(ada: User) -> None:
    phone, laptop = log_in(ada), log_in(ada)
    renewed = APIClient().post("/api/token/refresh/", {"refresh": str(phone)}).json()
    assert profile(phone.access_token) == profile(renewed["access"]) == 200
    assert APIClient().post("/api/auth/logout/", {"refresh": str(phone)}).status_code == 205
    assert profile(phone.access_token) == profile(renewed["access"]) == 401
    for refresh in (str(phone), renewed["refresh"]):
        assert APIClient().post("/api/token/refresh/", {"refresh": refresh}).status_code == 401
    assert profile(laptop.access_token) == 200


def test_a_log_out_with_a_token_that_is_not_taken_is_a_401(ada: User) -> None:
    forged = str(log_in(ada))[:-2] + "xx"
    for token in (forged, str(log_in(ada).access_token), "nonsense"):
        answer = APIClient().post("/api/auth/logout/", {"refresh": token})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_new_password_ends_every_log_in(ada: User) -> None:
    token = log_in(ada)
    ada.set_password("another-pass-9")
    ada.save()
    assert profile(token.access_token) == 401


def test_a_deactivated_user_is_out_at_once(ada: User) -> None:
    token = log_in(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert profile(token.access_token) == 401
    assert APIClient().post("/api/token/refresh/", {"refresh": str(token)}).status_code == 401
    assert APIClient().post("/api/auth/login/", {"email": ada.email, "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize("change", ["delete", "deactivate", "renew"])
def test_a_log_in_under_way_ends_with_all_others(change: str, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate_early(*args: Any, **credentials: Any) -> Any:
        found, user = authenticate(*args, **credentials), User.objects.get()
        user.is_active = change != "deactivate"
        if change == "renew":
            user.set_password("another-pass-9")
        user.delete() if change == "delete" else user.save()
        return found

    monkeypatch.setattr("accounts.views.authenticate", authenticate_early)
    answer = APIClient().post("/api/auth/login/", {"email": ada.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid credentials"})
    assert not LoginSession.objects.exists()


def test_a_log_in_beside_one_that_renews_the_hash_is_one_too(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate_late(*args: Any, **credentials: Any) -> Any:
        found, user = authenticate(*args, **credentials), User.objects.get()
        user.set_password(PASSWORD)  # as the other one does, whose hash was of an older Django
        user.save()
        return found

    monkeypatch.setattr("accounts.views.authenticate", authenticate_late)
    assert APIClient().post("/api/auth/login/", {"email": ada.email, "password": PASSWORD}).status_code == 200


def test_expired_forged_and_foreign_tokens_are_refused_as_json(ada: User) -> None:
    expired = log_in(ada).access_token
    expired.set_exp(lifetime=timedelta(seconds=-1))
    forged = str(log_in(ada).access_token)[:-2] + "xx"
    without_session = AccessToken.for_user(ada)
    wrong_kind = log_in(ada)
    for token in (expired, forged, without_session, wrong_kind, "nonsense", ""):
        answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/auth/profile/")
        assert answer.status_code == 401, token
        assert answer.json()["detail"]


def test_a_session_lasts_as_long_as_its_newest_refresh_token(ada: User) -> None:
    token = log_in(ada)
    LoginSession.objects.update(expires_at=now())
    APIClient().post("/api/token/refresh/", {"refresh": str(token)})
    assert LoginSession.objects.get().expires_at > now() + timedelta(days=6)


@pytest.mark.parametrize("password", ["short1", "1234567890123", "password123", "eve@example.com"])
def test_weak_passwords_are_refused(password: str) -> None:
    answer = registration(password=password)
    assert answer.status_code == 400
    assert "password" in answer.json()
    assert not User.objects.exists()


def test_an_address_is_taken_whatever_its_case(ada: User) -> None:
    assert registration(email="ADA@Example.com").status_code == 400
    assert APIClient().post("/api/auth/login/", {"email": "ADA@example.COM", "password": PASSWORD}).status_code == 200


def test_registration_grants_nothing_that_was_not_asked_of_it() -> None:
    answer = registration(is_staff=True, is_superuser=True, is_active=False, id=7, groups=[1])
    assert answer.status_code == 201
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert "password" not in answer.json()


def test_log_ins_to_one_account_are_limited_whoever_asks(ada: User) -> None:
    body = {"email": ada.email, "password": "wrong"}
    answers = [APIClient().post("/api/auth/login/", body) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert APIClient().post("/api/auth/login/", {**body, "email": "bob@example.com"}).status_code == 400


def test_another_spelling_of_an_account_is_the_same_account(ada: User) -> None:
    spellings = [ada.email, f" {ada.email}", f"{ada.email}\t", f"\u00a0{ada.email}", ada.email.upper()] * 3
    answers = [APIClient().post("/api/auth/login/", {"email": email, "password": "wrong"}) for email in spellings]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429] * 5


def test_log_ins_to_the_admin_are_limited_and_counted_with_the_apis(ada: User) -> None:
    def log_in_to_admin(email: str) -> Any:
        return Client().post("/admin/login/", {"username": email, "password": "wrong"})

    for _ in range(5):
        APIClient().post("/api/auth/login/", {"email": ada.email, "password": "wrong"})
    answers = [log_in_to_admin(f" {ada.email.upper()}\u3000") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert log_in_to_admin("bob@example.com").status_code == 200
    assert Client().get("/admin/login/").status_code == 200


def test_log_ins_to_the_admin_from_one_address_are_limited(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LoginAddressThrottle, "rate", "2/minute", raising=False)
    answers = [Client().post("/admin/login/", {"username": f"{n}@example.com", "password": "x"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_staff_log_in_to_the_admin(make_user: MakeUser) -> None:
    chief = make_user("chief", is_staff=True)
    answer = Client().post("/admin/login/?next=/admin/", {"username": chief.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_profile_is_changed_field_by_field_and_nothing_else(as_ada: APIClient, ada: User) -> None:
    skill = Skill.objects.create(name="Django", category="framework")
    body = {"bio": "I write", "skills": [skill.pk], "email": "x@example.com", "is_staff": True, "password": "stolen"}
    answer = as_ada.patch("/api/auth/profile/", body)
    assert answer.status_code == 200
    assert answer.json()["skill_details"] == [{"id": skill.pk, "name": "Django", "category": "framework"}]
    ada.refresh_from_db()
    assert (ada.bio, ada.email, ada.is_staff, ada.check_password(PASSWORD)) == (
        "I write",
        "ada@example.com",
        False,
        True,
    )


def test_positions_and_studies_are_ones_own(as_ada: APIClient, as_bob: APIClient) -> None:
    position = {"title": "Engineer", "company": "Acme", "start_date": "2024-05-01", "description": "Built"}
    made = as_ada.post("/api/auth/experiences/", position)
    assert made.status_code == 201
    path = f"/api/auth/experiences/{made.json()['id']}/"
    assert as_bob.patch(path, {"title": "Mine"}).status_code == 404
    assert as_bob.get("/api/auth/experiences/").json() == []
    assert as_ada.patch(path, {"end_date": "2020-01-01"}).json() == {"end_date": ["Must not be before start_date."]}
    study = {"degree": "BSc", "school": "MIT", "start_date": "2020-09-01", "description": "Maths"}
    assert as_ada.post("/api/auth/education/", study).status_code == 201
    shown = as_ada.get("/api/auth/profile/").json()
    assert (len(shown["experiences"]), len(shown["education"])) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_deleting_an_account_takes_its_files_along(make_user: MakeUser, empty_bucket: None) -> None:
    client = client_of(make_user())
    client.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    first = stored_keys("profile_pics/")
    client.patch("/api/auth/profile/", {"profile_picture": picture()}, format="multipart")
    second = stored_keys("profile_pics/")
    assert len(first) == len(second) == 1
    assert first != second
    assert client.delete("/api/auth/profile/", {"password": "wrong"}).status_code == 400
    assert User.objects.exists()
    assert client.delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 204
    assert (User.objects.exists(), stored_keys()) == (False, set())


def test_a_stolen_token_does_not_lead_to_the_password(ada: User, as_bob: APIClient) -> None:
    answers = [client_of(ada).delete("/api/auth/profile/", {"password": f"guess-{n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 3600
    assert client_of(ada).delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 429
    assert client_of(ada).patch("/api/auth/profile/", {"bio": "Still here"}).status_code == 200
    assert as_bob.delete("/api/auth/profile/", {"password": PASSWORD}).status_code == 204


def test_a_refresh_token_of_a_deleted_account_is_refused(ada: User) -> None:
    token: RefreshToken = log_in(ada)
    ada.delete()
    assert APIClient().post("/api/token/refresh/", {"refresh": str(token)}).status_code == 401
