"""What a distribution asks of its origins: buckets with a signed request, the backend with the viewer's own.

Cached behaviours pass on no cookie, no query and few headers (the managed policy CachingOptimized); the backend's pass
on everything (AllViewer), the Host among it.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rehearsal.cdn import Behaviour, Distribution, Origin
from rehearsal.cdn_viewer import Request, Response
from rehearsal.s3_guard import SECRET, cdn_key

TIMEOUT = 60.0  # seconds, as the distribution's origins have it
HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
ADDED_BY_MOTO = "access-control-"  # S3 sets these for a request with an Origin only, and buckets get none from here
PASSED_TO_BUCKETS = ("if-none-match", "if-modified-since", "range", "if-range")


class OriginSilentError(Exception):
    """Nothing answers there: CloudFront would say 502."""


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where the distribution's origins are on this machine: the ports of the local AWS and of the backend."""

    distribution: Distribution
    aws_port: int
    backend_port: int

    def ask(self, behaviour: Behaviour, request: Request) -> Response:
        """The first origin's answer, or the second's where the first fails; raises OriginSilentError."""
        for number, origin in enumerate(behaviour.origins, start=1):
            last = number == len(behaviour.origins)
            try:
                found = self._one(origin, behaviour, request)
            except OriginSilentError:
                if last:
                    raise
                continue
            if last or found.status not in behaviour.failover:
                return found
        raise AssertionError("a behaviour has at least one origin")

    def _one(self, origin: Origin, behaviour: Behaviour, request: Request) -> Response:
        if origin.bucket is not None:
            path = f"/{origin.bucket}{request.path}"
            found = _sent(self.aws_port, request.method, path, self._to_bucket(origin, request, path), b"")
            kept = [one for one in found.headers if not one[0].lower().startswith(ADDED_BY_MOTO)]
            return replace(found, headers=kept)
        headers = {"Host": request.header("host"), **origin.headers}
        if behaviour.forwards_everything:
            headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
            before = request.header("x-forwarded-for")
            forwarded = ", ".join(filter(None, (before, request.address)))
            headers |= {**origin.headers, "X-Forwarded-For": forwarded, "Via": "1.1 local (CloudFront)"}
        path = f"{request.path}?{request.query}" if request.query else request.path
        return _sent(self.backend_port, request.method, path, headers, request.body)

    def _to_bucket(self, origin: Origin, request: Request, path: str) -> dict[str, str]:
        asked_for = [(name, value) for name, value in request.headers if name.lower() in PASSED_TO_BUCKETS]
        passed = {name: value for name, value in asked_for if name.lower() != "if-modified-since" or _is_date(value)}
        if not origin.signed:
            return passed
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        asked = AWSRequest(method=request.method, url=f"http://127.0.0.1:{self.aws_port}{path}", headers=passed)
        key = cdn_key(self.distribution.account_id, self.distribution.id)
        S3SigV4Auth(Credentials(key, SECRET), "s3", self.distribution.region).add_auth(asked)
        return {name: str(value) for name, value in asked.headers.items()}


def _is_date(value: str) -> bool:
    """Whether it is one in HTTP's form: S3 passes over any other, on which moto fails."""
    try:
        datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT")
    except ValueError:
        return False
    return True


def _sent(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers))
        found = connection.getresponse()
        data = found.read()
    except (OSError, http.client.HTTPException) as error:
        raise OriginSilentError(str(error)) from None
    finally:
        connection.close()
    kept = [(name, value) for name, value in found.getheaders() if name.lower() not in HOP_BY_HOP]
    return Response(status=found.status, headers=kept, body=data)
