"""AWS on a loopback port: real HTTP requests of other processes, answered by moto."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rehearsal import moto_startup

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")


@dataclass
class Loopback:
    """What was asked, as (operation, body); an operation in `refused` gets an error that quotes the request."""

    account_id: str
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    first_call: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def variables(self) -> dict[str, str]:
        """What points a process here, with credentials of the account."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
            "AWS_SECRET_ACCESS_KEY": "loopback",
        }

    def operations(self) -> list[str]:
        """Names of the operations asked for."""
        return [operation for operation, _ in self.asked]

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        """moto's answer to one request."""
        from botocore.awsrequest import AWSPreparedRequest
        from botocore.compat import HTTPHeaders
        from moto.core.botocore_stubber import BotocoreStubber

        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or body.decode().partition("&")[0]
        self.asked.append((operation, body.decode()))
        self.first_call.set()
        if operation in self.refused:
            error = {"__type": "ValidationException", "message": f"Value {body.decode()} is refused"}
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(error).encode()
        scope = SCOPE.search(request.headers["Authorization"])
        assert scope is not None
        headers = HTTPHeaders.from_dict({**request.headers, "x-moto-account-id": self.account_id})
        url = f"https://{scope[2]}.{scope[1]}.amazonaws.com{request.path}"
        with self.lock:
            found = BotocoreStubber().process_request(AWSPreparedRequest(request.command, url, headers, body, False))
        assert found is not None
        status, answered, text = found
        return status, dict(answered), text.encode() if isinstance(text, str) else text


@contextmanager
def loopback(account_id: str = "123456789012") -> Iterator[Loopback]:
    """An empty AWS that answers until the block ends."""
    aws = Loopback(account_id)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, headers, body = aws.answer(self)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # a process that was interrupted does not listen any more
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with moto_startup.running(), ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        aws.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield aws
        finally:
            server.shutdown()
            thread.join()
