"""Headers of every answer that the CDN leaves to Django: what its content may load, and that nobody keeps it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
# The admin's and the API's own pages: their scripts and styles are files, and some of their icons are data URLs.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class HeadersMiddleware:
    """Sets Content-Security-Policy and Cache-Control where a view has not."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with both headers."""
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
        response.headers.setdefault("Cache-Control", "no-store, max-age=0")
        return response
