"""The demo's one origin answers what is no request as such, and reads no body as the next request."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal import edge
from rehearsal.edge import Edge

Ask = Callable[[str], str]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """What the edge answers to a request as it is sent; there is a page, and behind it nothing answers."""
    (tmp_path / "index.html").write_text("page")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def asked(text: str) -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as viewer:
            viewer.sendall(text.encode("latin-1"))
            viewer.shutdown(socket.SHUT_WR)
            return viewer.makefile("rb").read().decode()

    found = Edge(api_port=1, emulator_port=1, bucket="media", public_prefixes=(), site=tmp_path, policy="default-src x")
    with edge.serving(found, port):
        yield asked


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Content-Length: abc", 400),
        ("Content-Length: -5", 400),
        ("Content-Length: 99999999999", 413),
        ("Transfer-Encoding: Chunked", 413),
    ],
)
def test_a_body_without_a_length_is_answered_and_is_never_the_next_request(ask: Ask, header: str, status: int) -> None:
    found = ask(f"POST /api/x/ HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (found.startswith(f"HTTP/1.1 {status} "), found.count("HTTP/1.1 ")) == (True, 1)


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "FOO"])
def test_a_method_that_nobody_knows_is_refused_with_the_security_headers(ask: Ask, method: str) -> None:
    found = ask(f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert found.startswith("HTTP/1.1 405 ")
    assert "Content-Security-Policy: default-src x" in found


def test_an_address_that_is_given_whole_comes_where_its_path_comes(ask: Ask) -> None:
    assert ask("GET http://x/api/nope/ HTTP/1.1\r\nHost: x\r\n\r\n").startswith("HTTP/1.1 502 ")
    assert ask("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n").endswith("page")
