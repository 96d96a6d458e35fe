"""A distribution that answers on loopback, for browsers and tests: what CloudFront would do with each request.

In order: the behaviour by its path, its allowed methods, its viewer-request function, its origin, its response headers
policy. Two things are not the distribution's own: the backend is on this machine, and there is no TLS, so viewers are
not redirected to HTTPS and redirects of a function to this very host stay on HTTP. Nothing is cached or compressed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from rehearsal import cdn_functions
from rehearsal.cdn import Behaviour, Distribution, Header
from rehearsal.cdn_functions import FunctionError, Functions
from rehearsal.cdn_origins import Origins, OriginSilentError
from rehearsal.cdn_viewer import Request, Response, answered, event, gone_on
from rehearsal.loopback_request import LoopbackRequest, MalformedError

SUFFIX = ".cloudfront.net"
LOCAL_SUFFIX = ".cloudfront.localhost"  # browsers take every name under localhost for this machine


def local_host(domain: str, port: int) -> str:
    """Host and port of a distribution's domain on this machine."""
    return f"{domain.removesuffix(SUFFIX)}{LOCAL_SUFFIX}:{port}"


@dataclass(frozen=True, kw_only=True)
class Cdn:
    """A distribution, its functions and its origins."""

    distribution: Distribution
    functions: Functions
    origins: Origins
    host: str

    def answer(self, request: Request) -> Response:
        """What a viewer gets."""
        if request.header("host").lower() != self.host:
            return _own_error(403, f"no distribution answers for this host; this one is {self.host}")
        behaviour = self.distribution.behaviour(request.path)
        if request.method not in behaviour.methods:
            return _refused(behaviour, 403, "this distribution is not configured to allow the method")
        try:
            found = self._through_function(behaviour, request)
            if isinstance(found, Response):
                return self._on_this_host(found)
            if found.path == "/" and self.distribution.root_object:
                found = Request(**{**vars(found), "path": f"/{self.distribution.root_object}"})
            response = self.origins.ask(behaviour, found)
        except FunctionError as error:
            return _refused(behaviour, 503, f"FunctionExecutionError: {error}")
        except OriginSilentError:
            return _refused(behaviour, 502, "the origin does not answer")
        return Response(
            status=response.status, headers=with_policy(response.headers, behaviour.headers), body=response.body
        )

    def _through_function(self, behaviour: Behaviour, request: Request) -> Request | Response:
        if behaviour.function is None:
            return request
        asked = event(request, distribution_id=self.distribution.id, domain=self.distribution.domain)
        found = self.functions.call(behaviour.function, asked)
        return answered(found) if "statusCode" in found else gone_on(request, found)

    def _on_this_host(self, response: Response) -> Response:
        here = f"https://{self.host}/"
        moved = [
            (name, f"http://{self.host}/{value.removeprefix(here)}" if value.startswith(here) else value)
            for name, value in response.headers
        ]
        return Response(status=response.status, headers=moved, body=response.body)


def with_policy(headers: Sequence[tuple[str, str]], policy: Sequence[Header]) -> list[tuple[str, str]]:
    """An origin's headers with those of a response headers policy."""
    there = {name.lower() for name, _ in headers}
    wanted = [one for one in policy if one.override or one.name.lower() not in there]
    replaced = {one.name.lower() for one in wanted}
    return [*((name, value) for name, value in headers if name.lower() not in replaced)] + [
        (one.name, one.value) for one in wanted
    ]


def _refused(behaviour: Behaviour, status: int, why: str) -> Response:
    error = _own_error(status, why)
    return Response(status=status, headers=with_policy(error.headers, behaviour.headers), body=error.body)


def _own_error(status: int, why: str) -> Response:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("X-Cache", "Error from cloudfront")]
    return Response(status=status, headers=headers, body=f"{why}\n".encode())


class _Handler(LoopbackRequest):
    server_version, sys_version = "local-cloudfront", ""
    cdn: Cdn

    def answer(self) -> None:
        """What the distribution answers."""
        try:
            request = self._request()
        except MalformedError as error:
            self._give(_own_error(error.status, str(error)))
            return
        self._give(self.cdn.answer(request))

    def _request(self) -> Request:
        host, target = self.target()
        path, _, query = target.partition("?")
        others = [(name, value) for name, value in self.headers.items() if name.lower() != "host"]
        return Request(
            method=self.command,
            path=path,
            query=query,
            headers=[("Host", host), *others],
            body=self.body(),
            address=str(self.client_address[0]),
        )

    def _give(self, response: Response) -> None:
        self.send_response(response.status)
        size = next((value for name, value in response.headers if name.lower() == "content-length"), "0")
        for name, value in response.headers:
            if name.lower() not in ("content-length", "server", "date"):
                self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", size if self.command == "HEAD" else str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)


@contextmanager
def serving(distribution: Distribution, *, node: Path, aws_port: int, backend_port: int, port: int) -> Iterator[Cdn]:
    """The distribution at `port` of loopback until the block ends; raises OSError where the port is taken."""
    origins = Origins(distribution=distribution, aws_port=aws_port, backend_port=backend_port)
    with cdn_functions.running(node, distribution.functions) as functions:
        host = local_host(distribution.domain, port)
        cdn = Cdn(distribution=distribution, functions=functions, origins=origins, host=host)
        handler = type("Handler", (_Handler,), {"cdn": cdn})
        with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            server.daemon_threads = True
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield cdn
            finally:
                server.shutdown()
                thread.join()
