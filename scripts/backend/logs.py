"""`diceytech logs`: what the backend, its worker and nginx have written, from CloudWatch Logs."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.errors import PlatformError
from scripts.aws.asking import asking
from scripts.backend.backend import Backend

POLL = 2.0  # seconds
OVERLAP = 10.0  # seconds: events reach CloudWatch late and out of order
AGO = re.compile(r"(\d{1,6})([smhd])")
FIRST = datetime(1970, 1, 1, tzinfo=UTC)  # CloudWatch knows nothing before
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line: when (milliseconds since 1970), of which part and machine, and what."""

    id: str
    at: int
    part: str
    stream: str
    text: str

    def as_json(self) -> dict[str, str]:
        """For machines."""
        moment = datetime.fromtimestamp(self.at / 1000, UTC).isoformat(timespec="milliseconds")
        return {"time": moment, "part": self.part, "stream": self.stream, "message": self.text}


def since(text: str, now: datetime) -> datetime:
    """A moment from `15m`, `2h`, `1d` or an ISO time, 1970 at the earliest; raises PlatformError for anything else."""
    try:
        if found := AGO.fullmatch(text):
            return max(FIRST, now - timedelta(**{UNITS[found[2]]: int(found[1])}))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):  # the latter: before the first year
        raise PlatformError(f"--since {text}: is no time; say for example 15m, 2h or 2026-11-25T13:00+00:00") from None
    return max(FIRST, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def groups(backend: Backend, part: str | None) -> dict[str, str]:
    """Log groups by the part that writes to them; raises PlatformError for a part that does not exist."""
    found = {
        "backend": backend.outputs.backend_log_group,
        "worker": backend.outputs.worker_log_group,
        "nginx": backend.outputs.nginx_log_group,
    }
    if part is not None and part not in found:
        raise PlatformError(f"--part {part}: the parts are {', '.join(found)}")
    return {name: group for name, group in found.items() if part in (None, name)}


def events(backend: Backend, wanted: dict[str, str], start: datetime, pattern: str | None) -> list[Event]:
    """Every line from then on, by time; raises AwsRefusedError."""
    client = backend.session.client("logs")
    found: list[Event] = []
    for part, group in wanted.items():
        request: dict[str, Any] = {"logGroupName": group, "startTime": int(start.timestamp() * 1000)}
        if pattern:
            request["filterPattern"] = pattern
        with asking(f"read the log group {group}"):
            for page in client.get_paginator("filter_log_events").paginate(**request):
                found += [_event(part, one) for one in page["events"]]
    return sorted(found, key=lambda event: (event.at, event.id))


def following(
    backend: Backend, wanted: dict[str, str], start: datetime, pattern: str | None
) -> Iterator[Sequence[Event]]:
    """What is there from then on, and then whatever is new, until it is interrupted."""
    seen: set[str] = set()
    while True:
        fresh = [event for event in events(backend, wanted, start, pattern) if event.id not in seen]
        yield fresh
        seen |= {event.id for event in fresh}
        if fresh:
            newest = datetime.fromtimestamp(fresh[-1].at / 1000, UTC)
            start = max(start, newest - timedelta(seconds=OVERLAP))
        time.sleep(POLL)


def _event(part: str, found: dict[str, Any]) -> Event:
    return Event(
        id=found["eventId"],
        at=found["timestamp"],
        part=part,
        stream=found.get("logStreamName", ""),
        text=found["message"].rstrip("\n"),
    )
