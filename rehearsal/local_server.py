"""The local AWS: moto behind a port of loopback, for as long as the process lives.

    python -m rehearsal.local_server --port 0 --announce FILE

Beside moto's answers it has what the stand-in provider needs and moto has no place for, under `/_stand-in/`: the
records (rehearsal/resource.py, `Aws.records`), and `stop`. An access key of twelve digits names the account, so that
several accounts live side by side; any other is moto's default account. One request at a time: moto is not made for
threads. There is no TLS here: a bucket's policy that asks for it is kept, and taken as met.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from rehearsal import moto_startup

HOST: Final = "127.0.0.1"
OWN_PATH: Final = "/_stand-in/"
BODY_LIMIT: Final = 16 * 1024 * 1024  # bytes of a record
_ACCOUNT = re.compile(r"Credential=(\d{12})/|AWSAccessKeyId=(\d{12})\b|X-Amz-Credential=(\d{12})(?:%2F|/)")

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


class LocalAws:
    """The WSGI application."""

    def __init__(self, aws: Callable[[Environ, StartResponse], Iterable[bytes]], stop: Callable[[], None]) -> None:
        self._aws = aws
        self._stop = stop
        self._lock = threading.Lock()
        self._records: dict[str, Any] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(OWN_PATH):
            own = path.removeprefix(OWN_PATH)
            status, answer = self._own(environ["REQUEST_METHOD"], own, environ)
            body = json.dumps(answer).encode()
            start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return _Answered(body, self._stop) if own == "stop" and environ["REQUEST_METHOD"] == "POST" else [body]
        if account := _account(environ):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        with self._lock:
            return _whole(self._aws, environ, start_response)

    def _own(self, method: str, path: str, environ: Environ) -> tuple[str, Any]:
        if path == "stop":
            return "200 OK", {}
        if path == "health":
            return "200 OK", {"pid": os.getpid()}
        name = path.removeprefix("records/")
        with self._lock:
            if path == "records":
                return "200 OK", dict(self._records)
            if method == "PUT":
                size = min(int(environ.get("CONTENT_LENGTH") or 0), BODY_LIMIT)
                self._records[name] = json.loads(environ["wsgi.input"].read(size))
            elif method == "DELETE":
                self._records.pop(name, None)
            elif name not in self._records:
                return "404 Not Found", {}
            return "200 OK", self._records.get(name)


class _Answered:
    """An answer, and what is done once it has been sent: a process that stops before would cut it off."""

    def __init__(self, body: bytes, then: Callable[[], None]) -> None:
        self._body = body
        self._then = then

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        """Called by the server after the last byte (PEP 3333)."""
        self._then()


def _account(environ: Environ) -> str | None:
    for text in (environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", "")):
        if found := _ACCOUNT.search(text):
            return next(group for group in found.groups() if group)
    return None


def _whole(
    app: Callable[[Environ, StartResponse], Iterable[bytes]], environ: Environ, start_response: StartResponse
) -> list[bytes]:
    """The answer as a whole; moto's own failure to know an operation as one that no client tries again."""
    held: list[Any] = []

    def begin(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:
        held[:] = [status, headers, error]
        return lambda _data: None

    try:
        body = list(app(environ, begin))
    except NotImplementedError as error:
        start_response("501 Not Implemented", [("Content-Type", "text/plain")])
        return [f"not emulated: {error}".encode()]
    status, headers, failure = held
    if b"".join(body) == b"Not yet implemented":
        status = "501 Not Implemented"
    start_response(status, headers, failure)
    return body


@contextmanager
def _tls_taken_for_granted() -> Iterator[None]:
    """Loopback has no TLS: what a bucket's policy denies to requests without it would be denied to all of them."""
    from moto.iam.access_control import IAMPolicyStatement, PermissionResult

    judge = IAMPolicyStatement.is_action_permitted

    def without_tls(self: Any, *arguments: Any, **named: Any) -> Any:
        condition = self._statement.get("Condition") or {}
        if condition.get("Bool", {}).get("aws:SecureTransport") == "false":
            return PermissionResult.NEUTRAL
        return judge(self, *arguments, **named)

    with patch.object(IAMPolicyStatement, "is_action_permitted", without_tls):
        yield


def serve(
    port: int,
    announce: Path | None,
    *,
    before: Callable[[App], App] = lambda aws: aws,
    listeners: Sequence[socket.socket] = (),
) -> None:
    """Serves until it is told to stop, or its process is ended; `announce` gets the port, once it answers.

    `before` puts an application before the emulator's; `listeners` are sockets that listen elsewhere for the same.
    """
    with moto_startup.running(), _tls_taken_for_granted():
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"  # kept connections: the provider asks hundreds of times
            disable_nagle_algorithm = True  # headers and body are sent apart, and would wait 40 ms for each other

            def log_request(self, code: Any = "-", size: Any = "-") -> None:
                """Requests are not logged: their paths and bodies may hold what is secret."""

        stopping = threading.Event()
        dispatcher = DomainDispatcherApplication(create_backend_app)
        app = before(LocalAws(dispatcher, stopping.set))
        server = make_server(HOST, port, app, threaded=True, request_handler=Quiet)
        servers = [server]
        for held in listeners:
            host, number = held.getsockname()[:2]
            servers.append(make_server(host, number, app, threaded=True, request_handler=Quiet, fd=held.fileno()))
        for one in servers:
            threading.Thread(target=one.serve_forever, daemon=True).start()
        if announce is not None:
            draft = announce.with_suffix(".draft")
            draft.write_text(json.dumps({"pid": os.getpid(), "port": server.server_port}), encoding="utf-8")
            draft.replace(announce)
        stopping.wait()
        for one in servers:
            one.shutdown()


def main(arguments: list[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="an emulated AWS on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--announce", type=Path)
    parser.add_argument("--detach", action="store_true", help="go on in the background; the process id is printed")
    given = parser.parse_args(arguments)
    if given.detach and (pid := os.fork()):
        print(pid, flush=True)
        os._exit(0)
    if given.detach:
        os.setsid()
        sys.stdout = sys.stderr  # whoever started this waits for the end of its standard output
        os.dup2(sys.stderr.fileno(), 1)
    serve(given.port, given.announce)


if __name__ == "__main__":
    main(sys.argv[1:])
