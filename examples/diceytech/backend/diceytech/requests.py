"""What every request passes: an id for its log lines, a limit for its body, and readers that survive any request."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import IO, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from diceytech.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]
ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")
ENVELOPE_BYTES = 64 * 1024  # of a multipart body around its files


class TextOnly:
    """Refuses a Content-Type whose charset is not UTF-8, before Django makes a request of it.

    Django would take the name of any codec that Python has, zlib and idna among them, and decode the query by it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, or 415 as JSON."""
        try:
            _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        except (ValueError, TypeError):  # a parameter in an encoding that nobody knows, or numbered and not at once
            parameters = {"charset": ""}
        if parameters.get("charset", "utf-8").lower() in CHARSETS:
            return self.application(environ, start_response)
        body = json.dumps({"detail": "Send the body in UTF-8, and say so or leave the charset out."}).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response("415 Unsupported Media Type", headers)
        return [body]


class RequestIdMiddleware:
    """Takes nginx's X-Request-ID, or makes one; log lines and the answer carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with the id in its header."""
        given = request.headers.get("X-Request-ID", "")
        name = given if ID.fullmatch(given) else uuid.uuid4().hex
        request.META["REQUEST_ID"] = name  # for what Django logs of a request once it is answered
        token = request_id.set(name)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            return response
        finally:
            request_id.reset(token)


class BodySizeMiddleware:
    """Refuses a body that is too large before any of it is kept or parsed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or 413 as JSON."""
        multipart = request.content_type == "multipart/form-data"
        limit = settings.MAX_UPLOAD_BYTES + ENVELOPE_BYTES if multipart else settings.MAX_JSON_BYTES
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > limit:
            self._discard(request, int(length))
            detail = f"The request's body is larger than {limit // 1024} KiB; send less."
            return JsonResponse({"detail": detail}, status=413)
        return self.get_response(request)

    def _discard(self, request: HttpRequest, length: int) -> None:
        """Reads what is on its way: a connection that is closed before that is reset, and the answer is lost."""
        left = min(length, 2 * settings.MAX_UPLOAD_BYTES)
        with suppress(OSError):
            while left > 0 and (chunk := request.read(min(left, ENVELOPE_BYTES))):
                left -= len(chunk)


class ReadableMiddleware:
    """A cookie or a form that Django, Python or PostgreSQL fails on is the client's mistake, not ours."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or 400 as JSON: Django reads `"\\000"` of a cookie as a NUL, which no query takes."""
        names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)  # those of other applications are not read
        if any("\0" in request.COOKIES.get(name, "") for name in names):
            return _unreadable("a cookie holds a NUL")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """400 for a form that cannot be read; the API's views, which need no CSRF token, read their own."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            len(request.POST)
        except TypeError:  # of a parameter that is numbered and not at once, as below
            return _unreadable("a part's header cannot be read")
        return None


def _unreadable(reason: str) -> JsonResponse:
    return JsonResponse({"detail": f"The request cannot be understood: {reason}."}, status=400)


class CarefulNegotiation(DefaultContentNegotiation):
    """An Accept header that Python's own parser fails on asks for nothing that there is."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type; raises NotAcceptable."""
        try:
            found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except TypeError:  # as below
            raise NotAcceptable(available_renderers=list(renderers)) from None
        return found


class BoundedJSONParser(JSONParser):
    """JSON that is nested too deep for Python, or whose text is no text, is the client's mistake, not ours."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body; raises ParseError."""
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deep") from None
        except UnicodeEncodeError:  # half of a surrogate pair: nothing can store, hash or answer it
            raise ParseError("JSON parse error - half a surrogate pair is no character") from None
        return data


class CarefulMultiPartParser(MultiPartParser):
    """A form with a header that Python's own parser fails on is the client's mistake, not ours."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed form; raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except TypeError:  # of a parameter that is numbered and not at once: filename*0=a; filename*=b
            raise ParseError("Multipart form parse error - a part's header cannot be read") from None
