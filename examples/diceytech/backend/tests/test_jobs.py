"""Jobs, applications, and who may read a résumé."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import pytest
from accounts.models import User
from jobs.models import Job, JobApplication
from rest_framework.test import APIClient

from tests.conftest import BUCKET, MakeUser, client_of, docx, pdf, picture, stored_keys

pytestmark = pytest.mark.django_db
JOB = {
    "title": "Engineer",
    "company": "Acme",
    "description": "Build",
    "requirements": "Care",
    "job_type": "full-time",
    "location_type": "remote",
    "location": "Anywhere",
}


def job(poster: User, **fields: Any) -> Job:
    return Job.objects.create(posted_by=poster, **{**JOB, **fields})


def test_applying_answers_with_a_signed_url_that_serves_the_resume(
    as_bob: APIClient, ada: User, empty_bucket: None
) -> None:
    answer = as_bob.post(f"/api/jobs/{job(ada).pk}/apply/", {"resume": pdf(), "cover_letter": "Hi"}, format="multipart")
    assert answer.status_code == 201, answer.json()
    url = urlsplit(answer.json()["resume"])
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert "/resumes/" in url.path
    with urlopen(answer.json()["resume"]) as found:  # noqa: S310 - the emulator's own URL
        assert found.read().startswith(b"%PDF-")
        assert found.headers["Content-Disposition"] == "attachment"
        assert found.headers["Cache-Control"] == "private, no-store"


def test_only_applicant_and_poster_see_an_application(ada: User, bob: User, make_user: MakeUser) -> None:
    application = JobApplication.objects.create(job=job(ada), applicant=bob, resume="resumes/secret.pdf")
    path = f"/api/applications/{application.pk}/"
    assert client_of(bob).get(path).status_code == client_of(ada).get(path).status_code == 200
    eve = client_of(make_user("eve"))
    for answer in (eve.get(path), eve.patch(path, {"status": "accepted"}), APIClient().get(path)):
        assert answer.status_code in (401, 404)
        assert b"secret" not in answer.content
    assert eve.get(f"/api/jobs/{application.job_id}/applications/").status_code == 404
    assert eve.get("/api/applications/").json()["count"] == 0
    assert client_of(ada).get(f"/api/jobs/{application.job_id}/applications/").json()["count"] == 1


def test_the_applicant_cannot_change_the_status(ada: User, bob: User) -> None:
    application = JobApplication.objects.create(job=job(ada), applicant=bob)
    path = f"/api/applications/{application.pk}/"
    assert client_of(bob).patch(path, {"status": "accepted"}).status_code == 403
    assert client_of(ada).patch(path, {"status": "no such"}).status_code == 400
    assert client_of(ada).patch(path, {"status": "reviewed", "cover_letter": "forged"}).json()["cover_letter"] == ""


def test_one_applies_once_and_to_open_jobs_only(as_bob: APIClient, ada: User) -> None:
    path = f"/api/jobs/{job(ada).pk}/apply/"
    assert as_bob.post(path, {}).status_code == 201
    second = as_bob.post(path, {})
    assert (second.status_code, second.json()) == (400, {"message": "Already applied to this job"})
    closed = as_bob.post(f"/api/jobs/{job(ada, is_active=False).pk}/apply/", {})
    assert (closed.status_code, closed.json()) == (400, {"message": "This job is closed"})
    assert as_bob.post("/api/jobs/0/apply/", {}).json() == {"error": "Job not found"}


def test_a_job_is_changed_by_its_poster_only(as_ada: APIClient, as_bob: APIClient, ada: User) -> None:
    path = f"/api/jobs/{job(ada).pk}/"
    assert as_bob.patch(path, {"title": "Mine"}).status_code == 403
    logo = as_ada.patch(path, {"company_logo": picture()}, format="multipart")
    assert logo.json()["company_logo"].startswith("https://cdn.example/media/company_logos/")
    assert as_ada.patch(path, {"salary_min": "10", "salary_max": "5"}).status_code == 400
    assert as_ada.get("/api/jobs/", {"type": "full-time", "location_type": "remote"}).json()["count"] == 1


@pytest.mark.parametrize("file", [pdf, docx])
def test_resumes_are_kept_under_random_names(file: Any, as_bob: APIClient, ada: User, empty_bucket: None) -> None:
    upload = file()
    as_bob.post(f"/api/jobs/{job(ada).pk}/apply/", {"resume": upload}, format="multipart")
    (key,) = stored_keys()
    assert key.startswith("resumes/")
    assert key.endswith((".pdf", ".docx"))
    assert "cv" not in key
    assert boto3.client("s3").head_object(Bucket=BUCKET, Key=key)["ContentLength"] == upload.size


def test_listing_jobs_takes_four_queries(ada: User, django_assert_num_queries: Any) -> None:
    client = client_of(ada)
    for _ in range(5):
        job(ada)
    with django_assert_num_queries(4):
        assert client.get("/api/jobs/").json()["count"] == 5
