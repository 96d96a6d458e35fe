"""A request on loopback as both local edges take it: of any method, its body of a length that is known."""

from __future__ import annotations

import re
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

BODY_LIMIT = 64 * 1024 * 1024  # bytes
ABSOLUTE = re.compile(r"https?://([^/?#]+)(.*)", re.IGNORECASE)


class MalformedError(Exception):
    """A request that goes no further, and the `status` with which it is answered."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class LoopbackRequest(BaseHTTPRequestHandler):
    """Its subclass has `answer`, to which every request comes; a method that nobody knows too."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        """One connection; a browser that leaves a page hangs up in the middle of answers."""
        with suppress(ConnectionError):
            super().handle()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def target(self) -> tuple[str, str]:
        """Host, and path with query; an address that is given whole has the host that counts (RFC 9112, 3.2.2).

        Raises MalformedError.
        """
        absolute = ABSOLUTE.fullmatch(self.path)
        host, path = absolute.groups() if absolute else (self.headers.get("Host", ""), self.path)
        path = path if absolute is None or path.startswith("/") else f"/{path}"
        if not (path.startswith("/") and path.isascii()):
            raise self._malformed(400, "the request's path has no slash, or is not percent-encoded")
        return host, path

    def body(self) -> bytes:
        """The body; raises MalformedError where its length is none, not told, or too much."""
        if "Transfer-Encoding" in self.headers:
            raise self._malformed(413, "the request's body is of unknown length")
        stated = {one.strip() or "0" for one in self.headers.get_all("Content-Length", ["0"])}
        length = stated.pop()
        if stated or not (length.isascii() and length.isdigit()):
            raise self._malformed(400, "the request's length is no number")
        if int(length) > BODY_LIMIT:
            raise self._malformed(413, "the request's body is too large")
        return self.rfile.read(int(length))

    def _malformed(self, status: int, why: str) -> MalformedError:
        """Where a body is left unread, the connection ends: it would be taken for the next request."""
        self.close_connection = True
        return MalformedError(status, why)

    def log_message(self, *_: object) -> None:
        """Nothing: the backend has its own log."""
