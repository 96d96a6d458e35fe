"""The commands as whole processes: what they print, their exit codes, and bad input that changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from small_fleet import ONE, TWO, Fleet
from small_release import artifact

from scripts.backend.lock import BackendLock, Claim

ROOT = Path(__file__).parent.parent.parent
DICEYTECH = Path(sys.executable).with_name("diceytech")
WEBSITE_KEY = ".releases/current.json"

pytestmark = pytest.mark.slow


class Commands:
    """A repository like this one, and dev of the product that it names, up with `size` machines."""

    def __init__(self, aws: str, hosts: dict[str, Any], directory: Path, size: int) -> None:
        self.root = directory / "repository"
        (self.root / "infra").mkdir(parents=True)
        for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
            shutil.copy(ROOT / name, self.root)
        shutil.copytree(ROOT / "server", self.root / "server")
        self.aws = aws
        self.fleet = Fleet(hosts, directory, size, acme=False)
        self.fleet.backend.session.client("s3").create_bucket(Bucket=self.fleet.backend.outputs.website_bucket)

    def artifact(self, version: str, **changes: Any) -> Path:
        """An artifact that dev's servers take."""
        kind = {"product": "diceytech", "python": "3.13", "platform": "linux-x86_64", **changes}
        return artifact(self.fleet.directory, version, **kind).path

    def environment(self) -> dict[str, str]:
        """Nobody's environment, with credentials for the emulated AWS."""
        keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CONFIG_FILE": os.devnull}
        own = {"PATH": os.defpath, "HOME": str(self.root), "LC_ALL": "C.UTF-8", "GITHUB_ACTOR": "kim"}
        return {**own, **keys, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ENDPOINT_URL": self.aws}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`diceytech WORDS`."""
        return subprocess.run(
            [DICEYTECH, *words], cwd=self.root, env=self.environment(), capture_output=True, text=True, timeout=120
        )

    def deploy(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A deploy without trying the site, which nobody serves here."""
        return self.run("deploy", "backend", "--env", "dev", "--no-smoke", *words)


@pytest.fixture
def commands(aws: str, hosts: dict[str, Any], tmp_path: Path) -> Commands:
    return Commands(aws, hosts, tmp_path, 1)


def test_from_a_deploy_to_a_rollback(commands: Commands) -> None:
    plan = commands.deploy("--artifact", str(commands.artifact(ONE)), "--plan")
    assert (plan.returncode, "migrate, then go live" in plan.stdout) == (2, True), plan.stderr
    assert commands.fleet.asked() == []
    first = commands.deploy("--artifact", str(commands.artifact(ONE)), "--json")
    assert first.returncode == 0, first.stderr
    record = json.loads(first.stdout)
    assert (record["by"], record["result"]) == ("kim", "done")
    assert commands.deploy("--artifact", str(commands.artifact(TWO))).returncode == 0
    listed = json.loads(commands.run("releases", "backend", "--env", "dev", "--json").stdout)
    assert [(row["release"][:15], row["live"]) for row in listed] == [(TWO[:15], True), (ONE[:15], False)]
    back = commands.run("rollback", "backend", "--env", "dev", "--no-smoke")
    assert (back.returncode, f"{record['release']} is live on 1 machine of dev" in back.stdout) == (0, True), (
        back.stderr
    )
    assert commands.fleet.parameter == record["release"]
    status = commands.run("status", "--env", "dev", "--json")
    assert (status.returncode, json.loads(status.stdout)["backend"]["release"]) == (0, record["release"]), status.stderr
    assert "well" in commands.run("status", "--env", "dev").stdout
    website = {"Bucket": commands.fleet.backend.outputs.website_bucket, "Key": ".releases/current.json"}
    commands.fleet.backend.session.client("s3").put_object(**website, Body=b"[")
    status = commands.run("status", "--env", "dev")
    assert (status.returncode, "problem: the website: the list of releases" in status.stdout) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_deploy_that_cannot_be_told_on_a_full_disk_is_told_in_the_error(commands: Commands) -> None:
    words = ["deploy", "backend", "--env", "dev", "--no-smoke", "--artifact", str(commands.artifact(ONE))]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [DICEYTECH, *words],
            cwd=commands.root,
            env=commands.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, last.startswith("error standard output: No space left on device; all the same: ")) == (
        1,
        True,
    )
    assert last.endswith(f"{commands.fleet.parameter} is live on 1 machine of dev")


def test_a_machine_that_fails_is_exit_1_and_one_message(commands: Commands) -> None:
    commands.fleet.hosts[0].fail(73)
    done = commands.deploy("--artifact", str(commands.artifact(ONE)))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        f"error {commands.fleet.hosts[0].id}: it is not well (exit 73); live is no release, as before"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("truncated", "is no whole artifact"),
        ("altered", "app/manage.py is not as its manifest says"),
        ("text", "is no whole artifact"),
        ("missing", "cannot be read"),
        ("python", "is for Python 3.9 on linux-x86_64, the servers of dev have 3.13 on linux-x86_64"),
        ("product", "is of other, not of diceytech"),
    ],
)
def test_an_artifact_that_is_not_right_is_refused_and_nothing_is_changed(
    kind: str, message: str, commands: Commands
) -> None:
    path = commands.artifact(ONE, **{"python": {"python": "3.9"}, "product": {"product": "other"}}.get(kind, {}))
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-200])
    if kind == "altered":
        manifest = json.loads(json.dumps(artifact(commands.fleet.directory, TWO).manifest))
        artifact(commands.fleet.directory, ONE, altered={"app/manage.py": b"evil"}, **{"product": manifest["product"]})
    if kind == "text":
        path.write_text("no archive")
    if kind == "missing":
        path.unlink()
    done = commands.deploy("--artifact", str(path))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    bucket = commands.fleet.backend.session.client("s3").list_objects_v2(Bucket=commands.fleet.store.bucket)
    assert (bucket["KeyCount"], commands.fleet.asked(), commands.fleet.parameter) == (0, [], None)


@pytest.mark.parametrize(
    "words",
    [
        ("deploy", "backend"), ("rollback", "backend"), ("releases", "backend"), ("status",), ("logs",),
        ("maintenance", "on"), ("lock", "--reason", "x"), ("unlock",), ("exec",), ("connect", "db"),
        ("db", "restore", "--snapshot", "s", "--as", "n"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_unknown_environment_is_refused_by_every_command(words: tuple[str, ...], commands: Commands) -> None:
    done = commands.run(*words, "--env", "staging")
    assert done.returncode == 1
    assert "staging" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_that_is_not_up_is_refused(commands: Commands) -> None:
    names = commands.fleet.backend.names
    commands.fleet.backend.session.client("ssm").delete_parameter(Name=names.platform_parameter)
    done = commands.run("status", "--env", "dev")
    assert (done.returncode, "dev is not up" in done.stderr, "diceytech up --env dev" in done.stderr) == (1, True, True)


def test_without_a_machine_it_is_refused(aws: str, hosts: dict[str, Any], tmp_path: Path) -> None:
    none = Commands(aws, hosts, tmp_path, 0)
    done = none.deploy("--artifact", str(none.artifact(ONE)))
    assert (done.returncode, "dev has no running machine" in done.stderr) == (1, True)


def test_a_held_lock_is_exit_75_and_says_who(commands: Commands) -> None:
    assert commands.run("lock", "--env", "dev", "--reason", "the fair is on").returncode == 0
    done = commands.deploy("--artifact", str(commands.artifact(ONE)))
    assert (done.returncode, "kim has locked deploys since" in done.stderr) == (75, True)
    assert commands.run("unlock", "--env", "dev").stdout.startswith("ended: the fair is on by kim")
    with BackendLock(commands.fleet.store).held(Claim(by="alex", what="deploy of x", at="t")):
        assert commands.deploy("--artifact", str(commands.artifact(ONE))).returncode == 75
    assert commands.run("unlock", "--env", "dev").stdout == "nothing was locked\n"


def test_ctrl_c_lets_the_lock_go_and_the_next_deploy_works(commands: Commands) -> None:
    commands.fleet.hosts[0].pid = None  # it takes no order, so the deploy waits
    path = commands.artifact(ONE)
    words = [DICEYTECH, "deploy", "backend", "--env", "dev", "--no-smoke", "--artifact", str(path)]
    process = subprocess.Popen(words, cwd=commands.root, env=commands.environment(), stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        next(line for line in process.stderr if line.startswith("asking"))
        process.send_signal(signal.SIGINT)  # once: a second one ends it without its last words
        process.stderr.read()
        assert process.wait(30) == 130
    commands.fleet.hosts[0].pid = 1
    assert commands.fleet.store.records(1)[0]["result"] == "interrupted"
    done = commands.deploy("--artifact", str(path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("rollback", "backend", "--env", "dev", "--to", ""), "--to"),
        (("rollback", "website", "--env", "dev", "--to="), "--to"),
        (("db", "restore", "--env", "dev", "--snapshot", "", "--as", "x"), "--snapshot"),
        (("status", "-e", ""), "-e"),
    ],
)
def test_an_option_that_is_empty_is_refused(words: tuple[str, ...], option: str, commands: Commands) -> None:
    done = commands.run(*words)
    assert (done.returncode, done.stderr) == (1, f"error {option}: is empty; give it a value, or leave it out\n")


def test_an_empty_word_of_a_command_on_a_machine_is_its_own(commands: Commands) -> None:
    done = commands.run("exec", "--env", "dev", "--print", "--", "manage.py", "shell", "-c", "")
    assert done.returncode == 0, done.stderr


def test_an_address_to_try_that_is_none_is_named_by_its_option(commands: Commands) -> None:
    done = commands.run("deploy", "backend", "--env", "dev", "--smoke-url", "http://[::1")
    assert done.returncode == 1
    assert done.stderr.startswith("error --smoke-url http://[::1: is no address of a site")


def test_what_was_logged_or_given_as_a_reason_steers_no_terminal(commands: Commands) -> None:
    outputs, client = commands.fleet.backend.outputs, commands.fleet.backend.session.client("logs")
    for group in (outputs.backend_log_group, outputs.worker_log_group, outputs.nginx_log_group):
        client.create_log_group(logGroupName=group)
    hostile = "x \x1b]0;owned\x07\x1b[2J y\rfake"
    stream = {"logGroupName": outputs.backend_log_group, "logStreamName": "i-1"}
    client.create_log_stream(**stream)
    client.put_log_events(**stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": hostile}])
    assert commands.run("logs", "--env", "dev").stdout.endswith("i-1  x ?]0;owned??[2J y?fake\n")
    assert json.loads(commands.run("logs", "--env", "dev", "--json").stdout)["message"] == hostile
    locked = commands.run("lock", "--env", "dev", "--reason", hostile)
    assert locked.stdout == "deploys of dev are locked by kim: x ?]0;owned??[2J y?fake\n"
    assert "\x1b" not in commands.run("unlock", "--env", "dev").stdout


@pytest.mark.parametrize("lost", ["2>/dev/full", "2> >(head -n 1 >/dev/null)"])
def test_a_deploy_goes_on_where_nobody_reads_its_progress_any_more(lost: str, commands: Commands) -> None:
    words = f"{DICEYTECH} deploy backend --env dev --no-smoke --artifact {commands.artifact(ONE)} --json {lost}"
    done = subprocess.run(
        ["bash", "-c", words],
        cwd=commands.root,
        env=commands.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == "done"
    commands.fleet.hosts[0].fail(76)
    words = words.replace(str(commands.artifact(ONE)), str(commands.artifact(TWO)))
    done = subprocess.run(["bash", "-c", words], cwd=commands.root, env=commands.environment(), timeout=120)
    assert done.returncode == 1


def test_the_aws_commands_are_printed(commands: Commands) -> None:
    done = commands.run("exec", "--env", "dev", "--print", "--", "manage.py", "check", "--deploy")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"aws ssm start-session --region us-east-1 --target {commands.fleet.hosts[0].id} ")
    assert (
        "AWS-StartPortForwardingSessionToRemoteHost" in commands.run("connect", "db", "--env", "dev", "--print").stdout
    )
    assert commands.run("connect", "db", "--env", "dev").returncode == 1  # the plugin is not on this PATH
