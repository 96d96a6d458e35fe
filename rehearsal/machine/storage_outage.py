"""An outage of S3 in front of the emulator: requests for the buckets named in a file are answered by 503."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
BODY: Final = (
    b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>ServiceUnavailable</Code><Message>away</Message></Error>"
)


class StorageOutage:
    """The WSGI application before the emulator's; `away` holds one bucket a line, while there is an outage."""

    def __init__(self, aws: App, away: Path) -> None:
        self._aws, self._away = aws, away

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Refuses a request for a bucket that is away, or hands it on."""
        bucket = str(environ.get("PATH_INFO", "")).split("/")[1:2]
        if not self._away.exists() or not bucket or bucket[0] not in self._away.read_text(encoding="utf-8").split():
            return self._aws(environ, start_response)
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(BODY)))]
        start_response("503 Service Unavailable", headers)
        return [BODY]


@contextmanager
def outage(away: Path, bucket: str) -> Iterator[None]:
    """The bucket is away until the block ends."""
    away.write_text(f"{bucket}\n", encoding="utf-8")
    try:
        yield
    finally:
        away.unlink()
