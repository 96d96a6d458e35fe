"""The rendered nginx site in a real nginx, on loopback and without root's ports."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest
from rendered_environments import of

from infra.rendering import rendered
from infra.server_paths import ServerPaths

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
OPENSSL = shutil.which("openssl")
SECRET = "S3cret-" + 60 * "x"  # longer than nginx's default hash bucket
SITE = "d111111abcdef8.cloudfront.net"
FROM_CDN = {"Host": SITE, "X-Origin-Secret": SECRET}

pytestmark = pytest.mark.skipif(not (NGINX and OPENSSL), reason="needs the Debian packages nginx and openssl")


@dataclass(frozen=True)
class Answer:
    """What a request got."""

    status: int
    headers: Mapping[str, str]
    body: str


class Site:
    """One nginx with its files; `ask` requests over HTTP, or over TLS."""

    def __init__(self, directory: Path, environment: str, *, file: str = "nginx-site") -> None:
        self.directory = directory
        http_port, https_port = _free_ports()
        self.paths = ServerPaths(
            product="acme", root=str(directory), address="127.0.0.1", http_port=http_port, https_port=https_port
        )
        self._write_files(rendered(file, of(environment, paths=self.paths)))
        assert NGINX
        self.command = [
            NGINX,
            "-p",
            str(directory),
            "-c",
            str(directory / "nginx.conf"),
            "-e",
            str(directory / "error"),
        ]

    def _write_files(self, site: str) -> None:
        for folder in (self.paths.home, self.paths.settings, f"{self.directory}/var/log/nginx"):
            Path(folder).mkdir(parents=True)
        Path(self.paths.origin_secrets).write_text(f'"~^{SECRET}$" 1;\n')
        request = [
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=acme",
        ]
        files = ["-keyout", self.paths.certificate_key, "-out", self.paths.certificate]
        subprocess.run([str(OPENSSL), *request, *files], check=True, capture_output=True)
        (self.directory / "site.conf").write_text(site)
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (self.directory / "nginx.conf").write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {self.directory}/pid;\nevents {{}}\n"
            f"http {{\n{temporary}include {self.directory}/site.conf;\n}}\n"
        )

    def check(self) -> subprocess.CompletedProcess[str]:
        """nginx's own test of the configuration."""
        return subprocess.run([*self.command, "-t"], capture_output=True, text=True)

    def ask(
        self,
        path: str = "/",
        headers: Mapping[str, str] = FROM_CDN,
        *,
        method: str = "GET",
        body: bytes = b"",
        tls: bool = False,
    ) -> Answer:
        """One request on a connection of its own."""
        with self.connection(tls=tls) as connection:
            return ask(connection, path, headers, method=method, body=body)

    def connection(self, *, tls: bool = False) -> Connection:
        """A connection that stays open between requests."""
        return Connection(self.paths.https_port if tls else self.paths.http_port, tls=tls)

    def release(self, name: str, application: type[BaseHTTPRequestHandler]) -> Release:
        """Starts an application on a socket of its own."""
        return Release(str(self.directory / f"{name}.sock"), application)

    def switch_to(self, release: Release) -> None:
        """Makes the release live by the atomic rename."""
        fresh = Path(self.paths.live_socket + ".new")
        fresh.symlink_to(release.path)
        fresh.replace(self.paths.live_socket)


class Connection:
    """A client's connection to nginx."""

    def __init__(self, port: int, *, tls: bool) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.client: http.client.HTTPConnection = (
            http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
            if tls
            else http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        )

    def __enter__(self) -> http.client.HTTPConnection:
        return self.client

    def __exit__(self, *_exception: object) -> None:
        self.client.close()


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    body: bytes = b"",
) -> Answer:
    """One request and its whole answer."""
    connection.request(method, path, body=body or None, headers=dict(headers))
    answer = connection.getresponse()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())


class Release:
    """A running application."""

    def __init__(self, path: str, application: type[BaseHTTPRequestHandler]) -> None:
        self.path = path
        self.server = UnixServer(path, application)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        """Ends it, its requests included."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class UnixServer(ThreadingUnixStreamServer):
    """HTTP on a Unix socket, whose clients have no address."""

    daemon_threads = False

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, _nobody = super().get_request()
        return connection, ("local", 0)


def says(text: str) -> type[BaseHTTPRequestHandler]:
    """An application that answers with its text and the headers that it got."""

    class Application(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.dumps({"release": text, "headers": headers}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Application


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """`running(environment)` starts nginx with that environment's site."""
    processes = []

    def start(environment: str, **options: str) -> Site:
        site = Site(tmp_path, environment, **options)
        process = subprocess.Popen(site.command, stderr=subprocess.DEVNULL)
        processes.append(process)
        _wait_for(site.paths.http_port, process)
        return site

    yield start
    for process in processes:
        process.terminate()
        process.wait(10)


@pytest.fixture
def live(running: Callable[..., Site]) -> Iterator[tuple[Site, Release]]:
    """Dev's site with a live release."""
    site = running("dev")
    release = site.release("one", says("one"))
    site.switch_to(release)
    yield site, release
    release.stop()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns once the port answers; the attempts are bounded by nginx's life and by time."""
    ended = threading.Event()
    for _attempt in range(500):
        assert process.poll() is None, "nginx ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            ended.wait(0.01)
        else:
            return
    raise AssertionError("nginx did not listen within 5 seconds")


