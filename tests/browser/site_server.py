"""The built site as CloudFront serves it: security headers, pages for paths without a file, the rest to the backend."""

from __future__ import annotations

import http.client
import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

TO_BACKEND = ("/api/", "/admin/", "/static/", "/media/")
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class Handler(BaseHTTPRequestHandler):
    """Answers from `build`, and from the backend for its paths."""

    protocol_version = "HTTP/1.1"
    CACHED: ClassVar = "public, max-age=31536000, immutable"

    def __init__(self, *args: object, build: Path, backend: str, policy: str) -> None:
        self.build, self.backend, self.policy = build, urlsplit(backend), policy
        super().__init__(*args)  # type: ignore[arg-type] # what socketserver passes

    def handle(self) -> None:
        with suppress(ConnectionError):  # a page that is left hangs up
            super().handle()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(TO_BACKEND):
            self.forward()
        elif path == "/config.json":
            origin = f"http://{self.headers['Host']}"
            settings = {"apiUrl": f"{origin}/api", "mediaUrl": f"{origin}/media", "environment": "test"}
            self.answer(200, "application/json", json.dumps(settings).encode())
        else:
            self.page(path)

    def page(self, path: str) -> None:
        """A file of the build, or index.html where the last part of the path has no dot."""
        is_file = "." in path.rsplit("/", 1)[-1]
        file = self.build / (path.lstrip("/") if is_file else "index.html")
        if file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self.answer(200, kind, file.read_bytes(), cache=self.CACHED if "/assets/" in path else "no-cache")
        else:
            self.answer(404, "text/plain", b"not found")

    def answer(self, status: int, kind: str, body: bytes, *, cache: str = "no-cache") -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": cache, **SECURITY}
        for name, value in {**headers, "Content-Security-Policy": self.policy}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection(self.backend.netloc, timeout=60)
        try:
            connection.request(self.command, self.path, body=body, headers=dict(self.headers))
            found = connection.getresponse()
            content = found.read()
        finally:
            connection.close()
        self.send_response(found.status)
        for name, value in found.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *_: object) -> None:
        """Silent: the tests say what they saw."""


@contextmanager
def serving(build: Path, *, backend: str, policy: str) -> Iterator[str]:
    """The site's address on loopback, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, build=build, backend=backend, policy=policy))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
