"""`diceytech local` without its engine: the variables of a command, and which process is taken for the local AWS."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.config_source import ConfigError
from rehearsal import product
from rehearsal.local_aws import LocalAccount
from scripts.local import local
from scripts.local import project as local_project
from scripts.local.aws import LocalHome, Running, running

ACCOUNT = "123456789012"
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    found = LocalHome(tmp_path)
    found.directory.mkdir(parents=True)
    (found.directory / "passphrase").write_text("secret", encoding="utf-8")
    return found


def test_yaml_that_cannot_be_read_is_named_and_the_copy_keeps_the_key_to_its_secrets(tmp_path: Path) -> None:
    stack, copy = tmp_path / "Pulumi.dev.yaml", tmp_path / "copy"
    stack.write_text("config:\n  platform:a: 1\nencryptionsalt: real\n", encoding="utf-8")
    local_project.refresh(tmp_path, copy)
    kept = copy / stack.name
    kept.write_text(kept.read_text(encoding="utf-8") + "encryptionsalt: local\n", encoding="utf-8")
    before = kept.read_text(encoding="utf-8")
    stack.write_text("config:\n  platform:a: 1\n  platform:a: 2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Pulumi.dev.yaml(.|\n)*line 3, column 3: the key platform:a is there twice"):
        local_project.refresh(tmp_path, copy)
    assert kept.read_text(encoding="utf-8") == before
    stack.write_text("config:\n  platform:a: 2\n", encoding="utf-8")
    local_project.refresh(tmp_path, copy)
    assert kept.read_text(encoding="utf-8") == "config:\n  platform:a: 2\nencryptionsalt: local\n"
    assert [path.name for path in copy.glob("Pulumi*")] == [stack.name]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": ".example"}, ".example,127.0.0.1,localhost,::1"),
        ({"no_proxy": "a, 127.0.0.1", "NO_PROXY": "b"}, "a,127.0.0.1,b,localhost,::1"),
        ({"NO_PROXY": "*"}, "*"),
    ],
)
def test_a_command_reaches_the_local_aws_past_the_user_s_proxy(home: LocalHome, own: dict[str, str], told: str) -> None:
    variables = {"HTTP_PROXY": "http://proxy.example:3128", **own}
    found = local.environment(home, Running(pid=1, port=2), variables)
    assert (found["NO_PROXY"], found["no_proxy"]) == (told, told)
    assert found["HTTP_PROXY"] == "http://proxy.example:3128"  # what is elsewhere is reached as before


class _Identity(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(IDENTITY)))
        self.end_headers()
        self.wfile.write(IDENTITY.encode())

    do_GET = do_PUT = do_POST = _answer

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Identity) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_this_process_reaches_it_past_the_proxy_too(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    account = LocalAccount(endpoint=endpoint, account_id=ACCOUNT, region="us-east-1")
    assert account.client("sts").get_caller_identity()["Account"] == ACCOUNT
    with product._DIRECTLY.open(endpoint, timeout=5) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "content",
    ['{"pid": 1}', '{"pid": 1', "[]", "null", '{"pid": null, "port": 1}', '{"pid": 1, "port": 99999999}',
     '{"pid": 1, "port": Infinity}'],
)  # fmt: skip
def test_a_damaged_announcement_means_that_nothing_runs(
    home: LocalHome, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    home.announcement.write_text(content, encoding="utf-8")
    assert running(home) is None
    local.status(home.root, json=True)
    assert json.loads(capsys.readouterr().out)["local"] is None


def test_somebody_else_at_the_announced_port_is_no_local_aws(home: LocalHome, endpoint: str) -> None:
    home.announcement.write_text(json.dumps({"pid": 1, "port": int(endpoint.rpartition(":")[2])}), encoding="utf-8")
    assert running(home) is None


@pytest.mark.parametrize(
    ("command", "removed"),
    [
        ("diceytech preview --account main", False),
        ("pulumi preview --stack main --cwd account", False),
        ("pulumi refresh --stack main --cwd account", False),
        ("diceytech up --env dev", False),
        ("diceytech up --account main", True),
        ("pulumi up --stack main --cwd account", True),
    ],
)
@pytest.mark.parametrize("made", [False, True], ids=["a new stack", "one that a preview has made"])
def test_placeholder_boundaries_go_with_an_up_of_the_account_project_alone(
    home: LocalHome, monkeypatch: pytest.MonkeyPatch, command: str, removed: bool, made: bool
) -> None:
    inits: list[str] = []
    gone: list[str] = []
    monkeypatch.setattr(local, "require", lambda: None)
    monkeypatch.setattr(local, "_init", lambda _directory, stack, _variables: inits.append(stack))
    monkeypatch.setattr(local, "make_way_for_account", lambda _home, _local, stack: gone.append(stack) or ["dev"])
    for name in ("account/Pulumi.main.yaml", "Pulumi.dev.yaml"):
        (home.project / name).parent.mkdir(parents=True, exist_ok=True)
        (home.project / name).touch()
    if made:
        for name in ("account/main", "platform/dev"):
            state = home.state / ".pulumi" / "stacks" / f"{name}.json"
            state.parent.mkdir(parents=True, exist_ok=True)
            state.touch()
    variables = {"PULUMI_BACKEND_URL": home.state.as_uri()}
    local.make_stack(home, Running(pid=1, port=2), command.split(), variables)
    assert (gone == ["main"], bool(inits)) == (removed, not made)