@pytest.mark.parametrize("file", ["nginx-site", "nginx-boot"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_nginx_accepts_the_site(environment: str, file: str, tmp_path: Path) -> None:
    run = Site(tmp_path, environment, file=file).check()
    assert run.returncode == 0, run.stderr
    assert "[warn]" not in run.stderr


def test_a_load_balancer_finds_a_machine_alive_before_its_first_release(running: Callable[..., Site]) -> None:
    site = running("prod", file="nginx-boot")
    assert site.ask("/livez", {"Host": "10.0.0.9"}, tls=True).status == 200
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask("/", FROM_CDN)


@pytest.mark.parametrize("file", ["nginx-site", "nginx-boot"])
def test_a_load_balancer_waits_for_a_machine_that_boots(file: str, running: Callable[..., Site]) -> None:
    site = running("prod", file=file)
    booting = Path(site.paths.booting)
    booting.parent.mkdir(exist_ok=True)
    booting.touch()
    assert site.ask("/livez", {"Host": "10.0.0.9"}, tls=True).status == 503
    booting.unlink()
    assert site.ask("/livez", {"Host": "10.0.0.9"}, tls=True).status == 200


def test_livez_is_answered_with_no_release_no_secret_and_any_host(running: Callable[..., Site]) -> None:
    site = running("dev")
    assert site.ask("/livez", {"Host": "10.0.0.9"}).status == 200
    assert site.ask("/livez", {"Host": SITE}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Origin-Secret": ""},
        {"X-Origin-Secret": SECRET[:-1]},
        {"X-Origin-Secret": SECRET.swapcase()},
        {"X-Origin-Secret": "1"},
    ],
)
def test_who_does_not_know_the_secret_is_refused(headers: dict[str, str], live: tuple[Site, Release]) -> None:
    assert live[0].ask("/", {"Host": SITE, **headers}).status == 403


def test_while_there_is_no_release_the_answer_is_a_clean_503(running: Callable[..., Site]) -> None:
    answer = running("dev").ask("/api/projects/", method="POST", body=b"{}")
    assert answer.status == 503
    assert json.loads(answer.body) == {"detail": "no release is running"}
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"] == "application/json"


def test_an_unknown_host_gets_no_answer(live: tuple[Site, Release]) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        live[0].ask("/", {**FROM_CDN, "Host": "evil.example.net"})


def test_the_application_sees_the_viewer_and_never_the_secret(live: tuple[Site, Release]) -> None:
    forged = {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Forwarded-Proto": "http", "X-Real-IP": "6.6.6.6"}
    forged |= {"X-Forwarded-Ssl": "off", "X-Forwarded-Protocol": "http"}
    got = json.loads(live[0].ask("/", {**FROM_CDN, **forged}).body)["headers"]
    assert (got["x-forwarded-for"], got["x-real-ip"]) == ("203.0.113.7", "203.0.113.7")
    assert (got["x-forwarded-proto"], got["host"], got["x-forwarded-host"]) == ("https", SITE, SITE)
    assert {"x-origin-secret", "x-forwarded-ssl", "x-forwarded-protocol"} & got.keys() == set()


def test_behind_the_load_balancer_the_viewer_is_the_last_but_one_address(running: Callable[..., Site]) -> None:
    site = running("prod")
    release = site.release("one", says("one"))
    site.switch_to(release)
    answer = site.ask("/", {**FROM_CDN, "X-Forwarded-For": "6.6.6.6, 2001:db8::7, 10.30.0.4"}, tls=True)
    assert json.loads(answer.body)["headers"]["x-forwarded-for"] == "2001:db8::7"
    release.stop()


def test_renaming_the_socket_is_the_switch_also_for_open_connections(live: tuple[Site, Release]) -> None:
    site, _one = live
    two = site.release("two", says("two"))
    with site.connection() as connection:
        assert json.loads(ask(connection, "/", FROM_CDN).body)["release"] == "one"
        site.switch_to(two)
        assert json.loads(ask(connection, "/", FROM_CDN).body)["release"] == "two"
    two.stop()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_maintenance_answers_every_method_with_the_page(method: str, live: tuple[Site, Release]) -> None:
    site = live[0]
    page = Path(site.paths.maintenance_page)
    page.write_text("<h1>back soon</h1>")
    answer = site.ask("/admin/", method=method)
    assert (answer.status, answer.body) == (503, "<h1>back soon</h1>")
    assert (answer.headers["content-type"], answer.headers["retry-after"]) == ("text/html", "120")
    assert site.ask("/livez").status == 200
    page.unlink()
    assert site.ask("/").status == 200


def test_a_body_that_is_too_large_is_refused(live: tuple[Site, Release]) -> None:
    headers = {**FROM_CDN, "Content-Length": str(11 * 1024 * 1024)}
    answer = live[0].ask("/api/upload/", headers, method="POST")
    assert (answer.status, answer.headers["content-type"]) == (413, "application/json")
    assert "10 MiB" in json.loads(answer.body)["detail"]


def test_answers_do_not_name_nginxs_version(live: tuple[Site, Release]) -> None:
    assert [live[0].ask(path).headers["server"] for path in ("/", "/livez")] == ["nginx", "nginx"]


def test_the_access_log_is_json_without_query_and_secret(live: tuple[Site, Release]) -> None:
    site = live[0]
    site.ask("/api/?token=hidden", {**FROM_CDN, "User-Agent": 'a "quoted" agent', "X-Forwarded-For": "203.0.113.7"})
    site.ask("/livez")  # the one worker has written the line before it answers this
    log = Path(site.paths.access_log).read_text()
    line = json.loads(log)
    assert (line["path"], line["status"], line["viewer"]) == ("/api/", 200, "203.0.113.7")
    assert line["agent"] == 'a "quoted" agent'
    assert "hidden" not in log
    assert SECRET not in log
