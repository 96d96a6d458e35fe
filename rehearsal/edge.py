"""One origin on loopback, as CloudFront makes it: the API, public media, and the built site with its fallback.

Nothing is cached, and there is no TLS. `/media` is taken off the path, and only public prefixes are served.
"""

from __future__ import annotations

import http.client
import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from rehearsal.loopback_request import LoopbackRequest, MalformedError

BACKEND = ("/api/", "/admin/", "/static/")
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}
NO_SITE = "<!doctype html><title>DiceyTech</title><p>The site is not built yet. <a href=/api/docs/>The API</a>"
# In the place of origin access control: the emulator asks for a signature, and does not verify it.
SIGNED = "AWS4-HMAC-SHA256 Credential=cdn/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
SECURITY = {  # as infra/components/website_headers.py has them, less HSTS: there is no TLS here
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
TIMEOUT = 60.0  # seconds, as CloudFront's origin


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where things are: ports of the API and the S3 emulator, the bucket's public prefixes, the built site if any, and
    the Content-Security-Policy of its pages."""

    api_port: int
    emulator_port: int
    bucket: str
    public_prefixes: tuple[str, ...]
    site: Path | None
    policy: str

    def file(self, path: str) -> Path | None:
        """The site's file for a path; its index.html for a route, None for a file that is not there."""
        if self.site is None:
            return None
        wanted = (self.site / path.lstrip("/")).resolve()
        if wanted.is_file() and wanted.is_relative_to(self.site.resolve()):
            return wanted
        return None if "." in path.rpartition("/")[2] else self.site / "index.html"

    def media(self, path: str) -> str | None:
        """Path in the emulator; None for what is not public."""
        key = path.removeprefix("/media/")
        return f"/{self.bucket}/{key}" if key.startswith(self.public_prefixes) and ".." not in key else None


class _Handler(LoopbackRequest):
    edge: Edge

    def answer(self) -> None:
        """The backend judges a method, the rest answers GET and HEAD."""
        try:
            target, body = self.target()[1], self.body()
        except MalformedError as error:
            self._answer(error.status, "text/plain", f"{error}\n".encode())
            return
        path = target.partition("?")[0]
        if path.startswith(BACKEND):
            self._forward(self.edge.api_port, target, body)
        elif self.command not in ("GET", "HEAD"):
            self._answer(405, "application/json", b'{"detail": "Method not allowed."}')
        elif path.startswith("/media/"):
            media = self.edge.media(path)
            if media is None:
                self._answer(403, "text/plain", b"no\n")
            else:
                self._forward(self.edge.emulator_port, media, authorization=SIGNED)
        else:
            self._site(path)

    def _site(self, path: str) -> None:
        if path == "/config.json":
            self._answer(200, "application/json", json.dumps(self._config()).encode())
            return
        if self.edge.site is None:
            self._answer(200, "text/html; charset=utf-8", NO_SITE.encode())
            return
        file = self.edge.file(path)
        if file is None or not file.is_file():
            self._answer(404, "text/plain", b"not found\n")
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._answer(200, kind, file.read_bytes())

    def _config(self) -> dict[str, object]:
        origin = f"http://{self.headers.get('Host', '127.0.0.1')}"
        found = {"apiUrl": f"{origin}/api", "mediaUrl": f"{origin}/media", "environment": "demo"}
        return {**found, "bucket": self.edge.bucket, "region": "us-east-1", "release": "demo", "variables": {}}

    def _forward(self, port: int, path: str, body: bytes = b"", *, authorization: str | None = None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        if authorization is not None:
            headers["Authorization"] = authorization
        try:
            connection.request(self.command, path, body=body or None, headers=headers)
            found = connection.getresponse()
            data = found.read()
            passed = [(name, value) for name, value in found.getheaders() if name.lower() not in HOP_BY_HOP]
        except OSError:
            self._answer(502, "application/json", b'{"detail": "nothing answers behind this"}')
            return
        finally:
            connection.close()
        self.send_response(found.status)
        for name, value in passed:
            if name.lower() not in ("content-length", "server", "date"):
                self.send_header(name, value)
        self._finish(data)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Cache-Control": "no-cache", "Content-Security-Policy": self.edge.policy}
        for name, value in {**headers, **SECURITY}.items():
            self.send_header(name, value)
        self._finish(body)

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def serving(edge: Edge, port: int) -> Iterator[None]:
    """Serves on the port until the block ends; raises OSError where it is taken."""
    handler = type("Handler", (_Handler,), {"edge": edge})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
