"""What the website's benchmark runs against: versitygw, a slower way to it, and the fastest way to write to it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measure import ROOT, BenchmarkError
from scripts.aws.http import AwsHttp
from scripts.aws.signing import Credentials, encoded, signed_headers

KEYS = Credentials(access_key="AKIABENCHMARK", secret_key="loopback")  # noqa: S106 - the loopback server's own
REGION = "us-east-1"
CONNECTIONS = 8
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "diceytech-platform"


@dataclass(frozen=True, kw_only=True)
class Server:
    """versitygw at `address`, which keeps its buckets as directories under `data`."""

    address: str
    data: Path

    def make(self, bucket: str) -> None:
        """Makes an empty bucket."""
        http = AwsHttp(service="s3", region=REGION, endpoint=self.address, credentials=lambda: KEYS)
        http.request("PUT", f"/{bucket}")

    def empty(self, bucket: str) -> None:
        """Removes every object."""
        for entry in (self.data / bucket).iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def versitygw(room: Path) -> Iterator[Server]:
    """A server until the block ends; raises BenchmarkError where it is not built."""
    pinned = re.search(r"versity/versitygw (v\S+)", (ROOT / "tools/versitygw/go.mod").read_text(encoding="utf-8"))
    program = CACHE / f"versitygw-{pinned[1] if pinned else ''}/versitygw"
    if not program.is_file():
        raise BenchmarkError("versitygw is not built; run `make versitygw`")
    data, port = room / "buckets", free_port()
    data.mkdir()
    command = [program, "--port", f"127.0.0.1:{port}", "--region", REGION, "--keep-alive", "--quiet", "posix", data]
    variables = {"ROOT_ACCESS_KEY": KEYS.access_key, "ROOT_SECRET_KEY": KEYS.secret_key, "PATH": os.defpath}
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own build
        try:
            _await(port)
            yield Server(address=f"http://127.0.0.1:{port}", data=data)
        finally:
            process.terminate()


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise BenchmarkError(f"nothing listens on port {port}")


@contextmanager
def delayed(address: str, seconds: float) -> Iterator[str]:
    """A way to the server, in a process of its own, on which whatever is sent arrives so much later."""
    port, upstream = free_port(), urlsplit(address).port
    command = [sys.executable, "-m", "benchmarks.website_server", str(port), str(upstream), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 - this module
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


class _Way(asyncio.Protocol):
    """One direction of one connection: what comes in goes out at `other`, `seconds` later and in order."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.out: asyncio.Transport | None = None
        self.other: _Way | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out = transport  # type: ignore[assignment] - a TCP connection's transport is a whole one

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(self.seconds, self._send, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own signature
        asyncio.get_running_loop().call_later(self.seconds, self._close)

    def _send(self, data: bytes) -> None:
        if self.other and self.other.out:
            self.other.out.write(data)

    def _close(self) -> None:
        if self.other and self.other.out:
            self.other.out.close()


async def _serve(port: int, upstream: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()

    class Front(_Way):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.early: list[bytes] = []
            self.task = loop.create_task(self._connect())

        async def _connect(self) -> None:
            _, back = await loop.create_connection(lambda: _Way(0), "127.0.0.1", upstream)
            self.other, back.other = back, self
            for data in self.early:
                super().data_received(data)

        def data_received(self, data: bytes) -> None:
            self.early.append(data) if self.other is None else super().data_received(data)

    server = await loop.create_server(lambda: Front(seconds), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


def raw_puts(server: Server, bucket: str, files: Mapping[str, bytes]) -> float:
    """Seconds that signed PUTs take over 8 connections, each request made before: no tool can be faster."""
    address = urlsplit(server.address)
    requests = [
        _request(address.netloc, f"/{bucket}/{encoded(key, safe='/-_.~')}", body) for key, body in files.items()
    ]
    failures: list[str] = []

    def send(mine: list[bytes]) -> None:
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            for request in mine:
                connection.sendall(request)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    answer += connection.recv(65536)
                if not answer.startswith(b"HTTP/1.1 200"):
                    failures.append(answer.decode(errors="replace")[:200])

    threads = [threading.Thread(target=send, args=(requests[one::CONNECTIONS],)) for one in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise BenchmarkError(f"a raw PUT failed: {failures[0]}")
    return time.perf_counter() - start


def _request(host: str, path: str, body: bytes) -> bytes:
    headers = signed_headers(
        method="PUT",
        host=host,
        path=path,
        query="",
        headers={"content-length": str(len(body))},
        body=body,
        service="s3",
        region=REGION,
        credentials=KEYS,
        now=datetime.now(UTC),
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"PUT {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
