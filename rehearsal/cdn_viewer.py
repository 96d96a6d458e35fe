"""A viewer's request between HTTP and a CloudFront function's event.

Source: Amazon CloudFront Developer Guide, "CloudFront Functions event structure".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """Path and query are encoded; names of headers as they came, `Cookie` among them."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    address: str = "127.0.0.1"

    def header(self, name: str) -> str:
        """A header's value, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer, its body whole."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


def event(request: Request, *, distribution_id: str, domain: str) -> dict[str, Any]:
    """The event of a viewer request."""
    headers = [(name.lower(), value) for name, value in request.headers if name.lower() != "cookie"]
    pairs = [part.partition("=") for part in request.query.split("&") if part]
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "distributionId": distribution_id, "distributionDomainName": domain},
        "viewer": {"ip": request.address},
        "request": {
            "method": request.method,
            "uri": request.path,
            "querystring": _valued((name, value) for name, _, value in pairs),
            "headers": _valued(headers),
            "cookies": _valued(_cookies(request)),
        },
    }


def gone_on(request: Request, found: Mapping[str, Any]) -> Request:
    """The request as the function gave it back."""
    names = {name.lower(): name for name, _ in request.headers}
    headers = [(names.get(name, name), value) for name, value in _flat(found.get("headers", {}))]
    cookies = "; ".join(f"{name}={value}" for name, value in _flat(found.get("cookies", {})))
    query = "&".join(f"{name}={value}" if value else name for name, value in _flat(found.get("querystring", {})))
    return Request(
        method=request.method,
        path=str(found["uri"]),
        query=query,
        headers=[*headers, *([("Cookie", cookies)] if cookies else [])],
        body=request.body,
        address=request.address,
    )


def answered(found: Mapping[str, Any]) -> Response:
    """The response that a function made instead."""
    cookies = [
        ("Set-Cookie", "; ".join(filter(None, (f"{name}={one['value']}", one.get("attributes")))))
        for name, one in found.get("cookies", {}).items()
    ]
    body = found.get("body", "")
    text = body if isinstance(body, str) else str(body.get("data", ""))
    headers = [(name.title(), value) for name, value in _flat(found.get("headers", {}))]
    return Response(status=int(found["statusCode"]), headers=[*headers, *cookies], body=text.encode())


def _cookies(request: Request) -> Iterable[tuple[str, str]]:
    for line in (value for name, value in request.headers if name.lower() == "cookie"):
        for part in line.split(";"):
            name, equals, value = part.strip().partition("=")
            if equals:
                yield name, value


def _valued(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            values = found[name].setdefault("multiValue", [{"value": found[name]["value"]}])
            values.append({"value": value})
        else:
            found[name] = {"value": value}
    return found


def _flat(values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, one in values.items():
        for item in one.get("multiValue") or [one]:
            yield name, str(item["value"])
