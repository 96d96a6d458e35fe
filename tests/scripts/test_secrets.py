"""Values of secrets go in by a prompt or standard input, and come out when asked for and in no other way."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import DICEYTECH, ROOT, Terminal, diceytech, edit, repository, variables
from loopback_aws import Loopback, loopback

from infra.config_source import load
from infra.names import Names
from scripts.secrets.secrets import SecretsError, Store

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

VALUE = "tr0ub4dor-and-3-é"
PUT = {"ssm": "PutParameter", "secretsmanager": "CreateSecret"}


@pytest.fixture
def aws() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


@pytest.fixture(params=["ssm", "secretsmanager"])
def store(request: pytest.FixtureRequest, copy: Path) -> str:
    chosen = str(request.param)
    edit(copy / "Pulumi.dev.yaml", "config:\n", f"config:\n  platform:secrets:\n    store: {chosen}\n")
    return chosen


def test_what_was_set_is_listed_without_its_value_and_given_when_asked_for(
    store: str, copy: Path, aws: Loopback
) -> None:
    done = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, stdin=VALUE.encode(), **aws.variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "SECRET_KEY is set for dev\n")
    listed = diceytech("secrets", "list", "--env", "dev", "--json", cwd=copy, **aws.variables)
    assert listed.returncode == 2  # others are missing
    assert VALUE not in listed.stdout + listed.stderr
    found = {item["name"]: (item["store"], item["changed"] is not None) for item in json.loads(listed.stdout)}
    assert found == {"SECRET_KEY": (store, True), "ORIGIN_SECRET": (store, False), "SITE_PASSWORD": (store, False)}
    got = diceytech("secrets", "get", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables)
    assert (got.returncode, got.stdout, got.stderr) == (0, f"{VALUE}\n", "")


def test_setting_twice_replaces_the_value(store: str, copy: Path, aws: Loopback) -> None:
    for value in (b"first\n", b"second\r\n"):
        set_ = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, stdin=value, **aws.variables)
        assert set_.returncode == 0
    assert diceytech("secrets", "get", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables).stdout == "second\n"
    assert PUT[store] in aws.operations()


def test_a_parameter_is_encrypted(copy: Path, aws: Loopback) -> None:
    diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, stdin=b"value", **aws.variables)
    body = json.loads(next(body for operation, body in aws.asked if operation == "PutParameter"))
    assert (body["Type"], body["Name"]) == ("SecureString", "/diceytech/dev/secrets/SECRET_KEY")


def test_a_generated_value_is_long_new_and_not_shown(copy: Path, aws: Loopback) -> None:
    values = []
    for _ in range(2):
        done = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", "--generate", cwd=copy, **aws.variables)
        got = diceytech("secrets", "get", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables).stdout.strip()
        assert got not in done.stdout + done.stderr
        values.append(got)
    assert len(set(values)) == 2
    assert min(map(len, values)) == 64


def test_all_set_ends_well(copy: Path, aws: Loopback) -> None:
    for name in ("SECRET_KEY", "ORIGIN_SECRET", "SITE_PASSWORD"):
        diceytech("secrets", "set", name, "--env", "dev", "--generate", cwd=copy, **aws.variables)
    listed = diceytech("secrets", "list", "--env", "dev", cwd=copy, **aws.variables)
    assert listed.returncode == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        f"/diceytech/dev/secrets/{name}" for name in ("SECRET_KEY", "ORIGIN_SECRET", "SITE_PASSWORD")
    ]


def test_the_prompt_asks_twice_and_shows_nothing_of_what_is_typed(copy: Path, aws: Loopback) -> None:
    terminal = Terminal("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables)
    terminal.answer("Value of SECRET_KEY: ", VALUE)
    terminal.answer("again: ", VALUE)
    assert terminal.end() == 0
    assert VALUE not in terminal.shown
    assert "SECRET_KEY is set for dev" in terminal.shown
    assert any(json.loads(body).get("Value") == VALUE for op, body in aws.asked if op == "PutParameter")


def test_two_different_answers_change_nothing(copy: Path, aws: Loopback) -> None:
    terminal = Terminal("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables)
    terminal.answer("Value of SECRET_KEY: ", VALUE)
    terminal.answer("again: ", "another")
    assert terminal.end() == 1
    assert "the two values differ; nothing was changed" in terminal.shown
    assert "PutParameter" not in aws.operations()


def test_a_value_is_in_no_argument_and_no_variable_of_the_process(copy: Path, aws: Loopback) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("needs /proc")
    command = [DICEYTECH, "secrets", "set", "SECRET_KEY", "--env", "dev"]
    with subprocess.Popen(command, cwd=copy, stdin=subprocess.PIPE, env=variables(copy, **aws.variables)) as process:
        assert process.stdin is not None
        process.stdin.write(VALUE.encode())
        process.stdin.flush()
        assert aws.first_call.wait(30)
        seen = b"".join(Path(f"/proc/{process.pid}/{part}").read_bytes() for part in ("cmdline", "environ"))
        process.stdin.close()
    assert process.returncode == 0
    assert b"SECRET_KEY" in seen
    assert VALUE.encode() not in seen


def test_a_value_given_as_an_argument_is_refused_and_not_repeated(copy: Path, aws: Loopback) -> None:
    for arguments in ([VALUE], [f"--value={VALUE}"], ["--value", VALUE]):
        done = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", *arguments, cwd=copy, **aws.variables)
        assert done.returncode == 1
        assert VALUE not in done.stdout + done.stderr
    assert aws.asked == []


def test_interrupting_ends_with_130_and_one_word(copy: Path, aws: Loopback) -> None:
    command = [DICEYTECH, "secrets", "set", "SECRET_KEY", "--env", "dev"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=copy, env=variables(copy, **aws.variables), text=True, **pipes) as process:
        assert aws.first_call.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "error interrupted\n"


def test_credentials_of_another_account_reach_no_secret(copy: Path) -> None:
    with loopback("210987654321") as aws:
        done = diceytech("secrets", "get", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables)
    assert done.returncode == 1
    assert "the credentials are for account 210987654321, 123456789012 is named in Pulumi.dev.yaml" in done.stderr
    assert aws.operations() == ["Action=GetCallerIdentity"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "no AWS credentials; run `aws configure`, or set AWS_PROFILE"),
        ({"AWS_PROFILE": "nobody"}, "no usable AWS credentials (The config profile (nobody) could not be found)"),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, "no usable AWS credentials (Partial credentials found in env"),
        (
            {
                "AWS_ACCESS_KEY_ID": "AKIA",
                "AWS_SECRET_ACCESS_KEY": "hidden",
                "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            },
            "AWS does not answer",
        ),
    ],
)
def test_without_usable_credentials_one_message_says_so(copy: Path, more: dict[str, str], message: str) -> None:
    done = diceytech("secrets", "list", "--env", "dev", cwd=copy, **more)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert message in done.stderr
    assert "hidden" not in done.stderr


def test_aws_quoting_a_refused_value_is_not_passed_on(copy: Path, aws: Loopback) -> None:
    aws.refused = frozenset({"PutParameter"})
    done = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, stdin=VALUE.encode(), **aws.variables)
    assert done.returncode == 1
    assert "AWS refused to set SECRET_KEY (PutParameter: ValidationException)" in done.stderr
    assert VALUE not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "at least one character"),
        ("two\nlines", "one line"),
        ("\0", "one line"),
        ("x" * 4097, "more than the 4096 bytes"),
        ("é" * 2049, "more than the 4096 bytes"),
        ("{{ssm:other}}", "two opening braces"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_before_aws_is_asked(value: str, message: str) -> None:
    names = Names(product="diceytech", environment="dev", account_id="123456789012")
    with pytest.raises(SecretsError, match=message) as refused:
        Store(None, load(ROOT, "dev"), names).set("SECRET_KEY", value)
    assert not value or value not in str(refused.value)


def test_input_that_is_no_text_changes_nothing(copy: Path, aws: Loopback) -> None:
    done = diceytech("secrets", "set", "SECRET_KEY", "--env", "dev", cwd=copy, stdin=b"\xff\xfe", **aws.variables)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "standard input is not UTF-8 text; nothing was changed" in done.stderr
    assert aws.operations() == ["Action=GetCallerIdentity"]


def test_a_name_that_the_yaml_lacks_asks_aws_nothing(copy: Path, aws: Loopback) -> None:
    done = diceytech("secrets", "set", "OTHER", "--env", "dev", cwd=copy, stdin=b"value", **aws.variables)
    assert done.returncode == 1
    assert "OTHER: the YAML names no such secret, only SECRET_KEY, ORIGIN_SECRET, SITE_PASSWORD" in done.stderr
    assert aws.asked == []


@pytest.mark.usefixtures("store")
def test_a_secret_that_was_never_set_says_how_to_set_it(copy: Path, aws: Loopback) -> None:
    done = diceytech("secrets", "get", "SECRET_KEY", "--env", "dev", cwd=copy, **aws.variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert "run `diceytech secrets set SECRET_KEY --env dev`" in done.stderr
