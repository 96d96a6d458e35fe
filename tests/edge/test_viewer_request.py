"""The functions' JavaScript, run in node on a table of requests."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from typing import Any

import pytest

from infra.edge_functions import SIZE_LIMIT, Kind, Lock, lock, viewer_request

NODE = shutil.which("node")
HOST = "d111111abcdef8.cloudfront.net"
PATHS = ("/api/*", "/admin/*", "/static/*")
USER, PASSWORD = "dev", "pässword: with colon"
COOKIE = "__Host-gate"

in_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the functions are not run")


def gate(**changes: str) -> Lock:
    return lock(**{"username": USER, "password": PASSWORD, "label": "acme-dev-website", **changes})


def basic(username: str = USER, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def request(uri: str = "/", *, method: str = "GET", cookie: str = "", query: Any = None, **headers: str) -> Any:
    """A viewer request as CloudFront gives it; header names with underscores for hyphens."""
    return {
        "method": method,
        "uri": uri,
        "querystring": query or {},
        "headers": {name.replace("_", "-"): {"value": value} for name, value in {"host": HOST, **headers}.items()},
        "cookies": {COOKIE: {"value": cookie}, "theme": {"value": "dark"}} if cookie else {},
    }


def answers(kind: Kind, *requests: Any, locked: Lock | None = None) -> list[Any]:
    """What the function gives back for each: the request to go on with, or a response."""
    code = viewer_request(kind=kind, backend_paths=PATHS, gate=locked)
    events = json.dumps([{"request": one} for one in requests])
    program = f"{code}\nconsole.log(JSON.stringify({events}.map(handler)));"
    assert NODE is not None
    done = subprocess.run([NODE, "-e", program], capture_output=True, text=True, timeout=60, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def one(kind: Kind, asked: Any, *, locked: Lock | None = None) -> Any:
    return answers(kind, asked, locked=locked)[0]


SITE = {
    "/": "/index.html",
    "/index.html": "/index.html",
    "/projects": "/index.html",
    "/projects/": "/index.html",
    "/projects/42/edit": "/index.html",
    "/v1.2/notes": "/index.html",
    "/assets/main.3f2a.js": "/assets/main.3f2a.js",
    "/favicon.ico": "/favicon.ico",
    "/config.json": "/config.json",
    "/.well-known/apple-app-site-association": "/.well-known/apple-app-site-association",
    "/.releases/current.json": "/.releases/current.json",
    "/.hidden": "/.hidden",
    "//": "/index.html",
    "//evil.example/": "/index.html",
    "/projects/a%2Fb": "/index.html",
    "/projects/a%2Eb": "/index.html",
    "/people/jane.doe": "/people/jane.doe",
    "/people/jane.doe/": "/index.html",
    "/caf%C3%A9": "/index.html",
    "/index.html/": "/index.html",
    "/apiary": "/index.html",
    "/API/users": "/index.html",
}
MEDIA = {
    "/media/profile_pics/a.png": "/profile_pics/a.png",
    "/media/resumes/a.pdf": "/resumes/a.pdf",
    "/media/media/a.png": "/media/a.png",
    "/media/": "/",
    "/mediaplan": "/mediaplan",
    "/media//a.png": "//a.png",
    "/media/profile_pics/a%20b.png": "/profile_pics/a%20b.png",
    "/media/../resumes/a.pdf": "/../resumes/a.pdf",
}
OWN_HEADERS = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store, max-age=0",
}


@in_node
def test_routes_of_the_application_get_its_page_and_files_stay_files() -> None:
    found = answers("site", *map(request, SITE))
    assert {path: answer["uri"] for path, answer in zip(SITE, found, strict=True)} == SITE


@in_node
def test_media_is_taken_off_the_path_once() -> None:
    found = answers("media", *map(request, MEDIA))
    assert {path: answer["uri"] for path, answer in zip(MEDIA, found, strict=True)} == MEDIA


@in_node
def test_a_backend_folder_without_its_slash_is_sent_on_with_its_query() -> None:
    query = {"next": {"value": "%2Fx"}, "tag": {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]}}
    answer = one("site", request("/admin", query=query))
    assert answer["statusCode"] == 302
    assert answer["headers"]["location"]["value"] == f"https://{HOST}/admin/?next=%2Fx&tag=a&tag=b"


@in_node
def test_what_the_function_answers_itself_has_the_security_headers_too() -> None:
    refused = one("media", request("/media/x.png"), locked=gate())
    let_in = one("backend", request("/admin/", authorization=basic(), accept="text/html"), locked=gate())
    moved = one("site", request("/static"))
    for answer in (refused, let_in, moved):
        held = {name: answer["headers"][name]["value"] for name in OWN_HEADERS}
        assert held == OWN_HEADERS


@in_node
def test_the_request_is_otherwise_left_alone() -> None:
    asked = request("/api/users", method="POST", cookie="x", authorization="Bearer token")
    assert one("backend", asked) == asked


@in_node
@pytest.mark.parametrize("kind", ["site", "backend", "media"])
def test_the_gate_refuses_whoever_lacks_the_password(kind: Kind) -> None:
    wrong = [
        request("/api/x"),
        request("/api/x", authorization=basic(password="guess")),
        request("/api/x", authorization=basic(username="root")),
        request("/api/x", authorization="Basic"),
        request("/api/x", authorization="Basic !!!"),
        request("/api/x", authorization="Bearer token"),
        request("/api/x", cookie="guess"),
        request("/api/x", cookie=gate().lock),
        request("/api/x", cookie=gate().salt),
    ]
    for answer in answers(kind, *wrong, locked=gate()):
        assert answer["statusCode"] == 401
        assert answer["headers"]["www-authenticate"]["value"].startswith("Basic realm=")
        assert answer["headers"]["cache-control"]["value"].startswith("no-store")


@in_node
def test_the_password_opens_the_gate_and_goes_no_further() -> None:
    answer = one("backend", request("/api/x", method="POST", authorization=basic()), locked=gate())
    assert answer["uri"] == "/api/x"
    assert "authorization" not in answer["headers"]


@in_node
def test_a_page_is_let_in_by_a_cookie_from_then_on() -> None:
    accept = "text/html,application/xhtml+xml"
    first = one("site", request("/projects", authorization=basic(), accept=accept), locked=gate())
    assert (first["statusCode"], first["headers"]["location"]["value"]) == (302, f"https://{HOST}/projects")
    cookie = first["cookies"][COOKIE]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie["attributes"].split("; "))
    second = one("site", request("/projects", cookie=cookie["value"]), locked=gate())
    assert second["uri"] == "/index.html"


@in_node
def test_behind_the_gate_the_applications_own_token_reaches_the_backend() -> None:
    opened = one("site", request("/", authorization=basic(), accept="text/html"), locked=gate())
    key = opened["cookies"][COOKIE]["value"]
    answer = one("backend", request("/api/me", cookie=key, authorization="Bearer token"), locked=gate())
    assert answer["headers"]["authorization"]["value"] == "Bearer token"
    assert set(answer["cookies"]) == {"theme"}


@in_node
def test_a_cookie_of_another_environment_opens_nothing() -> None:
    other = gate(label="acme-prod-website")
    opened = one("site", request("/", authorization=basic(), accept="text/html"), locked=other)
    key = opened["cookies"][COOKIE]["value"]
    assert one("site", request("/", cookie=key), locked=gate())["statusCode"] == 401


@in_node
def test_the_gate_does_not_lead_to_another_site() -> None:
    answer = one("site", request("//evil.example/", authorization=basic(), accept="text/html"), locked=gate())
    assert answer["headers"]["location"]["value"] == f"https://{HOST}//evil.example/"


def test_the_function_holds_neither_the_password_nor_what_opens_the_gate() -> None:
    code = viewer_request(kind="site", backend_paths=PATHS, gate=gate())
    assert PASSWORD not in code
    assert base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode() not in code


def test_two_runs_give_the_same_code_and_another_label_another_salt() -> None:
    assert gate() == gate()
    assert gate().salt != gate(label="acme-prod-website").salt


def test_every_function_is_far_below_cloudfronts_limit() -> None:
    for kind in ("site", "backend", "media"):
        assert len(viewer_request(kind=kind, backend_paths=PATHS, gate=gate()).encode()) < SIZE_LIMIT / 2


def test_code_over_the_limit_is_refused() -> None:
    paths = tuple(f"/{'x' * 200}{number}/*" for number in range(60))
    with pytest.raises(ValueError, match=r"name fewer website\.backend_paths"):
        viewer_request(kind="site", backend_paths=paths)


def test_a_path_cannot_become_code() -> None:
    code = viewer_request(kind="site", backend_paths=('/a"];alert(1);["/*',))
    assert '"];alert(1);["' not in code
