"""One HTTP request, without following redirects: an answer is judged as it comes. Standard library."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.errors import PlatformError
from infra.loopback import LOOPBACK

LARGEST = 4 * 1024 * 1024  # bytes of an answer that are read


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, media type and body; `problem` where there was no answer at all."""

    status: int
    kind: str = ""
    body: bytes = b""
    cookies: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def excerpt(self) -> str:
        """The body's beginning, on one line."""
        return " ".join(self.body[:160].decode("utf-8", "replace").split())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is the answer."""


def ask(method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
    """One request; `timeout` in seconds. Never raises for what the other side does, nor for an address it gave."""
    try:
        return _ask(method, url, body, headers, timeout)
    except urllib.error.URLError as error:
        reason = "its certificate is not trusted" if isinstance(error.reason, ssl.SSLError) else error.reason
        return Answer(status=0, problem=f"no answer: {reason}")
    except (OSError, http.client.HTTPException) as error:
        return Answer(status=0, problem=f"no answer: {error or type(error).__name__}")
    except ValueError:  # its own words would hold the header, and so the token
        return Answer(status=0, problem="cannot be asked: the address or the token is none that a request may hold")


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):  # the other side may name a file of this machine
        raise ValueError
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - as checked
    # A proxy's own localhost is another machine.
    handlers = [urllib.request.ProxyHandler({})] if parts.hostname in LOOPBACK else []
    try:
        with urllib.request.build_opener(_NoRedirect, *handlers).open(request, timeout=timeout) as response:
            return _answer(response.status, response, timeout)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error, timeout)


def gate_cookie(url: str, user: str, password: str, *, timeout: float) -> str:
    """The cookie of an environment's gate; raises PlatformError where it lets nobody in, or does not answer."""
    basic = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "text/html"}
    answer = ask("GET", f"{url}/", body=None, headers=headers, timeout=timeout)
    cookies = [cookie.partition(";")[0] for cookie in answer.cookies if cookie.startswith("__Host-gate=")]
    if answer.problem is not None:
        raise PlatformError(f"the site's gate: {answer.problem}")
    if not cookies:
        raise PlatformError(f"the site's gate does not let {user} in ({answer.status})")
    return cookies[0]


def _answer(status: int, response: Any, timeout: float) -> Answer:
    kind = response.headers.get_content_type() if response.headers.get("Content-Type") else ""
    cookies = tuple(response.headers.get_all("Set-Cookie") or ())
    return Answer(status=status, kind=kind, body=_read(response, time.monotonic() + timeout), cookies=cookies)


def _read(response: Any, deadline: float) -> bytes:
    """The body's beginning; raises TimeoutError where it comes in drops for ever."""
    body = b""
    while len(body) < LARGEST and (part := response.read1(LARGEST - len(body))):
        body += part
        if time.monotonic() > deadline:
            raise TimeoutError("the answer did not end")
    return body
