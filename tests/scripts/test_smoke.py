"""`diceytech smoke` against the running product, and against sites that only look right."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from gated_site import gated

from infra.errors import PlatformError
from rehearsal.product import ports
from scripts import demo
from scripts.free_port import checked
from scripts.smoke.http import gate_cookie
from scripts.smoke.smoke import as_json, base_url, run
from scripts.smoke.steps import Step, steps
from tests.processes import descendants

ROOT = Path(__file__).parent.parent.parent
DICEYTECH = ROOT / ".venv/bin/diceytech"
GATE = "pässword: of the gate"
PAGE = b"<!doctype html><div id=root></div>"


@contextmanager
def site(
    answer: Callable[[str, str], tuple[int, str, bytes]], cookies: list[str | None] | None = None
) -> Iterator[str]:
    """A site that answers as `answer` says for a method and path; `cookies` gets those of each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if cookies is not None:
                cookies.append(self.headers.get("Cookie"))
            status, kind, body = answer(self.command, self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_PATCH = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def smoked(url: str, **more: Any) -> dict[str, Any]:
    flow = steps(name="smoke-test", password="a-password-7", version=None, **more)
    return as_json(url, run(url, flow, timeout=5, on=lambda _: None))


def test_a_page_in_the_place_of_the_api_fails() -> None:
    with site(lambda *_: (200, "text/html", PAGE)) as url:
        found = smoked(url)
    assert not found["ok"]
    assert "not JSON" in found["steps"][0]["problem"]
    assert {step["problem"] for step in found["steps"][1:]} == {"not tried"}


def test_after_a_failure_only_the_cleaning_up_is_done() -> None:
    asked: list[tuple[str, str]] = []

    def answer(method: str, path: str) -> tuple[int, str, bytes]:
        asked.append((method, path))
        bodies = {
            "/api/health/": (200, {"status": "ok", "version": "1"}),
            "/api/auth/register/": (201, {"id": 1, "username": "u", "email": "e"}),
            "/api/auth/login/": (200, {"access": "a", "refresh": "r"}),
            "/api/auth/profile/": (204, {}),
        }
        status, body = bodies[path]
        return status, "application/json", json.dumps(body).encode() if status != 204 else b""

    with site(answer) as url:
        found = smoked(url)
    assert not found["ok"]
    assert "lacks user" in found["steps"][2]["problem"]
    assert asked[-2:] == [("POST", "/api/auth/login/"), ("DELETE", "/api/auth/profile/")]


def test_the_wrong_release_fails() -> None:
    with site(lambda *_: (200, "application/json", b'{"status": "ok", "version": "1"}')) as url:
        flow = steps(name="smoke-test", password="a-password-7", version="2")
        found = as_json(url, run(url, flow, timeout=5, on=lambda _: None))
    assert found["steps"][0]["problem"] == "version is '1', not '2'"


@pytest.mark.parametrize(
    "picture",
    ["file:///etc/hostname", "data:image/png;base64,AAAA", "http://[", "http://127.0.0.1:99999/x", "/m/é", "/m/a b"],
)
def test_an_address_that_the_site_gave_is_asked_only_where_it_is_one(picture: str) -> None:
    login = {"access": "a", "refresh": "r", "user": {}}
    answers: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {
        ("GET", "/api/health/"): (200, {"status": "ok", "version": "1"}),
        ("POST", "/api/auth/register/"): (201, {"id": 1, "username": "smoke-test", "email": "smoke-test@example.com"}),
        ("PATCH", "/api/auth/profile/"): (200, {"profile_picture": picture}),
    }

    def answer(method: str, path: str) -> tuple[int, str, bytes]:
        nonlocal login
        if path == "/api/auth/login/":
            status, body = (200, login) if login else (400, {"error": "Invalid credentials"})
            login = {}
            return status, "application/json", json.dumps(body).encode()
        status, body = answers.get((method, path), (500, {}))
        return status, "application/json", json.dumps(body).encode()

    with site(answer) as url:
        found = smoked(url)
    failed = next(step for step in found["steps"] if step["problem"] not in (None, "not tried"))
    assert failed["name"] == "see the picture"
    assert failed["problem"].startswith(("cannot be asked", "an earlier step gave", "no answer"))
    assert Path("/etc/hostname").read_text(encoding="utf-8").strip() not in json.dumps(found)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc", "no answer|answered 400"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "no answer"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "no answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", "no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b"[" * 200_000, "no JSON"),
    ],
)
def test_an_answer_that_is_none_is_a_problem_of_its_step(sent: bytes, problem: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(sent)

        thread = Thread(target=answer)
        thread.start()
        found = smoked(f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert re.search(problem, found["steps"][0]["problem"])


def test_a_token_that_no_header_may_hold_is_not_shown() -> None:
    def answer(_method: str, path: str) -> tuple[int, str, bytes]:
        body: dict[str, Any] = {"access": "secret\r\nX: 1", "refresh": "r", "user": {}}
        if path == "/api/health/":
            body = {"status": "ok", "version": "1"}
        if path == "/api/auth/register/":
            body = {"id": 1, "username": "smoke-test", "email": "smoke-test@example.com"}
        return 201 if "register" in path else 400 if asked(path) else 200, "application/json", json.dumps(body).encode()

    logins: list[str] = []

    def asked(path: str) -> bool:
        logins.extend([path] if "login" in path else [])
        return "login" in path and len(logins) == 2

    with site(answer) as url:
        found = smoked(url)
    assert any(str(step["problem"]).startswith("cannot be asked") for step in found["steps"])
    assert "secret" not in json.dumps(found)


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with site(lambda *_: (200, "application/json", b'{"status": "ok", "version": "1"}')) as url:
        assert smoked(url)["steps"][0]["problem"] is None


def test_nobody_there_is_one_line_and_exit_code_1() -> None:
    done = subprocess.run([DICEYTECH, "smoke", "--url", "http://127.0.0.1:9", "--json"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "no answer" in json.loads(done.stdout)["steps"][0]["problem"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "text", ["www.example.com", "ftp://x", "https://", "https://x/?a=1", "http://[::1", "http://x:y", "http://x:99999"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PlatformError, match=f"^--url {re.escape(text)}: is no address"):
        base_url(text)
    with pytest.raises(PlatformError, match=r"^--smoke-url "):
        base_url(text, option="--smoke-url")


def test_the_guides_api_address_is_taken_too() -> None:
    assert base_url("http://localhost:8000/api/") == "http://localhost:8000"


def test_neither_password_nor_token_is_in_the_report() -> None:
    with site(lambda *_: (200, "text/html", PAGE)) as url:
        assert "a-password-7" not in json.dumps(smoked(url))


def test_the_cookie_of_the_gate_is_for_the_site_alone() -> None:
    cookies: list[str | None] = []
    picture = Step(name="see", method="GET", path="{picture}", status=200, kind="image")

    def elsewhere(_method: str, _path: str) -> tuple[int, str, bytes]:
        return 200, "image/png", b""

    with site(elsewhere, cookies) as other:
        keep = Step(name="health", method="GET", path="/api/health/", status=200, keep={"picture": "picture"})
        body = json.dumps({"picture": f"{other}/a.png"}).encode()
        with site(lambda *_: (200, "application/json", body), cookies) as url:
            results = run(url, (keep, picture), timeout=5, cookie="__Host-gate=key", on=lambda _: None)
    assert [result.problem for result in results] == [None, None]
    assert cookies == ["__Host-gate=key", None]


def test_a_site_that_does_not_answer_is_not_told_as_a_gate_that_refuses() -> None:
    (closed,) = ports(1)
    with pytest.raises(PlatformError, match=r"^the site's gate: no answer"):
        gate_cookie(f"http://127.0.0.1:{closed}", "dev", GATE, timeout=5)


@pytest.mark.slow
def test_the_product_passes_alone_and_behind_a_gate_and_keeps_nothing_of_it() -> None:
    node = shutil.which("node") or pytest.skip("node is not installed: the gate cannot be run")
    (port,) = ports(1)
    behind = {"AWS_S3_CUSTOM_DOMAIN": f"127.0.0.1:{port}/media"}  # pictures are behind the gate too
    with demo.running(ROOT, port=0, data=None, variables=behind) as (url, _, _):
        with pytest.raises(PlatformError, match="is taken"):
            checked(int(url.rpartition(":")[2]))
        with gated(port, upstream=url, node=node, username="dev", password=GATE) as gate:
            runs = {
                "right": smoke(gate, "--gate", "dev", typed=GATE),
                "wrong": smoke(gate, "--gate", "dev", typed="guess-9"),
                "none": smoke(gate),
            }
    found = json.loads(runs["right"].stdout)
    assert (runs["right"].returncode, found["ok"], len(found["steps"])) == (0, True, 18), runs["right"].stdout
    assert {name: run.returncode for name, run in runs.items()} == {"right": 0, "wrong": 1, "none": 1}
    assert "does not let dev in (401)" in runs["wrong"].stderr
    assert "answered 401" in json.loads(runs["none"].stdout)["steps"][0]["problem"]
    assert [name for name, run in runs.items() if GATE in run.stdout + run.stderr or "guess-9" in run.stderr] == []


def smoke(url: str, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [DICEYTECH, "smoke", "--url", url, "--json", *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_ctrl_c_ends_the_demo_with_all_its_processes() -> None:
    with subprocess.Popen([DICEYTECH, "demo", "--port", "0"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        printed = _until_ready(running.stdout)
        started = descendants(running.pid)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 0
    assert len(started) >= 6, printed  # PostgreSQL and its children, the emulator, the API and its workers, the worker
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def _until_ready(lines: IO[str]) -> list[str]:
    printed: list[str] = []
    for line in lines:
        printed.append(line)
        if "Ctrl-C" in line:
            return printed
    raise AssertionError(printed)
