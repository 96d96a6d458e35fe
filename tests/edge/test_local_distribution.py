"""The local edge: which behaviour answers, what its function sees, and which headers a viewer gets."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.errors import PlatformError
from rehearsal import cdn_functions, cdn_server
from rehearsal.cdn import Behaviour, Distribution, Header, Origin
from rehearsal.cdn_functions import FunctionError, Functions
from rehearsal.cdn_server import with_policy
from rehearsal.cdn_viewer import Request, answered, event, gone_on

NODE = shutil.which("node")
HOST = ("Host", "e1.cloudfront.localhost:8080")
ECHO = "function handler(event) { return event.request; }"
THROWS = "function handler(event) { throw new Error('no'); }"

in_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the functions are not run")


def behaviour(pattern: str | None) -> Behaviour:
    return Behaviour(
        pattern=pattern,
        origins=(Origin(bucket="site", signed=True, headers={}),),
        failover=frozenset(),
        methods=frozenset({"GET"}),
        forwards_everything=False,
        function=None,
        headers=(),
    )


def distribution_of(*patterns: str | None) -> Distribution:
    return Distribution(
        id="E1",
        account_id="123456789012",
        region="us-east-1",
        domain="e1.cloudfront.net",
        root_object="index.html",
        behaviours=tuple(map(behaviour, patterns)),
        functions={},
    )


def test_the_first_pattern_that_fits_answers_and_the_default_one_the_rest() -> None:
    distribution = distribution_of("/api/*", "/api/v?/x", "media/*", "*.png", None)
    wanted = {
        "/api/": "/api/*",
        "/api/v1/x": "/api/*",
        "/api": None,
        "/API/x": None,
        "/apix": None,
        "/media/a.png": "media/*",
        "/logo.png": "*.png",
        "/": None,
    }
    assert {path: distribution.behaviour(path).pattern for path in wanted} == wanted


def test_a_header_of_the_policy_wins_only_where_it_overrides() -> None:
    origin = [("X-Frame-Options", "SAMEORIGIN"), ("Referrer-Policy", "origin"), ("ETag", "x")]
    policy = [
        Header(name="x-frame-options", value="DENY", override=True),
        Header(name="Referrer-Policy", value="no-referrer", override=False),
    ]
    assert with_policy(origin, policy) == [("Referrer-Policy", "origin"), ("ETag", "x"), ("x-frame-options", "DENY")]


@pytest.fixture
def functions() -> Iterator[Functions]:
    assert NODE is not None
    with cdn_functions.running(Path(NODE), {"echo": ECHO, "throws": THROWS}) as found:
        yield found


@in_node
def test_a_request_comes_through_a_function_as_it_was(functions: Functions) -> None:
    request = Request(
        method="POST",
        path="/a%20b/%C3%BC",
        query="q=%2F&tag=a&tag=b&flag",
        headers=[HOST, ("Authorization", "Bearer x"), ("Cookie", "a=1; b=x=y")],
        body=b"body",
    )
    asked = event(request, distribution_id="E1", domain="e1.cloudfront.net")
    assert asked["request"]["querystring"]["tag"]["multiValue"] == [{"value": "a"}, {"value": "b"}]
    assert gone_on(request, functions.call("echo", asked)) == request


@in_node
def test_a_function_that_throws_is_told_and_the_next_request_is_answered(functions: Functions) -> None:
    asked = event(Request(method="GET", path="/", query="", headers=[HOST]), distribution_id="E1", domain="d")
    with pytest.raises(FunctionError, match="no"):
        functions.call("throws", asked)
    assert functions.call("echo", asked)["uri"] == "/"
    functions.process.kill()
    with pytest.raises(FunctionError):
        functions.call("echo", asked)


@in_node
def test_code_that_is_no_program_is_said_so() -> None:
    assert NODE is not None
    with (
        pytest.raises(PlatformError, match="does not load: SyntaxError"),
        cdn_functions.running(Path(NODE), {"broken": "function handler( {"}),
    ):
        pass


@in_node
@pytest.mark.parametrize(
    ("request_line", "header"),
    [
        (b"GET /\xc3\xa4.js HTTP/1.1", b""),
        (b"GET / HTTP/1.1", b"Content-Length: abc"),
        (b"GET / HTTP/1.1", b"Content-Length: -5"),
    ],
)
def test_a_request_that_is_none_is_answered(request_line: bytes, header: bytes) -> None:
    assert NODE is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        cdn_server.serving(distribution_of(None), node=Path(NODE), aws_port=1, backend_port=1, port=port),
        socket.create_connection(("127.0.0.1", port), timeout=20) as viewer,
    ):
        viewer.sendall(b"\r\n".join((request_line, f"Host: e1.cloudfront.localhost:{port}".encode(), header, b"", b"")))
        assert viewer.recv(12) == b"HTTP/1.1 400"


def test_a_functions_own_answer_keeps_its_headers_and_cookies() -> None:
    found = answered(
        {
            "statusCode": 302,
            "headers": {"location": {"value": "/x"}},
            "cookies": {"gate": {"value": "1", "attributes": "Path=/; Secure"}},
        }
    )
    assert found.status == 302
    assert found.headers == [("Location", "/x"), ("Set-Cookie", "gate=1; Path=/; Secure")]
