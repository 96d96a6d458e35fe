"""Logging: one JSON object a line on standard output, which the platform's log filters count errors in."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonFormatter(logging.Formatter):
    """A record as JSON: time, level, logger, message, environment, release, request id, and the exception if any."""

    def __init__(self, environment: str, release: str) -> None:
        super().__init__()
        self.constants = {"environment": environment, "release": release}

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self.constants,
            "request_id": request_id.get() or getattr(getattr(record, "request", None), "META", {}).get("REQUEST_ID"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configuration(*, level: str, environment: str, release: str, cloudwatch_group: str | None) -> dict[str, Any]:
    """Django's LOGGING. With `cloudwatch_group` the guide's watchtower handler sends the same lines there too.

    The platform reads standard output, which loses nothing; watchtower keeps lines in the process until it sends them.
    """
    handlers: dict[str, Any] = {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
    }
    if cloudwatch_group is not None:
        handlers["cloudwatch"] = {
            "class": "watchtower.CloudWatchLogHandler",
            "log_group_name": cloudwatch_group,
            "create_log_group": False,
            "formatter": "json",
        }
    chatty = ("botocore", "boto3", "urllib3", "s3transfer", "PIL", "django.db.backends")
    chattier = ("procrastinate.periodic", "procrastinate.blueprints")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "environment": environment, "release": release}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            **{name: {"level": "INFO"} for name in chatty},
            **{name: {"level": "WARNING"} for name in chattier},
        },
    }
