"""The platform guide's watchtower: what the product logs arrives in the log group, here in an emulated CloudWatch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.servers import ask, gunicorn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GROUP = "diceytech-backend"


@pytest.fixture
def group() -> Iterator[str]:
    """The guide's log group, which the platform makes."""
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    yield GROUP
    logs.delete_log_group(logGroupName=GROUP)


def test_a_line_on_standard_output_is_in_the_log_group_too(group: str, unused_tcp_port: int, tmp_path: Path) -> None:
    with (
        (tmp_path / "log").open("wb") as log,
        gunicorn(unused_tcp_port, log, LOG_TO_CLOUDWATCH="true", AWS_LOG_GROUP=group, ENVIRONMENT="dev"),
    ):
        assert ask(unused_tcp_port, "/api/no-such-path/")[0] == 404
    written = [line for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines() if "no-such-path" in line]
    (sent,) = [line for line in messages(group) if "no-such-path" in line]
    assert written == [sent]
    found = json.loads(sent)
    assert (found["level"], found["logger"], found["environment"]) == ("WARNING", "django.request", "dev")


def messages(group: str) -> list[str]:
    """Everything in the group."""
    return [event["message"] for event in boto3.client("logs").filter_log_events(logGroupName=group)["events"]]
