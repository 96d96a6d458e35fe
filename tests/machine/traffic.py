"""What goes on while a release is made: wrk, requests that send slowly, and uploads, each remembered by its answer."""

from __future__ import annotations

import http.client
import json
import secrets
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rehearsal.machine import load, network
from rehearsal.machine.places import BALANCER
from rehearsal.machine.world import World

PAUSE = 0.25  # seconds between the parts of a body that is sent slowly
PARTS = 4
PATIENCE = 30.0  # seconds for an answer
LISTED = "/api/projects/"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the site of a world is reached from inside, and what CloudFront and a logged-in viewer send."""

    world: World
    address: tuple[str, int]
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request over its own connection: status and body. Raises OSError or HTTPException."""
        return self.send(method, path, [body], 0.0, **headers)

    def send(self, method: str, path: str, parts: list[bytes], pause: float, **headers: str) -> tuple[int, bytes]:
        """The same with a body that comes in parts."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        connection.sock = network.connected(self.world.place.aws, self.address, PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            named = {**self.headers, **headers, "Content-Length": str(sum(map(len, parts)))}
            for name, value in named.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            for part in parts:
                connection.send(part)
                time.sleep(pause)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def version(self) -> str | None:
        """The version that answers to viewers now, None where none is well."""
        try:
            status, body = self.ask("GET", "/healthz")
            return str(json.loads(body)["version"]) if status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None


def anonymous(world: World) -> Site:
    """The site before anybody is logged in."""
    fleet = world.config.server.mode == "fleet"
    address = BALANCER if fleet else (world.machines[0].instance.private_ip, 80)
    return Site(world=world, address=address, headers=world.headers)


def logged_in(world: World) -> Site:
    """The site for a new account; needs a live release."""
    site, name = anonymous(world), f"load-{secrets.token_hex(4)}"
    account = {"username": name, "email": f"{name}@example.com", "password": secrets.token_urlsafe(16)}
    for path, wanted in (("/api/auth/register/", 201), ("/api/auth/login/", 200)):
        status, body = site.ask("POST", path, json.dumps(account).encode(), Content_Type="application/json")
        assert status == wanted, (path, status, body[:300])
    token = json.loads(body)["access"]
    return Site(world=world, address=site.address, headers={**site.headers, "Authorization": f"Bearer {token}"})


@dataclass
class Slow:
    """Requests that take a second to send; `uploads` are the stored files' keys by the answer's word."""

    sent: int = 0
    failures: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


@dataclass
class Traffic:
    """All of it; complete once the block has ended."""

    load: load.Load
    slow: Slow

    @property
    def requests(self) -> int:
        return self.load.requests + self.slow.sent

    @property
    def failed(self) -> int:
        return self.load.failed + len(self.slow.failures)


@contextmanager
def going_on(site: Site) -> Iterator[Traffic]:
    """Traffic on a site for as long as the block lasts."""
    slow, stop = Slow(), threading.Event()
    threads = [threading.Thread(target=_upload, args=(site, slow, stop), daemon=True) for _ in range(2)]
    url = f"http://{site.address[0]}:{site.address[1]}{LISTED}"
    with load.running(site.world.place, url, site.headers) as counted:
        for thread in threads:
            thread.start()
        try:
            yield Traffic(load=counted, slow=slow)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def lost_uploads(world: World, slow: Slow) -> list[str]:
    """Files that an answer said were stored and that the bucket does not have."""
    s3, bucket = world.aws.client("s3"), world.outputs.media_bucket
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="project_images/")
    held = {item["Key"] for page in pages for item in page.get("Contents", [])}
    return [key for key in slow.uploads if key not in held]


def _upload(site: Site, slow: Slow, stop: threading.Event) -> None:
    while not stop.is_set():
        boundary = secrets.token_hex(12)
        body = _project(boundary)
        size = -(-len(body) // PARTS)
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        slow.sent += 1
        try:
            kind = f"multipart/form-data; boundary={boundary}"
            status, answer = site.send("POST", "/api/projects/", parts, PAUSE, Content_Type=kind)
        except (OSError, http.client.HTTPException) as error:
            slow.failures.append(type(error).__name__)
            time.sleep(PAUSE)
            continue
        if status == 201:
            slow.uploads.append("project_images/" + json.loads(answer)["image"].partition("project_images/")[2])
        else:
            slow.failures.append(str(status))
            time.sleep(PAUSE)


def _project(boundary: str) -> bytes:
    now = time.time()
    form = "%Y-%m-%dT%H:%M:%SZ"
    fields = {
        "title": f"Upload {secrets.token_hex(4)}",
        "description": "Made while a release is made.",
        "project_type": "practice",
        "difficulty": "beginner",
        "category": "web",
        "start_date": time.strftime(form, time.gmtime(now + 86400)),
        "end_date": time.strftime(form, time.gmtime(now + 2 * 86400)),
    }
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    name = 'form-data; name="image"; filename="a.png"'
    head = f"--{boundary}\r\nContent-Disposition: {name}\r\nContent-Type: image/png\r\n\r\n"
    return "".join(parts).encode() + head.encode() + _picture() + f"\r\n--{boundary}--\r\n".encode()


def _picture(side: int = 64) -> bytes:
    """A PNG of noise, so that it has some size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + secrets.token_bytes(side * 3) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
