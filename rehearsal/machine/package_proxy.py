"""The machines' way to Debian's packages: a proxy to the archives that their own sources name, and to no others."""

from __future__ import annotations

import http.client
import re
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

SECONDS: Final = 60
SENT_ON: Final = ("If-Modified-Since", "Range", "If-Range", "Cache-Control", "User-Agent", "Accept")
SENT_BACK: Final = ("Content-Type", "Content-Length", "Content-Range", "Last-Modified", "ETag", "Location", "Date")


def archives(root_file_system: Path) -> frozenset[str]:
    """The hosts in the image's lists of package sources."""
    files = [root_file_system / "etc/apt/sources.list", *(root_file_system / "etc/apt/sources.list.d").glob("*")]
    texts = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    return frozenset(host for text in texts for host in re.findall(r"\bhttp://([^/\s:]+)/", text))


def server(listener: Any, hosts: frozenset[str]) -> ThreadingHTTPServer:
    """The proxy on a socket that listens already, for GET over HTTP; `serve_forever` runs it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"  # one request a connection: a length may be unknown

        def do_GET(self) -> None:
            wanted = urlsplit(self.path)
            if wanted.scheme != "http" or wanted.hostname not in hosts:
                self.send_error(403, "only the archives of the image's own sources are reached from here")
                return
            try:
                self._fetch(wanted.hostname, wanted.path)
            except (OSError, http.client.HTTPException) as error:
                self.send_error(502, type(error).__name__)

        def _fetch(self, host: str, path: str) -> None:
            upstream = http.client.HTTPConnection(host, timeout=SECONDS)
            try:
                kept = {name: self.headers[name] for name in SENT_ON if name in self.headers}
                upstream.request("GET", path, headers=kept)
                answer = upstream.getresponse()
                self.send_response(answer.status)
                for name in SENT_BACK:
                    if (value := answer.getheader(name)) is not None:
                        self.send_header(name, value)
                self.end_headers()
                shutil.copyfileobj(answer, self.wfile)
            finally:
                upstream.close()

        def log_message(self, *_: object) -> None:
            """Requests are not logged."""

    made = ThreadingHTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
    made.socket.close()
    made.socket = listener
    return made
