"""The website's bucket: the few S3 calls that a deploy makes besides uploads of files.

Keys are taken as they are: `a//b`, `folder/` and the like, which obstore cannot list, are listed and deleted here.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_plus

from scripts.aws.http import AwsError, AwsHttp, Response, Retries, endpoint, error_of
from scripts.aws.signing import Credentials, encoded
from scripts.website.headers import Headers

KEYS = re.compile(r"<Key>([^<]*)</Key>")
ETAGS = re.compile(r"<ETag>(?:&#34;|&quot;|\")?([^<&\"]*)")
TOKEN = re.compile(r"<NextContinuationToken>([^<&]*)</NextContinuationToken>")
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # and the carriage return, which a parser changes
# What S3 gives a visitor besides the headers that a deploy writes, and a deploy never writes.
FOREIGN = ("content-encoding", "content-disposition", "content-language", "expires", "x-amz-website-redirect-location")
DELETE_AT_ONCE = 1000  # Amazon S3 API Reference, "DeleteObjects"


class ConflictError(AwsError):
    """A conditional write found another state than the one it was made for."""


@dataclass(frozen=True, kw_only=True)
class Object:
    """An object as it was read; `age` in seconds since it was written, by the server's own clock.

    `foreign`: it has headers that no deploy gave it.
    """

    body: bytes
    etag: str
    headers: Headers
    age: float
    foreign: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a bucket is: `endpoint` is the URL that is asked, `base` the part of the path before a key."""

    bucket: str
    region: str
    endpoint: str
    base: str


def place(bucket: str, region: str) -> Place:
    """By virtual host on AWS; by path at another endpoint, and where a dot in the name would break the certificate."""
    default = f"https://s3.{region}.amazonaws.com"
    found = endpoint("s3", default)
    if found == default and "." not in bucket:
        return Place(bucket=bucket, region=region, endpoint=f"https://{bucket}.s3.{region}.amazonaws.com", base="")
    return Place(bucket=bucket, region=region, endpoint=found, base=f"/{bucket}")


