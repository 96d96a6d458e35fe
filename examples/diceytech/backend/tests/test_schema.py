"""Schemathesis over the OpenAPI schema: whatever it makes up, no answer is an error of ours, and every one is JSON."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from accounts.models import User
from diceytech.wsgi import application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from tests.conftest import client_of, project
from tests.test_hackathons_and_notifications import hackathon
from tests.test_jobs import job

schema = schemathesis.openapi.from_wsgi("/api/schema/", application)
FEW, MANY = 3, 25  # made-up requests of each operation
ANSWERS = ("application/json", "application/vnd.oai.openapi+json")


@pytest.fixture(autouse=True)
def _requests_share_the_tests_transaction() -> Iterator[None]:
    """As Django's own test client has it; schemathesis calls the WSGI application itself."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(db: None) -> str:
    """Of someone who organizes and posts; the account itself is made anew for each operation."""
    ada = User.objects.create_user("ada", "ada@example.com", "testpass123")
    project(ada), job(ada), hackathon(ada)
    header: str = client_of(ada)._credentials["HTTP_AUTHORIZATION"]
    return header


def survives(case: schemathesis.Case, token: str) -> None:
    """One made-up request."""
    answer = case.call(headers={"Authorization": token, "Host": "testserver"})
    assert answer.status_code < 500, answer.content
    if answer.content:
        assert answer.headers["content-type"][0].startswith(ANSWERS)
        answer.json()


quiet = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


@schema.parametrize()
@settings(max_examples=FEW, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=quiet)
def test_no_request_is_a_server_error(case: schemathesis.Case, token: str) -> None:
    survives(case, token)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=MANY, deadline=None, suppress_health_check=quiet)
def test_no_request_is_a_server_error_over_many_more(case: schemathesis.Case, token: str) -> None:
    survives(case, token)
