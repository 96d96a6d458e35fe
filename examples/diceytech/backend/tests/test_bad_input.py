"""Bad input: answered with JSON that says what to do; nothing is stored, run or given away."""

from __future__ import annotations

import http.client
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from accounts.models import Skill, User
from diceytech.wsgi import application
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from jobs.models import JobApplication
from PIL import Image
from projects.models import Project
from rest_framework.test import APIClient
from werkzeug.test import Client as WSGIClient

from tests.conftest import PASSWORD, MakeUser, client_of, pdf, picture, project, stored_keys
from tests.servers import gunicorn
from tests.services import BUCKET
from tests.test_hackathons_and_notifications import hackathon
from tests.test_jobs import job
from tests.test_projects import NEW

pytestmark = pytest.mark.django_db
HOSTILE = ("<script>alert(1)</script>", "'; DROP TABLE accounts_user; --", "{{ 7*7 }}", "%s%n", "../../etc/passwd")


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"title": NaN}', b'{"title": "\\ud800"}'],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_malformed_json_is_a_400(body: bytes, as_ada: APIClient) -> None:
    for path in ("/api/projects/", "/api/auth/register/", "/api/auth/login/"):
        answer = as_ada.post(path, body, content_type="application/json")
        assert answer.status_code == 400, (path, answer.content)
        assert answer.json()
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", {"a": 1}),
        ("title", "x" * 201),
        ("title", "nul\x00"),
        ("title", ""),
        ("project_type", "unknown"),
        ("technologies", [10**30]),
        ("technologies", "1"),
        ("max_participants", 10**12),
        ("max_participants", -1),
        ("prize_amount", "-1"),
        ("prize_amount", "1e400"),
        ("prize_amount", "NaN"),
        ("start_date", "0001-01-01T00:00:00+14:00"),
        ("end_date", "9999-12-31T23:59:59-14:00"),
        ("end_date", "2029-01-01T00:00:00Z"),
        ("image", "not a file"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(field: str, value: Any, as_ada: APIClient) -> None:
    answer = as_ada.post("/api/projects/", {**NEW, field: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Project.objects.exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_kept_and_shown_as_it_is(text: str, as_ada: APIClient) -> None:
    made = as_ada.post("/api/projects/", {**NEW, "title": text, "description": text, "category": text})
    assert made.status_code == 201
    shown = as_ada.get(f"/api/projects/{made.json()['id']}/")
    assert shown["Content-Type"] == "application/json"
    assert (shown.json()["title"], shown.json()["description"]) == (text, text)
    for query in ("search", "type", "difficulty", "category", "technology", "mine", "page"):
        assert as_ada.get("/api/projects/", {query: text}).status_code in (200, 404)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "query", ["technology=99999999999999999999999", "technology=-1", "search=%00", "page=0", "type=%00"]
)
def test_queries_that_make_no_sense_find_nothing(query: str, as_ada: APIClient) -> None:
    assert as_ada.get(f"/api/projects/?{query}").status_code in (200, 400, 404)


@pytest.mark.parametrize("path", ["/api/projects/", "/api/jobs/", "/api/hackathons/", "/api/skills/"])
def test_a_search_that_nobody_types_is_refused(path: str, as_ada: APIClient) -> None:
    for text in ("a " * 1000, "x" * 201, "\x00"):
        answer = as_ada.get(path, {"search": text})
        assert (answer.status_code, list(answer.json())) == (400, ["search"])
    assert as_ada.get(path, {"search": "x" * 200}).status_code == 200


def test_a_list_of_rows_is_short_and_found_in_one_query(
    as_ada: APIClient, ada: User, django_assert_max_num_queries: Any
) -> None:
    skills = [skill.pk for skill in Skill.objects.bulk_create(Skill(name=str(n), category="c") for n in range(100))]
    event = hackathon(ada)
    registration = f"/api/hackathons/{event.pk}/register/"
    for path, field, method, value in (
        ("/api/auth/profile/", "skills", "patch", 1),
        (f"/api/projects/{project(ada).pk}/", "technologies", "patch", 1),
        (f"/api/jobs/{job(ada).pk}/", "skills_required", "patch", 1),
        (registration, "members", "post", "ada"),
    ):
        with django_assert_max_num_queries(3):
            answer = getattr(as_ada, method)(path, {"team_name": "Lions", field: [value] * 10_000})
        assert (answer.status_code, list(answer.json())) == (400, [field])
    with django_assert_max_num_queries(20):
        answer = as_ada.patch("/api/auth/profile/", {"skills": skills})
    assert sorted(answer.json()["skills"]) == skills
    for wrong in ([0], [10**30], ["x"], [True], [None], [skills[0], skills[-1] + 1], {"a": 1}, "1", 1):
        assert list(as_ada.patch("/api/auth/profile/", {"skills": wrong}).json()) == ["skills"]
    for wrong in (["a\x00b"], [{}], ["nobody-there"], [None]):
        answer = as_ada.post(registration, {"team_name": "Lions", "members": wrong})
        assert (answer.status_code, list(answer.json())) == (400, ["members"])


def disguised() -> list[SimpleUploadedFile]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    bmp = BytesIO()
    Image.new("RGB", (4, 4)).save(bmp, "BMP")
    cut = picture("JPEG", (400, 400)).read()[:300]
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    contents = [b"<html><script>", svg, b"MZ\x90", b"", bmp.getvalue(), cut, bomb.getvalue()]
    return [SimpleUploadedFile("me.png", content, content_type="image/png") for content in contents]


def test_disguised_broken_and_exploding_pictures_are_refused(as_ada: APIClient, ada: User, empty_bucket: None) -> None:
    for file in disguised():
        answer = as_ada.patch("/api/auth/profile/", {"profile_picture": file}, format="multipart")
        assert answer.status_code == 400
        assert list(answer.json()) == ["profile_picture"]
    ada.refresh_from_db()
    assert not ada.profile_picture
    assert stored_keys() == set()


def test_a_pictures_extension_is_that_of_its_content(as_ada: APIClient, empty_bucket: None) -> None:
    upload = picture("JPEG", name="../../evil.html")
    as_ada.patch("/api/auth/profile/", {"profile_picture": upload}, format="multipart")
    (key,) = stored_keys()
    assert key.startswith("profile_pics/")
    assert key.endswith(".jpg")


@pytest.mark.parametrize("claimed", ["text/html", "text/javascript", "image/svg+xml"])
def test_a_file_is_served_as_what_it_is_whatever_its_client_says(
    claimed: str, as_ada: APIClient, bob: User, empty_bucket: None
) -> None:
    me, cv = picture("GIF"), pdf()
    me.content_type = cv.content_type = claimed
    as_ada.patch("/api/auth/profile/", {"profile_picture": me}, format="multipart")
    as_ada.post(f"/api/jobs/{job(bob).pk}/apply/", {"resume": cv}, format="multipart")
    heads = [boto3.client("s3").head_object(Bucket=BUCKET, Key=key) for key in sorted(stored_keys())]
    assert [head["ContentType"] for head in heads] == ["image/gif", "application/pdf"]


def test_oversized_uploads_are_refused(as_ada: APIClient, empty_bucket: None) -> None:
    for size, status in ((5 * 2**20 + 1, 400), (11 * 2**20, 413)):
        file = SimpleUploadedFile("me.png", picture().read() + b"\0" * size)
        answer = as_ada.patch("/api/auth/profile/", {"profile_picture": file}, format="multipart")
        assert answer.status_code == status
        assert answer.json()
    assert as_ada.post("/api/projects/", {**NEW, "description": "x" * 2**20}).status_code == 413
    assert stored_keys() == set()


@pytest.mark.slow
def test_who_sends_too_much_hears_so_although_nothing_is_kept(unused_tcp_port: int, tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log, gunicorn(unused_tcp_port, log):
        for kind, size in (("application/json", 2 * 2**20), ("multipart/form-data; boundary=x", 11 * 2**20)):
            connection = http.client.HTTPConnection("127.0.0.1", unused_tcp_port, timeout=60)
            connection.request("POST", "/api/projects/", body=b"x" * size, headers={"Content-Type": kind})
            answer = connection.getresponse()
            assert (answer.status, "send less" in json.loads(answer.read())["detail"]) == (413, True)
            connection.close()


@pytest.mark.parametrize("name", ["a." + "x" * 250, "a." + "\u4e2d" * 240])
def test_a_long_file_name_is_no_error_of_ours(name: str, as_ada: APIClient) -> None:
    for path, field in (("/api/auth/login/", "email"), ("/admin/login/", "username"), ("/api/projects/", "image")):
        file = SimpleUploadedFile("me.png", b"x" * 3_000_000)  # of a size that Django keeps in a temporary file
        file._name = name
        answer = as_ada.post(path, {field: file}, format="multipart")
        assert answer.status_code == (200 if path.startswith("/admin") else 400)


def test_what_only_claims_to_be_a_resume_is_refused(as_bob: APIClient, ada: User, empty_bucket: None) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("evil.exe", "MZ")
    path = f"/api/jobs/{job(ada).pk}/apply/"
    for content in (b"MZ", b"<html>", archive.getvalue(), b"PK\x03\x04broken"):
        answer = as_bob.post(path, {"resume": SimpleUploadedFile("cv.pdf", content)}, format="multipart")
        assert answer.status_code == 400
        assert list(answer.json()) == ["resume"]
    assert stored_keys() == set()


def test_paths_methods_and_types_that_are_not_there_are_json(as_ada: APIClient, ada: User) -> None:
    path = f"/api/projects/{project(ada).pk}/"
    asked = {
        404: as_ada.get("/api/nothing/"),
        405: as_ada.post(path, {}),
        415: as_ada.post("/api/projects/", "a=1", content_type="text/plain"),
    }
    for status, answer in asked.items():
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
        assert answer.json()["detail"]
    for unknown in ("/api/projects", "/api/projects/99999999999999999999/", "/api/projects/-1/", "/api/projects/x/"):
        assert as_ada.get(unknown).status_code == 404
        assert as_ada.get(unknown)["Content-Type"] == "application/json"


def test_a_failure_of_ours_gives_nothing_away(as_ada: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("projects.views.ProjectViewSet.get_queryset", fail)
    as_ada.raise_request_exception = False
    answer = as_ada.get("/api/projects/", HTTP_X_REQUEST_ID="abcdef0123456789")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer["X-Request-ID"] == "abcdef0123456789"
    assert b"hunter2" not in answer.content
    assert "hunter2" in caplog.text


def test_names_that_look_the_same_are_the_same(ada: User, as_bob: APIClient) -> None:
    body = {"username": "\uff41\uff44\uff41", "email": "eve@example.com", "password": PASSWORD}
    for answer in (APIClient().post("/api/auth/register/", body), as_bob.patch("/api/auth/profile/", body)):
        assert (answer.status_code, list(answer.json())) == (400, ["username"])
    made = APIClient().post("/api/auth/register/", {**body, "username": "\uff45\uff56\uff45"})
    assert (made.status_code, made.json()["username"]) == (201, "eve")


def test_an_address_that_grows_in_lower_case_is_measured_as_it_is_kept() -> None:
    grows = "\u0130" * 3 + "a" * 61 + "@" + ".".join(["b" * 61] * 3)  # each letter becomes two
    body = {"username": "eve", "email": f"{grows}.com", "password": PASSWORD}
    assert len(body["email"]) <= 254 < len(body["email"].lower())
    answer = APIClient().post("/api/auth/register/", body)
    assert (answer.status_code, list(answer.json())) == (400, ["email"])


def test_who_loses_a_race_for_a_name_is_told_so(
    transactional_db: None, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda _: False)  # the other is not committed yet
    registration = {"username": "eve", "email": "eve@example.com", "password": PASSWORD}
    answers = {
        "username": client_of(bob).patch("/api/auth/profile/", {"username": "ada"}),
        "email": APIClient().post("/api/auth/register/", {**registration, "email": ada.email}),
    }
    for field, answer in answers.items():
        assert (answer.status_code, list(answer.json())) == (400, [field])
        assert "already exists" in answer.json()[field][0]


def test_half_a_surrogate_pair_is_a_400_wherever_it_is(as_ada: APIClient, ada: User) -> None:
    half = b'{"%s": "\\ud800", "password": "x"}'
    for path, field in (
        ("/api/auth/login/", b"email"),
        ("/api/auth/register/", b"username"),
        ("/api/token/refresh/", b"refresh"),
        ("/api/projects/", b"project_type"),
    ):
        answer = as_ada.post(path, half % field, content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])
    whole = as_ada.patch("/api/auth/profile/", b'{"bio": "\\ud83d\\ude00"}', content_type="application/json")
    assert whole.json()["bio"] == "\U0001f600"


@pytest.mark.parametrize(
    "charset", ["zlib", "bz2", "hex", "rot13", "base64", "idna", "undefined", "none-such", "utf-16"]
)
def test_a_charset_that_is_not_utf_8_is_a_415(charset: str) -> None:
    kinds = [f"application/json; charset={charset}", f"multipart/form-data; boundary=x; charset={charset}"]
    for kind in [
        *kinds,
        f"application/json; charset*=UTF-8''{charset}",
        "application/json; x*=none-such''y",
        "application/json; x*0=a; x*=b",
    ]:
        for method, path in (("GET", "/api/projects/?search=x"), ("POST", "/api/auth/login/")):
            answer = WSGIClient(application).open(path, method=method, data=b"--x--", headers={"Content-Type": kind})
            assert (answer.status_code, answer.content_type) == (415, "application/json")
            assert json.loads(answer.data)["detail"]


def test_a_part_whose_header_cannot_be_read_is_a_400(as_ada: APIClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="bio"; filename*0=a; filename*=b\r\n\r\nhi\r\n--x--\r\n'
    answer = as_ada.patch("/api/auth/profile/", part, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


def test_a_charset_of_utf_8_is_taken() -> None:
    for kind in ("application/json", "application/json; charset=UTF-8", 'application/json; charset="utf8"'):
        answer = WSGIClient(application).get("/livez", headers={"Content-Type": kind})
        assert answer.status_code == 200


def test_the_docs_page_has_no_options(client: Client) -> None:
    assert client.get("/api/docs/").status_code == 200
    refused = {
        405: [client.options("/api/docs/"), client.post("/api/docs/")],
        406: [client.get("/api/docs/", headers={"Accept": "application/json"})],
    }
    for status, answers in refused.items():
        for answer in answers:
            assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
            assert answer.json()["detail"]


def test_an_accept_header_that_cannot_be_read_is_a_406(as_ada: APIClient) -> None:
    for path in ("/api/projects/", "/api/schema/", "/api/docs/"):
        for accept in ("application/json;a*0=b;a*=c", "*/*;a*=none-such''b, application/json;a*0=b;a*=c"):
            answer = as_ada.get(path, HTTP_ACCEPT=accept)
            assert (answer.status_code, list(answer.json())) == (406, ["detail"])


def test_a_version_that_no_header_can_hold_is_none_of_the_schema() -> None:
    plain = WSGIClient(application).get("/api/schema/")
    for version in ("%00", "%0d%0aX-A:%20b", "%22%3b", "%e2%98%83"):
        answer = WSGIClient(application).get(f"/api/schema/?version={version}")
        assert (answer.status_code, answer.data) == (200, plain.data)
        assert answer.headers["Content-Disposition"] == plain.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
def test_a_cookie_of_ours_with_a_nul_is_a_400(name: str) -> None:
    for path in ("/admin/", "/admin/login/", "/api/health/"):
        answer = Client(headers={"Cookie": rf'{name}="\000abcdefghij"'}).get(path)
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.parametrize("value", [r'"one\012two"', r'"\000abc"', "a\tb", '{"a":1}', '"' + "a" * 32 + '"'])
@pytest.mark.parametrize("name", ["messages", "note", "csrftoken", "sessionid"])
def test_a_cookie_of_another_application_shuts_nobody_out(name: str, value: str) -> None:
    if name in ("csrftoken", "sessionid") and "000" in value:
        name = "other"
    for path, status in (("/admin/login/", 200), ("/api/schema/", 200), ("/admin/", 302)):
        assert Client(headers={"Cookie": f"{name}={value}"}).get(path).status_code == status


@pytest.mark.parametrize("header", ['name="username"; filename*0=a; filename*=b', "name=x; name*0=a; name*=b"])
def test_a_part_whose_header_cannot_be_read_is_a_400_of_the_admin_too(header: str, make_user: MakeUser) -> None:
    part = f"--x\r\nContent-Disposition: form-data; {header}\r\n\r\nx\r\n--x--\r\n"
    for client in (Client(), Client(enforce_csrf_checks=True, headers={"Cookie": f"csrftoken={'a' * 32}"})):
        client.raise_request_exception = False
        for path in ("/admin/login/", "/admin/"):
            answer = client.post(path, part, content_type="multipart/form-data; boundary=x")
            assert (answer.status_code, list(answer.json())) == (400, ["detail"])


def test_a_status_that_is_not_sent_is_asked_for(as_ada: APIClient, ada: User, bob: User) -> None:
    application = JobApplication.objects.create(job=job(ada), applicant=bob)
    answer = as_ada.patch(f"/api/applications/{application.pk}/", {})
    assert (answer.status_code, answer.json()) == (400, {"status": ["This field is required."]})
