"""S3, CloudFront and Systems Manager on one loopback port, answered by moto: for whole processes, and for odd keys."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rehearsal import moto_startup

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One signed request: `operation` is what Systems Manager is asked, empty elsewhere; `path` is decoded."""

    service: str
    operation: str
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


@dataclass(kw_only=True)
class Loopback:
    """What was asked so far."""

    account_id: str
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """Where to send requests."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """What points a process here."""
        keys = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "loopback"}
        return {"AWS_ENDPOINT_URL": self.address, "AWS_DEFAULT_REGION": "us-east-1", **keys}

    def client(self, service: str) -> Any:  # Any: boto3 has no types
        """A boto3 client that asks here."""
        import boto3

        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.address,
            aws_access_key_id="AKIATESTTESTTESTTEST",
            aws_secret_access_key="loopback",
        )

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        """moto's answer to one request."""
        from botocore.awsrequest import AWSPreparedRequest
        from botocore.compat import HTTPHeaders
        from moto.core.botocore_stubber import BotocoreStubber

        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        scope = SCOPE.search(request.headers["Authorization"])
        assert scope is not None
        region, service = scope.groups()
        address = urlsplit(request.path)
        call = Call(
            service=service,
            operation=request.headers.get("X-Amz-Target", "").rpartition(".")[2],
            method=request.command,
            path=unquote(address.path),
            query=parse_qs(address.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        headers = HTTPHeaders.from_dict({**request.headers, "x-moto-account-id": self.account_id})
        host = "cloudfront.amazonaws.com" if service == "cloudfront" else f"{service}.{region}.amazonaws.com"
        prepared = AWSPreparedRequest(request.command, f"https://{host}{request.path}", headers, body, False)
        with self.lock:
            self.calls.append(call)
            found = BotocoreStubber().process_request(prepared)
        assert found is not None
        status, answered, text = found
        return status, dict(answered), text.encode() if isinstance(text, str) else bytes(text or b"")


@contextmanager
def loopback(account_id: str = "123456789012") -> Iterator[Loopback]:
    """An empty AWS that answers until the block ends."""
    aws = Loopback(account_id=account_id)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            if self.headers.get("Expect"):
                self.send_response_only(100)
                self.end_headers()
            status, headers, body = aws.answer(self)
            self.send_response(status)
            length = headers.get("Content-Length") or headers.get("content-length") or str(len(body))
            for name, value in headers.items():
                if name.lower() not in ("content-length", "date", "server", "transfer-encoding"):
                    self.send_header(name, str(value))
            self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
            with suppress(ConnectionError):
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do

        def handle_expect_100(self) -> bool:
            return True

        def log_message(self, *_: object) -> None:
            pass

    with moto_startup.running(), ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        aws.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield aws
        finally:
            server.shutdown()
            thread.join()
