"""A proxy on loopback that passes requests on to an S3 server, and fails where it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["none", "dead", "lost", "busy", "truncated", "etag", "damaged"]
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: its number, method, path with query, and the names of its headers in lower case."""

    number: int
    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path


@dataclass(kw_only=True)
class FaultProxy:
    """`fault` says what happens to a request: nothing, or

    `dead`: it is not passed on, and nothing answers; `lost`: passed on, and the answer is lost; `busy`: 503 SlowDown;
    `truncated`: half of the answer; `etag`: another ETag in the answer; `damaged`: other content arrives.
    """

    upstream: str
    fault: Callable[[Asked], Fault]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """Where to send requests."""
        return f"http://127.0.0.1:{self.port}"

    def seen(self, handler: BaseHTTPRequestHandler) -> Asked:
        """The request, counted."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.lock:
            one = Asked(number=len(self.asked), method=handler.command, target=handler.path, headers=headers)
            self.asked.append(one)
            return one


@contextmanager
def fault_proxy(upstream: str, fault: Callable[[Asked], Fault] = lambda _: "none") -> Iterator[FaultProxy]:
    """A proxy that runs until the block ends."""
    proxy = FaultProxy(upstream=upstream, fault=fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = proxy.seen(self)
            found = proxy.fault(asked)
            if found == "dead":
                self.close_connection = True
                return
            if found == "busy":
                self.reply(503, {}, SLOW_DOWN)
                return
            if found == "damaged" and body:
                body = bytes([body[0] ^ 1]) + body[1:]
            status, headers, text = passed_on(asked, body)
            if found == "lost":
                self.close_connection = True
                return
            if found == "etag" and "etag" in headers:
                headers["etag"] = '"00000000000000000000000000000000"'
            self.reply(status, headers, text, cut=found == "truncated")

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

        def reply(self, status: int, headers: dict[str, str], text: bytes, *, cut: bool = False) -> None:
            with suppress(ConnectionError):
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in headers:
                    self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.close_connection = self.close_connection or cut
                if self.command != "HEAD":
                    self.wfile.write(text[: len(text) // 2] if cut else text)

        def log_message(self, *_: object) -> None:
            pass

    def passed_on(asked: Asked, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(proxy.upstream).netloc, timeout=60)
        connection.request(asked.method, asked.target, body=body, headers=asked.headers)
        answer = connection.getresponse()
        text = answer.read()
        keep = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "transfer-encoding"}
        connection.close()
        return answer.status, keep, text

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
