"""The local edge: which behaviour answers, what its function sees, and which headers a viewer gets."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from infra.errors import PlatformError
from rehearsal import cdn_functions, cdn_server
from rehearsal.cdn import Behaviour, Distribution, Header, Origin
from rehearsal.cdn_functions import FunctionError, Functions
from rehearsal.cdn_origins import Origins
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
        headers=(Header(name="X-Behaviour", value=pattern or "default", override=True),),
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


@contextmanager
def served(*patterns: str | None) -> Iterator[tuple[str, Callable[[str], str]]]:
    """A distribution's host, and what it answers to a request as it is sent; behind it nothing answers."""
    assert NODE is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    host = f"e1.cloudfront.localhost:{port}"

    def ask(text: str) -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as viewer:
            viewer.sendall(text.replace("HOST", host).encode("latin-1"))
            viewer.shutdown(socket.SHUT_WR)
            return viewer.makefile("rb").read().decode()

    with cdn_server.serving(distribution_of(*patterns), node=Path(NODE), aws_port=1, backend_port=1, port=port):
        yield host, ask


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
    functions.process.wait()
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
        ("GET /\xc3\xa4.js HTTP/1.1", ""),
        ("GET api/x HTTP/1.1", ""),
        ("OPTIONS * HTTP/1.1", ""),
        ("GET / HTTP/1.1", "Content-Length: abc"),
        ("GET / HTTP/1.1", "Content-Length: -5"),
        ("GET / HTTP/1.1", "Content-Length: 0\r\nContent-Length: 30"),
    ],
)
def test_a_request_that_is_none_is_answered(request_line: str, header: str) -> None:
    with served(None) as (_, ask):
        assert ask("\r\n".join((request_line, "Host: HOST", header, "", ""))).startswith("HTTP/1.1 400 ")


@in_node
def test_an_address_that_is_given_whole_is_its_path_and_its_host() -> None:
    with served("/api/*", None) as (host, ask):
        assert "X-Behaviour: /api/*" in ask("GET http://HOST/api/nope/?a HTTP/1.1\r\nHost: other\r\n\r\n")
        assert "X-Behaviour: default" in ask("GET http://HOST HTTP/1.1\r\nHost: HOST\r\n\r\n")
        other = ask("GET http://evil/ HTTP/1.1\r\nHost: HOST\r\n\r\n")
        assert f"no distribution answers for this host; this one is {host}" in other


@in_node
@pytest.mark.parametrize("word", ["chunked", "Chunked", "gzip, CHUNKED", "identity"])
def test_a_body_of_unknown_length_is_never_the_next_request(word: str) -> None:
    chunk = "GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n"
    with served(None) as (_, ask):
        found = ask(f"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: {word}\r\n\r\n{chunk}")
    assert (found.startswith("HTTP/1.1 413 "), found.count("HTTP/1.1 ")) == (True, 1)


@in_node
@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "FOO", "POST"])
def test_a_method_that_is_not_allowed_is_refused_with_the_policys_headers(method: str) -> None:
    with served(None) as (_, ask):
        found = ask(f"{method} / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n")
    assert found.startswith("HTTP/1.1 403 ")
    assert "X-Behaviour: default" in found
    assert found.endswith("this distribution is not configured to allow the method\n")


@pytest.mark.parametrize(
    ("date", "passed"), [("yesterday", False), ("Thu, 26 Nov 2026 10:00:00 GMT", True), ("2026-11-26", False)]
)
def test_a_date_that_is_none_does_not_reach_a_bucket(date: str, passed: bool) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as bucket:

        def answer() -> None:
            with bucket.accept()[0] as connection:
                asked.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        origins = Origins(distribution=distribution_of(None), aws_port=bucket.getsockname()[1], backend_port=1)
        request = Request(method="GET", path="/", query="", headers=[HOST, ("If-Modified-Since", date)])
        assert origins.ask(behaviour(None), request).status == 200
        thread.join()
    assert (date.encode() in asked[0]) == passed


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
