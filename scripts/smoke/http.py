"""One HTTP request, without following redirects: an answer is judged as it comes. Standard library."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.errors import PlatformError

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
    """One request; `timeout` in seconds. Never raises for what the other side does."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - http(s) is checked by the command
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout) as response:
            return _answer(response.status, response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error)
    except urllib.error.URLError as error:
        reason = "its certificate is not trusted" if isinstance(error.reason, ssl.SSLError) else error.reason
        return Answer(status=0, problem=f"no answer: {reason}")
    except (OSError, http.client.HTTPException) as error:
        return Answer(status=0, problem=f"no answer: {error or type(error).__name__}")


def gate_cookie(url: str, user: str, password: str, *, timeout: float) -> str:
    """The cookie of an environment's password gate; raises PlatformError where it does not let one in."""
    basic = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "text/html"}
    answer = ask("GET", f"{url}/", body=None, headers=headers, timeout=timeout)
    cookies = [cookie.partition(";")[0] for cookie in answer.cookies if cookie.startswith("__Host-gate=")]
    if not cookies:
        raise PlatformError(f"{url}: its gate does not let {user} in ({answer.problem or answer.status})")
    return cookies[0]


def _answer(status: int, response: Any) -> Answer:
    kind = response.headers.get_content_type() if response.headers.get("Content-Type") else ""
    cookies = tuple(response.headers.get_all("Set-Cookie") or ())
    return Answer(status=status, kind=kind, body=response.read(LARGEST), cookies=cookies)
