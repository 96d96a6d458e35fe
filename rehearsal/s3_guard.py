"""Who may do what at the local S3: signatures are verified and bucket policies evaluated, before moto is asked.

moto itself verifies no signature, and takes a bucket policy's statements without regard to whom they name. Here an
account does everything with its own buckets (identity policies are not evaluated), a distribution's requests and those
of nobody what the bucket's policy allows. A policy's condition on TLS is taken as met: loopback has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import unquote

from rehearsal.policy_documents import listed
from rehearsal.policy_evaluation import allowed
from rehearsal.s3_signatures import Refusal, Request, signer

SECRET: Final = "local"  # noqa: S105 - of every access key of the local AWS
CDN: Final = "CDN-"  # an access key that begins so is a distribution's: `CDN-123456789012-E1ABC`
CDN_SERVICE: Final = "cloudfront.amazonaws.com"
_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "DELETE": "DeleteObject", "PUT": "PutObject", "POST": "PutObject"}
_NOBODY = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"

Environ = dict[str, Any]
Ask = Callable[[Environ], tuple[str, list[tuple[str, str]], bytes]]
Answer = tuple[str, list[tuple[str, str]], bytes]


def cdn_key(account_id: str, distribution_id: str) -> str:
    """The access key by which a distribution signs its requests to buckets."""
    return f"{CDN}{account_id}-{distribution_id}"


def answer(environ: Environ, ask: Ask) -> Answer | None:
    """S3's answer to a request, by `ask` where it is allowed; None for a request that is not to S3, or a bucket's."""
    request = _request(environ)
    bucket, _, key = unquote(request.path).lstrip("/").partition("/")
    owner = _owner(bucket)
    if owner is None or request.method == "OPTIONS" or not _for_s3(request):
        return None
    who = signer(request, secret=SECRET, now=datetime.now(UTC))
    if isinstance(who, Refusal):
        return _refused(who)
    if who == owner:
        return ask(environ)
    policy = _policy(owner, bucket)
    resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    action = f"s3:{_ACTIONS.get(request.method, 'None') if key else 'ListBucket'}"
    if not _may(policy, who, action, resource):
        return _refused(Refusal(code="AccessDenied", message="Access Denied"))
    status, headers, body = ask(
        {**environ, "HTTP_AUTHORIZATION": _NOBODY.format(owner), "HTTP_X_MOTO_ACCOUNT_ID": owner}
    )
    if status.startswith("404") and not _may(policy, who, "s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        return _refused(Refusal(code="AccessDenied", message="Access Denied"))  # whether a key is there is not told
    return status, headers, body


@contextmanager
def without_moto_judging() -> Iterator[None]:
    """While this module judges, moto does not."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    with patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL):
        yield


def _request(environ: Environ) -> Request:
    path, _, query = str(environ.get("RAW_URI") or environ["REQUEST_URI"]).partition("?")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    return Request(method=str(environ["REQUEST_METHOD"]), path=path, query=query, headers=headers)


def _for_s3(request: Request) -> bool:
    """Not a request that is signed for another service."""
    header = request.headers.get("authorization", "")
    return "/s3/aws4_request" in header or "Credential=" not in header


def _owner(bucket: str) -> str | None:
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(bucket)
    return str(found[1]) if found else None


def _policy(owner: str, bucket: str) -> Mapping[str, Any]:
    from moto.s3.models import s3_backends

    text = s3_backends[owner]["aws"].buckets[bucket].policy
    found: Mapping[str, Any] = json.loads(text) if text else {"Statement": []}
    return found


def _may(policy: Mapping[str, Any], who: str | None, action: str, resource: str) -> bool:
    statements = [one for one in listed(policy["Statement"]) if _names(one, who)]
    context = {"aws:SecureTransport": "true"}
    if who is not None and who.startswith(CDN):
        account, _, distribution = who.removeprefix(CDN).partition("-")
        context["AWS:SourceArn"] = f"arn:aws:cloudfront::{account}:distribution/{distribution}"
    return allowed([{"Statement": statements}], action, resource, context)


def _names(statement: Mapping[str, Any], who: str | None) -> bool:
    """Whether the statement's principal is this one; `*` is everybody, a service only itself."""
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    users: Iterable[Any] = listed(principal.get("AWS"))
    if who is not None and who.startswith(CDN):
        return CDN_SERVICE in listed(principal.get("Service")) or "*" in users
    return "*" in users or (who is not None and any(who in str(user) for user in users))


def _refused(why: Refusal) -> Answer:
    error = f"<Error><Code>{why.code}</Code><Message>{why.message}</Message></Error>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return "403 Forbidden", [("Content-Type", "application/xml")], text.encode()
