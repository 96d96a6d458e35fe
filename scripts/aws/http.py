"""Signed HTTP requests to one AWS service, repeated while it is busy.

For the few calls of a website deploy that are not uploads: S3's small ones, CloudFront's and Systems Manager's.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from infra.errors import PlatformError
from scripts.aws.asking import throttled
from scripts.aws.signing import Credentials, query_text, signed_headers

BUSY = frozenset({429, 500, 502, 503, 504})
ENDPOINT = re.compile(r"https?://[^/?#@\s]+/?")


class AwsError(PlatformError):
    """AWS refused, or could not be reached; `code` is AWS's own, or empty."""

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        self.status, self.code = status, code
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Retries:
    """`attempts` in all; the pause before another one is random, up to `first` seconds doubled each time, or `most`."""

    attempts: int = 8
    first: float = 0.1
    most: float = 5.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after so many attempts."""
        return random.uniform(0, min(self.most, self.first * 2**attempt))  # noqa: S311 - spreads load, hides nothing


@dataclass(frozen=True, kw_only=True)
class Response:
    """What AWS answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AwsHttp:
    """One service at one address; safe to use from several threads, which share idle connections.

    `endpoint` is a URL without a path; `credentials` is asked before each request, so that they can be renewed.
    """

    def __init__(
        self,
        *,
        service: str,
        region: str,
        endpoint: str,
        credentials: Callable[[], Credentials],
        retries: Retries | None = None,
        timeout: float = 30.0,
    ) -> None:
        address = urlsplit(endpoint)
        self._service, self._region, self._credentials = service, region, credentials
        self._retries, self._timeout = retries or Retries(), timeout
        self._secure, self._host = address.scheme == "https", address.netloc
        self._idle: deque[http.client.HTTPConnection] = deque()
        weakref.finalize(self, close_all, self._idle)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        expected: Iterable[int] = (200,),
    ) -> Response:
        """Sends until there is an answer that is not `busy`; `path` is encoded.

        Raises AwsError for another status than those expected, and where nothing answers.
        """
        text = query_text(query)
        for attempt in range(self._retries.attempts):
            last = attempt + 1 == self._retries.attempts
            try:
                found = self._once(method, path, text, headers or {}, body)
            except (OSError, http.client.HTTPException) as error:
                if last:
                    raise AwsError(
                        f"{self._host} does not answer ({type(error).__name__}: {error}); check the network, try again"
                    ) from None
            except ValueError:  # http.client's own text quotes the header
                raise AwsError(
                    f"the request to {self._host} cannot be sent, for a letter that no header holds; look at the "
                    "region, the endpoint and the credentials"
                ) from None
            else:
                if last or not (found.status in BUSY or _throttled(found)):
                    return self._checked(found, tuple(expected), f"{method} {path}")
            time.sleep(self._retries.pause(attempt))
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Response:
        signed = signed_headers(
            method=method,
            host=self._host,
            path=path,
            query=query,
            headers=headers,
            body=body,
            service=self._service,
            region=self._region,
            credentials=self._credentials(),
            now=datetime.now(UTC),
        )
        connection = self._connection()
        try:
            connection.request(method, f"{path}?{query}" if query else path, body=body, headers=signed)
            answer = connection.getresponse()
            text = answer.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return Response(
            status=answer.status, headers={name.lower(): value for name, value in answer.getheaders()}, body=text
        )

    def _connection(self) -> http.client.HTTPConnection:
        """One that is idle, or a new one."""
        try:
            return self._idle.popleft()
        except IndexError:
            pass
        if not self._secure:
            return http.client.HTTPConnection(self._host, timeout=self._timeout)
        import ssl

        bundle = os.environ.get("AWS_CA_BUNDLE")
        try:
            context = ssl.create_default_context(cafile=bundle)
        except OSError as error:
            why = error.strerror or "no certificate in it"
            raise AwsError(f"AWS_CA_BUNDLE: {bundle} cannot be used ({why}); name a file of certificates") from None
        return http.client.HTTPSConnection(self._host, timeout=self._timeout, context=context)

    def _checked(self, found: Response, expected: tuple[int, ...], what: str) -> Response:
        if found.status in expected:
            return found
        code, message = error_of(found)
        told = f"{code}: {message}" if code else f"HTTP {found.status}"
        raise AwsError(f"{self._service} refused {what} ({told})", status=found.status, code=code)


def close_all(connections: deque[http.client.HTTPConnection]) -> None:
    """Closes all; a thread that is still reading may give one back meanwhile."""
    while connections:
        with suppress(IndexError):
            connections.pop().close()


def endpoint(service: str, default: str) -> str:
    """The service's address: the SDKs' own variables (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL), or AWS's.

    Raises AwsError where a variable holds none.
    """
    refuse_malformed_endpoint(service)
    own = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
    return (own or os.environ.get("AWS_ENDPOINT_URL") or default).rstrip("/")


def refuse_malformed_endpoint(service: str) -> None:
    """Raises AwsError where a variable that the SDKs read for this service's endpoint holds none.

    Those of services that nothing here calls may hold what other tools take, such as a path.
    """
    for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
        value = os.environ.get(name)
        if value and not ENDPOINT.fullmatch(value):
            raise AwsError(
                f"{name}: an endpoint begins with http:// or https://, then host and port alone; correct or unset it"
            )


def error_of(response: Response) -> tuple[str, str]:
    """AWS's code and message in an answer, XML or JSON; empty where there are none."""
    text = response.body.decode(errors="replace")
    code = re.search(r"<Code>(.*?)</Code>", text) or re.search(r'"__type"\s*:\s*"(?:[^"]*#)?([^"]*)"', text)
    message = re.search(r"<Message>(.*?)</Message>", text, re.DOTALL) or re.search(
        r'"[mM]essage"\s*:\s*"([^"]*)"', text
    )
    return (code[1] if code else "", message[1] if message else "")


def _throttled(response: Response) -> bool:
    return response.status == 400 and throttled(error_of(response)[0])
