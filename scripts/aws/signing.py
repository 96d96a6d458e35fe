"""Signature Version 4 of one request, in the standard library alone.

A deploy that changes nothing takes a quarter of a second; botocore's signer, awscrt and requests-aws4auth take half of
that to import. A test compares signatures with botocore's.
Source: IAM User Guide, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from infra.errors import PlatformError

ALGORITHM = "AWS4-HMAC-SHA256"
UNSENDABLE = re.compile("[^!-~]")


class CredentialsError(PlatformError):
    """No credentials, those of another account, or such as no request can carry."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Keys of one identity; `token` goes with temporary ones, and `source` says where they are from.

    Raises CredentialsError for what no header can hold: HTTP's own refusal of it would quote the value.
    """

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        values = {"access key": self.access_key, "secret key": self.secret_key, "session token": self.token or ""}
        for name, value in values.items():
            if UNSENDABLE.search(value):
                what = f"{name} from {self.source}" if self.source else name
                raise CredentialsError(
                    f"the {what} holds a blank, a line break or a letter that no key has; copy it again, whole and on "
                    "one line"
                )


def encoded(text: str, *, safe: str = "-_.~") -> str:
    """Percent-encoded as AWS compares it; pass `safe` with a slash for a key in a path."""
    return quote(text, safe=safe)


def query_text(parameters: Iterable[tuple[str, str]]) -> str:
    """The query of a URL, in the order in which it is signed."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(parameters))


def signed_headers(
    *,
    method: str,
    host: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    service: str,
    region: str,
    credentials: Credentials,
    now: datetime,
) -> dict[str, str]:
    """The headers to send, with the signature; `path` and `query` are encoded, `now` is in UTC."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": host, "x-amz-date": stamp, "x-amz-content-sha256": digest}
    if credentials.token:
        sent["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{' '.join(sent[name].split())}\n" for name in sorted(sent))
    request = "\n".join([method, path, query, lines, names, digest])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = _key(credentials.secret_key, stamp[:8], region, service)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{ALGORITHM} Credential={credentials.access_key}/{scope}"
    return {**sent, "authorization": f"{credential}, SignedHeaders={names}, Signature={signature}"}


def _key(secret: str, *parts: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*parts, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