class Bucket:
    """Calls on one bucket; all raise AwsError."""

    def __init__(self, where: Place, credentials: Callable[[], Credentials], retries: Retries | None = None) -> None:
        self.place = where
        self._http = AwsHttp(
            service="s3", region=where.region, endpoint=where.endpoint, credentials=credentials, retries=retries
        )

    def list(self, prefix: str = "") -> dict[str, str]:
        """ETags, without quotes, of all objects by their key, or of those whose key begins so."""
        found: dict[str, str] = {}
        query = {"list-type": "2", **({"prefix": prefix} if prefix else {})}
        while True:
            keys, token = self._page(query)
            found |= keys
            if token is None:
                return found
            query["continuation-token"] = token

    def _page(self, query: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
        try:
            return _listed(self._bucket("GET", query).body, str)
        except SyntaxError:  # what XML's parser raises
            # A key holds a character that XML cannot. Not asked for at first: servers differ in how they encode a plus.
            return _listed(self._bucket("GET", {**query, "encoding-type": "url"}).body, unquote_plus)

    def get(self, key: str) -> Object | None:
        """The object; None where there is none."""
        answer = self._http.request("GET", self._path(key), expected=(200, 404))
        return None if answer.status == 404 else _object(answer)

    def head(self, key: str) -> Object | None:
        """The object without its content; None where there is none."""
        answer = self._http.request("HEAD", self._path(key), expected=(200, 404))
        return None if answer.status == 404 else _object(answer)

    def put(self, key: str, body: bytes, kept: Headers, *, only_over: str | None = None, only_new: bool = False) -> str:
        """Writes the object; gives its ETag.

        Raises ConflictError where `only_over` is not the ETag of what is there, or with `only_new` anything is there.
        """
        condition = {"if-none-match": "*"} if only_new else {"if-match": f'"{only_over}"'} if only_over else {}
        sent = {"content-type": kept.content_type, "cache-control": kept.cache_control, **condition}
        expected = (200, 404, 409, 412) if condition else (200,)
        answer = self._http.request("PUT", self._path(key), headers=sent, body=body, expected=expected)
        if answer.status != 200:
            raise ConflictError(f"{key} was written by somebody else", status=answer.status)
        return _etag(answer)

    def copy(self, source: str, target: str, kept: Headers) -> str:
        """Copies an object inside the bucket, with these headers; gives the copy's ETag."""
        path = f"/{self.place.bucket}/{encoded(source, safe='/-_.~')}"
        sent = {
            "x-amz-copy-source": path,
            "x-amz-metadata-directive": "REPLACE",  # else the copy has what somebody gave to the source by hand
            "content-type": kept.content_type,
            "cache-control": kept.cache_control,
        }
        answer = self._http.request("PUT", self._path(target), headers=sent)
        # S3 can begin an answer with 200 and tell of an error in its body.
        code, message = error_of(answer)
        if code:
            raise AwsError(f"s3 did not copy {source} to {target} ({code}: {message})", code=code)
        found = ETAGS.search(answer.body.decode())
        return found[1] if found else ""

    def delete(self, keys: Iterable[str], before_each: Callable[[], None] = lambda: None) -> None:
        """Deletes the objects; one that is not there is no error. `before_each` request is called."""
        from xml.sax.saxutils import escape

        left = []
        for key in keys:
            if NOT_IN_XML.search(key):  # S3 would refuse the whole list for it
                before_each()
                self._http.request("DELETE", self._path(key), expected=(200, 204, 404))
            else:
                left.append(key)
        while left:
            now, left = left[:DELETE_AT_ONCE], left[DELETE_AT_ONCE:]
            objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in now)
            body = f"<Delete><Quiet>true</Quiet>{objects}</Delete>".encode()
            digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
            before_each()
            answer = self._bucket("POST", {"delete": ""}, headers={"content-md5": digest}, body=body)
            code, message = error_of(answer)
            if code:
                raise AwsError(f"s3 did not delete every object ({code}: {message})", code=code)

    def _bucket(
        self, method: str, query: Mapping[str, str], *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        path = self.place.base or "/"
        return self._http.request(method, path, query=list(query.items()), headers=headers, body=body)

    def _path(self, key: str) -> str:
        return f"{self.place.base}/{encoded(key, safe='/-_.~')}"


def _plain(body: bytes) -> tuple[dict[str, str], str | None] | None:
    """A page of keys that need no decoding, read six times as fast; None for any other page."""
    text = body.decode()
    keys, etags = KEYS.findall(text), ETAGS.findall(text)
    if len(keys) != len(etags) or len(keys) != text.count("<Contents>") or any("&" in key for key in keys):
        return None
    token = TOKEN.search(text) if "<IsTruncated>true<" in text else None
    # Interned as release.py's are: it holds the same keys and ETags.
    return dict(zip(map(sys.intern, keys), map(sys.intern, etags), strict=True)), token[1] if token else None


def _listed(body: bytes, decode: Callable[[str], str]) -> tuple[dict[str, str], str | None]:
    """One page: ETags by key, and what the next page is asked with."""
    if (plain := _plain(body)) is not None:
        return plain
    from xml.etree import ElementTree

    page = ElementTree.fromstring(body)  # noqa: S314 - S3's own answer
    space = page.tag.rpartition("}")[0] + "}" if "}" in page.tag else ""
    found = {
        decode(one.findtext(f"{space}Key") or ""): (one.findtext(f"{space}ETag") or "").strip('"')
        for one in page.iterfind(f"{space}Contents")
    }
    more = page.findtext(f"{space}IsTruncated") == "true"
    return found, page.findtext(f"{space}NextContinuationToken") if more else None


def _etag(answer: Response) -> str:
    return answer.headers.get("etag", "").strip('"')


def _object(answer: Response) -> Object:
    written, now = answer.headers.get("last-modified"), answer.headers.get("date")
    age = (parsedate_to_datetime(now) - parsedate_to_datetime(written)).total_seconds() if written and now else 0.0
    kept = Headers(
        content_type=answer.headers.get("content-type", ""), cache_control=answer.headers.get("cache-control", "")
    )
    foreign = any(name in answer.headers for name in FOREIGN)
    return Object(body=answer.body, etag=_etag(answer), headers=kept, age=age, foreign=foreign)
