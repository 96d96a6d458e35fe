"""`diceytech live` in tests: asking it as a visitor's browser would, and a second release of its website."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent.parent
DICEYTECH = (sys.executable, "-m", "scripts.cli")
PATIENCE = 60.0  # seconds
HEADLINE, NEXT_HEADLINE = "You learn it when you build it.", "You learn it when you ship it."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Names of headers are in lower case; a cookie that is set is `name=value`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cookie(self) -> str:
        return self.headers["set-cookie"].partition(";")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Live:
    """`diceytech live`, running as a process, and what it said with --json."""

    process: subprocess.Popen[str]
    told: Mapping[str, Any]

    @property
    def url(self) -> str:
        return str(self.told["url"])

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    @property
    def aws_port(self) -> int:
        return urlsplit(self.told["environment"]["AWS_ENDPOINT_URL"]).port or 80

    @property
    def gate(self) -> tuple[str, str]:
        return self.told["gate"]["username"], self.told["gate"]["password"]

    def run(self, *words: str) -> str:
        """A command of the toolkit against its AWS; gives what it prints."""
        variables = {**os.environ, **self.told["environment"]}
        done = subprocess.run(
            [*DICEYTECH, *words], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running(build: Path, log: Path, *, environment: str = "dev") -> Iterator[Live]:
    """The environment, up, with this build of the website."""
    command = [*DICEYTECH, "live", "--env", environment, "--port", "0", "--dir", str(build), "--json"]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if line == "}\n":
                break
        assert text.endswith("}\n"), log.read_text()
        yield Live(process=process, told=json.loads(text))
        process.send_signal(signal.SIGINT)


@dataclass(kw_only=True)
class Visitor:
    """Asks the edge; `cookie` is what passed the gate, empty for nobody."""

    live: Live
    cookie: str = ""
    token: str = field(default="", repr=False)

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """One request to the site; header names with underscores for hyphens."""
        sent = {"Host": urlsplit(self.live.url).netloc, **({"Cookie": self.cookie} if self.cookie else {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.live.port, path, method=method, body=body, headers=sent)

    def post(self, path: str, **values: str) -> Answer:
        """A JSON request of the API."""
        return self.ask(path, method="POST", body=json.dumps(values).encode(), Content_Type="application/json")

    def upload(self, path: str, name: str, file: Mapping[str, Any], *, method: str = "PATCH") -> Answer:
        """A file in a form."""
        line = f'form-data; name="{name}"; filename="{file["name"]}"'
        head = f"--limit\r\nContent-Disposition: {line}\r\nContent-Type: {file['mimeType']}\r\n\r\n"
        body = head.encode() + file["buffer"] + b"\r\n--limit--\r\n"
        return self.ask(path, method=method, body=body, Content_Type="multipart/form-data; boundary=limit")


def ask(port: int, path: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str]) -> Answer:
    """One request to a port of loopback, redirects not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers))
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        return Answer(status=found.status, headers=named, body=found.read())
    finally:
        connection.close()


def through_the_gate(live: Live) -> Visitor:
    """A visitor whom the gate knows."""
    word = "Basic " + base64.b64encode(":".join(live.gate).encode()).decode()
    let_in = Visitor(live=live).ask("/", Authorization=word, Accept="text/html")
    assert let_in.status == 302
    return Visitor(live=live, cookie=let_in.cookie)


def next_release(build: Path, to: Path) -> Path:
    """The build with another headline, and with another name for every file that has a mark of its content."""
    shutil.copytree(build, to)
    files = [file for file in to.rglob("*") if file.is_file()]
    marks = re.findall(r"-([\w-]{8})\.\w+$", "\n".join(file.name for file in files), re.MULTILINE)
    renamed = {mark: mark[::-1] for mark in marks}
    for file in files:
        text = file.read_bytes()
        if file.suffix in (".html", ".js", ".css"):
            text = text.replace(HEADLINE.encode(), NEXT_HEADLINE.encode())
            for old, new in renamed.items():
                text = text.replace(f"-{old}.".encode(), f"-{new}.".encode())
        file.unlink()
        name = re.sub(r"-([\w-]{8})(\.\w+)$", lambda found: f"-{found[1][::-1]}{found[2]}", file.name)
        (file.parent / name).write_bytes(text)
    return to
