"""A password gate in front of a site: a proxy that runs the environment's own edge functions in node."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from infra.edge_functions import Kind, lock, viewer_request

BACKEND = ("/api/*", "/admin/*", "/static/*")


@contextmanager
def gated(port: int, *, upstream: str, node: str, username: str, password: str) -> Iterator[str]:
    """Serves `upstream`, an address, on the port of loopback to whoever has the password; gives the address."""
    locked = lock(username=username, password=password, label="test")
    codes: dict[Kind, str] = {
        kind: viewer_request(kind=kind, backend_paths=BACKEND, gate=locked) for kind in ("site", "backend", "media")
    }
    place = {"node": node, "codes": codes, "host": urlsplit(upstream).netloc}
    with ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), place)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    node: str
    codes: dict[Kind, str]
    host: str

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        verdict = self._verdict()
        if "statusCode" in verdict:
            self._answer(verdict["statusCode"], _headers_of(verdict), b"")
            return
        headers = {name: one["value"] for name, one in verdict["headers"].items()}
        cookies = "; ".join(f"{name}={one['value']}" for name, one in verdict["cookies"].items())
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(
            self.command, self.path, body=body, headers={**headers, **({"cookie": cookies} if cookies else {})}
        )
        found = connection.getresponse()
        kept = [(name, value) for name, value in found.getheaders() if name.lower() in ("content-type", "retry-after")]
        self._answer(found.status, kept, found.read())
        connection.close()

    do_POST = do_PATCH = do_DELETE = do_GET

    def _verdict(self) -> Any:
        """The request to go on with, or a response: what CloudFront's function says."""
        path = urlsplit(self.path).path
        first = path.split("/")[1]
        kind: Kind = "backend" if f"/{first}/*" in BACKEND else "media" if first == "media" else "site"
        headers = {name.lower(): {"value": value} for name, value in self.headers.items() if name.lower() != "cookie"}
        cookies = {one.key: {"value": one.value} for one in SimpleCookie(self.headers.get("Cookie", "")).values()}
        asked = {"method": self.command, "uri": path, "querystring": {}, "headers": headers, "cookies": cookies}
        program = f"{self.codes[kind]}\nconsole.log(JSON.stringify(handler({json.dumps({'request': asked})})));"
        done = subprocess.run([self.node, "-e", program], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 205):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _headers_of(response: Any) -> list[tuple[str, str]]:
    cookies = response.get("cookies", {})
    return [
        *((name, one["value"]) for name, one in response["headers"].items()),
        *(("set-cookie", f"{name}={one['value']}; {one['attributes']}") for name, one in cookies.items()),
    ]
