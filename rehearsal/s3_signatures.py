"""Who signed a request to S3, checked as S3 does: header or query, scope, and age.

Source: IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Authenticating Requests: Using
Query Parameters". The body is not held against its declared hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)  # that a clock may be off
_HEADER = re.compile(rf"{ALGORITHM} +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came: `path` and `query` still encoded, names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """S3's error code and words; the status is 403."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class _Claim:
    credential: list[str]
    signed: str
    signature: str
    stamp: str
    expires: timedelta | None
    query: list[tuple[str, str]]
    payload: str


def signer(request: Request, *, secret: str, now: datetime) -> str | Refusal | None:
    """The access key that signed the request with `secret`; None where nobody did, a Refusal where it does not hold."""
    claim = _claim(request)
    if claim is None or isinstance(claim, Refusal):
        return claim
    try:
        made = datetime.strptime(claim.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        key, date, region, service, end = claim.credential
    except ValueError:
        return Refusal(code="AuthorizationHeaderMalformed", message="The credential or the date is malformed")
    if (date, service, end) != (claim.stamp[:8], "s3", "aws4_request"):
        return Refusal(code="AuthorizationHeaderMalformed", message="The credential's scope is not this request's")
    if claim.expires is not None and not made - SKEW <= now <= made + claim.expires:
        return Refusal(code="AccessDenied", message="Request has expired")
    if claim.expires is None and abs(now - made) > SKEW:
        return Refusal(code="RequestTimeTooSkewed", message="The difference between the clocks is too large")
    expected = _signature(request, claim, secret, region)
    if not hmac.compare_digest(expected, claim.signature):
        return Refusal(code="SignatureDoesNotMatch", message="The signature does not match the request")
    return key


def _claim(request: Request) -> _Claim | Refusal | None:
    query = parse_qsl(request.query, keep_blank_values=True)
    asked = dict(query)
    if header := request.headers.get("authorization"):
        found = _HEADER.fullmatch(header.strip())
        if found is None:
            return Refusal(code="InvalidRequest", message="Only Signature Version 4 is accepted")
        return _Claim(
            credential=found[1].split("/"),
            signed=found[2],
            signature=found[3],
            stamp=request.headers.get("x-amz-date", ""),
            expires=None,
            query=query,
            payload=request.headers.get("x-amz-content-sha256", ""),
        )
    if "X-Amz-Signature" not in asked:
        old = "Signature" in asked or "AWSAccessKeyId" in asked
        return Refusal(code="InvalidRequest", message="Only Signature Version 4 is accepted") if old else None
    seconds = asked.get("X-Amz-Expires", "")
    return _Claim(
        credential=asked.get("X-Amz-Credential", "").split("/"),
        signed=asked.get("X-Amz-SignedHeaders", ""),
        signature=asked["X-Amz-Signature"],
        stamp=asked.get("X-Amz-Date", ""),
        expires=timedelta(seconds=int(seconds) if seconds.isdigit() else 0),
        query=[(name, value) for name, value in query if name != "X-Amz-Signature"],
        payload=request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    )


def _signature(request: Request, claim: _Claim, secret: str, region: str) -> str:
    names = claim.signed.split(";")
    lines = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in claim.query)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    text = "\n".join([request.method, request.path, query, lines, claim.signed, claim.payload])
    scope = f"{claim.stamp[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join([ALGORITHM, claim.stamp, scope, hashlib.sha256(text.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()
