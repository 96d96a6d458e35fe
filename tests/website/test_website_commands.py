"""The commands as whole processes, against S3, CloudFront and Systems Manager on loopback (moto), or versitygw."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

import pytest
from fault_proxy import Asked, Fault, fault_proxy
from moto_loopback import Loopback, loopback
from website_world import ACCESS, FIRST, SECOND, SECRET, Build, World, broken, outputs

from scripts.commands.website import _finish

ROOT = Path(__file__).parent.parent.parent
DICEYTECH = Path(sys.executable).with_name("diceytech")
PARAMETER = "/diceytech/dev/platform"
ORIGIN = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
DISTRIBUTION = {
    "CallerReference": "test",
    "Comment": "",
    "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [ORIGIN]},
    "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "x"},
}


def repository(directory: Path) -> Path:
    """A copy of the YAML, enough to be taken for the repository."""
    (directory / "infra").mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / name, directory)
    return directory


def write(directory: Path, files: Build) -> Path:
    for key, text in files.items():
        (directory / key).parent.mkdir(parents=True, exist_ok=True)
        (directory / key).write_text(text)
    return directory


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Nobody's credentials but those given."""
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "LC_ALL": "C.UTF-8"}
    base = {"PATH": os.defpath, "HOME": str(home), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**base, **nobody, **variables}


@dataclass(kw_only=True)
class Platform:
    """An environment that is up, and the repository that it is deployed from."""

    aws: Loopback
    copy: Path
    distribution: str

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`diceytech` with these arguments."""
        return subprocess.run(
            [DICEYTECH, *arguments],
            cwd=self.copy,
            env=environment(self.copy, {**self.aws.variables, **variables}),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def deploy(self, files: Build, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`diceytech deploy website` of a build."""
        build = self.copy / "out"
        shutil.rmtree(build, ignore_errors=True)
        return self.run("deploy", "website", "--env", "dev", "--dir", str(write(build, files)), *options, **variables)

    def publish(self, **changes: Any) -> None:
        """Writes the platform parameter."""
        value = json.dumps({**asdict(outputs("acme-site", self.distribution)), **changes})
        self.aws.client("ssm").put_parameter(Name=PARAMETER, Value=value, Type="String", Overwrite=True)

    def invalidated(self) -> list[list[str]]:
        """Paths of each invalidation that CloudFront was asked for, oldest first."""
        cloudfront = self.aws.client("cloudfront")
        listed = cloudfront.list_invalidations(DistributionId=self.distribution)["InvalidationList"].get("Items", [])
        read = [
            cloudfront.get_invalidation(DistributionId=self.distribution, Id=one["Id"])["Invalidation"]
            for one in listed
        ]
        read.sort(key=lambda one: one["CreateTime"])
        return [sorted(one["InvalidationBatch"]["Paths"]["Items"]) for one in read]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with loopback() as aws:
        aws.client("s3").create_bucket(Bucket="acme-site")
        made = aws.client("cloudfront").create_distribution(DistributionConfig=DISTRIBUTION)
        found = Platform(aws=aws, copy=repository(tmp_path / "copy"), distribution=made["Distribution"]["Id"])
        found.publish()
        yield found


@pytest.mark.slow
def test_deploy_rollback_and_releases_as_a_person_types_them(platform: Platform) -> None:
    first = platform.deploy(FIRST)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("release 1: 7 to upload (7 new), ")
    assert "https://site.example serves release 1" in first.stdout
    assert platform.invalidated() == []
    second = platform.deploy(SECOND, "--wait")
    assert second.returncode == 0
    assert platform.invalidated() == [
        ["/", "/about.html", "/config.json", "/index.html", "/logo.png", "/robots.txt"],
    ]
    again = platform.deploy(SECOND)
    assert (again.returncode, again.stdout) == (0, "nothing to do: 7 files are as they should be\n")
    back = platform.run("rollback", "website", "--env", "dev")
    assert back.returncode == 0, back.stderr
    assert "serves release 3" in back.stdout
    page = platform.aws.client("s3").get_object(Bucket="acme-site", Key="index.html")
    assert page["Body"].read().decode() == FIRST["index.html"]
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["CacheControl"] == "no-cache"
    listed = platform.run("releases", "website", "--env", "dev", "--json")
    assert [(one["number"], one["of"], one["served"]) for one in json.loads(listed.stdout)] == [
        (3, 1, True),
        (2, None, False),
        (1, None, False),
    ]
    shown = platform.run("releases", "website", "--env", "dev")
    assert "release 1 again" in shown.stdout


def test_the_website_is_told_which_release_it_is(platform: Platform) -> None:
    platform.deploy(FIRST)
    served = platform.aws.client("s3").get_object(Bucket="acme-site", Key="config.json")
    (release,) = json.loads(platform.run("releases", "website", "--env", "dev", "--json").stdout)
    assert json.loads(served["Body"].read())["release"] == release["id"]
    assert served["CacheControl"] == "no-cache"


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_releases_are_told_from_their_records_where_the_list_is_not_there(platform: Platform, how: str) -> None:
    platform.deploy(FIRST)
    s3, where = platform.aws.client("s3"), {"Bucket": "acme-site", "Key": ".releases/current.json"}
    s3.delete_object(**where) if how == "lost" else s3.put_object(**where, Body=b"[")
    told = platform.run("releases", "website", "--env", "dev", "--json")
    assert [(one["number"], one["served"]) for one in json.loads(told.stdout)] == [(1, True)]
    assert (told.returncode, f"current.json) is {how}, and told from the records" in told.stderr) == (0, True)
    platform.deploy(FIRST)
    assert platform.run("releases", "website", "--env", "dev").stderr == ""


@pytest.mark.slow
def test_a_plan_changes_nothing_and_says_by_its_exit_code_whether_it_would(platform: Platform) -> None:
    planned = platform.deploy(FIRST, "--plan", "--json")
    found = json.loads(planned.stdout)
    assert planned.returncode == 2
    assert {one["key"]: one["cache_control"] for one in found["upload"]}["assets/main.1a2b3c4d.js"].endswith(
        "immutable"
    )
    assert "Contents" not in platform.aws.client("s3").list_objects_v2(Bucket="acme-site")
    platform.deploy(FIRST)
    assert platform.deploy(FIRST, "--plan").returncode == 0
    odd = {"pages/[id].js": "x", "[/b].css": "y", "main.js.map": "{}"}
    shown = platform.deploy({**SECOND, **odd}, "--plan")
    assert shown.returncode == 2
    assert all(name in shown.stdout for name in odd)
    assert "note: 1 source maps are served too" in shown.stdout
    assert "about.html" in shown.stdout
    assert "text/html; charset=utf-8" in shown.stdout
    back = platform.run("rollback", "website", "--env", "dev", "--to", "7")
    assert (back.returncode, back.stderr) == (1, "error there is no release '7'; kept are 1\n")


@pytest.mark.slow
def test_an_invalidation_that_was_not_sent_is_sent_by_the_next_deploy(platform: Platform) -> None:
    platform.deploy(FIRST)
    refused = platform.deploy(SECOND, AWS_ENDPOINT_URL_CLOUDFRONT="http://127.0.0.1:9")
    assert refused.returncode == 1
    assert "does not answer" in refused.stderr
    assert platform.invalidated() == []
    planned = platform.deploy(SECOND, "--plan")
    assert (planned.returncode, "6 paths to tell CloudFront" in planned.stdout) == (2, True)
    again = platform.deploy(SECOND)
    assert (again.returncode, "6 paths to tell CloudFront" in again.stdout) == (0, True)
    assert platform.deploy(SECOND, "--plan").returncode == 0
    assert platform.invalidated() == [
        ["/", "/about.html", "/config.json", "/index.html", "/logo.png", "/robots.txt"],
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"schema": 0}, "older than these scripts (schema 0"),
        ({"schema": 99}, "newer than these scripts"),
        ({"account_id": "999999999999"}, "in account 999999999999, not of dev in 123456789012"),
        ({"environment": "prod"}, "the platform parameter is of prod"),
    ],
)
def test_a_parameter_of_another_time_or_place_is_refused(platform: Platform, changes: Any, why: str) -> None:
    platform.publish(**changes)
    done = platform.deploy(FIRST)
    assert done.returncode == 1
    assert why in done.stderr
    assert "Contents" not in platform.aws.client("s3").list_objects_v2(Bucket="acme-site")


def test_an_environment_that_is_not_up_is_told_what_to_run(platform: Platform) -> None:
    platform.aws.client("ssm").delete_parameter(Name=PARAMETER)
    done = platform.deploy(FIRST)
    assert done.returncode == 1
    assert "run `diceytech up --env dev`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_build_under_the_backends_paths_is_refused_and_the_list_is_the_yamls(platform: Platform) -> None:
    files = {**FIRST, "static/js/main.1a2b3c4d.js": "x"}
    refused = platform.deploy(files)
    assert refused.returncode == 1
    assert "CloudFront sends /static/* to the backend" in refused.stderr
    yaml = platform.copy / "Pulumi.dev.yaml"
    yaml.write_text(
        yaml.read_text().replace("  platform:website:\n", "  platform:website:\n    backend_paths: [/api/*]\n")
    )
    assert platform.deploy(files).returncode == 0


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_credentials_there_is_one_line_and_no_traceback(platform: Platform, missing: str) -> None:
    done = platform.deploy(FIRST, **{missing: ""})
    assert done.returncode == 1
    assert "credentials" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_profile_serves_as_well_as_variables(platform: Platform) -> None:
    file = platform.copy / "credentials"
    file.write_text(f"[default]\naws_access_key_id={ACCESS}\naws_secret_access_key={SECRET}\n")
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = platform.deploy(FIRST, AWS_SHARED_CREDENTIALS_FILE=str(file), **nothing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_deploy_without_changes_imports_nothing_slow(platform: Platform) -> None:
    platform.deploy(FIRST)
    done = platform.deploy(FIRST, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "nothing to do" in done.stdout
    assert "scripts.website.deploy" in imported
    slow = {"botocore", "boto3", "pydantic", "pulumi", "pulumi_aws", "rich", "obstore", "jinja2", "ruamel.yaml"}
    assert imported & slow == set()


def test_an_invalid_yaml_is_explained_as_by_every_command(platform: Platform) -> None:
    yaml = platform.copy / "Pulumi.dev.yaml"
    yaml.write_text(
        yaml.read_text().replace("  platform:aws:\n", "  platform:aws:\n    regiom: x\n").replace('"1234', '"123')
    )
    yaml.write_text(yaml.read_text().replace("    region: us-east-1\n", "    region: [1]\n"))
    done = platform.deploy(FIRST)
    assert done.returncode == 1
    assert "Pulumi.dev.yaml" in done.stderr
    assert "is not a setting" in done.stderr


class Process:
    """A deploy as a process of its own, on versitygw."""

    def __init__(
        self, world: World, files: Build, *options: str, through: str, stdout: IO[str] | int = subprocess.PIPE
    ) -> None:
        self.file = world.directory / "outputs.json"
        self.file.write_text(json.dumps(asdict(replace(outputs(world.bucket), product="diceytech"))))
        self.copy = world.directory / "copy"
        if not self.copy.exists():
            repository(self.copy)
        variables = {"AWS_ENDPOINT_URL_S3": through, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
        where = ["--env", "dev", "--dir", str(world.build(files)), "--outputs", str(self.file)]
        self.process = subprocess.Popen(
            [DICEYTECH, "deploy", "website", *where, *options],
            cwd=self.copy,
            env=environment(self.copy, variables),
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> tuple[int, str]:
        """Exit code, and what it said on standard error."""
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


def sent_to(process: list[Process], number: int, end: signal.Signals) -> Any:
    """A fault that ends the process when the request comes, and holds that request until it is over."""

    def fault(asked: Asked) -> Fault:
        if asked.number == number:
            process[0].process.send_signal(end)
            process[0].process.wait(timeout=30) if end == signal.SIGKILL else None
            return "dead" if end == signal.SIGKILL else "none"
        return "none"

    return fault


@pytest.mark.slow
@pytest.mark.parametrize("number", [3, 9, 12, 15, 18])
def test_a_deploy_that_is_killed_is_repaired_by_the_next_one(world: World, number: int) -> None:
    world.keep = 5
    world.deploy(FIRST)
    started: list[Process] = []
    with fault_proxy(world.server, sent_to(started, number, signal.SIGKILL)) as proxy:
        started.append(Process(world, SECOND, through=proxy.address))
        assert started[0].end()[0] == -signal.SIGKILL
    assert broken(world.served(), FIRST, SECOND) == []
    held = Process(world, SECOND, through=world.server).end()
    if held[0] == 75:
        assert "pass --take-over if you know that it did" in held[1]
        if number == 18:  # it waits until an owner that is alive would have noticed
            assert Process(world, SECOND, "--take-over", through=world.server).end() == (0, "")
        else:
            world.deploy(SECOND, take_over=True)
    assert number == 3 or held[0] == 75
    assert SECOND.items() <= world.served().items()
    assert world.plan(SECOND).empty


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_deploy_that_is_interrupted_lets_go_of_the_site(world: World, end: signal.Signals) -> None:
    world.keep = 5
    world.deploy(FIRST)
    started: list[Process] = []
    with fault_proxy(world.server, sent_to(started, 9, end)) as proxy:
        started.append(Process(world, SECOND, through=proxy.address))
        code, said = started[0].end()
    assert code == 130
    assert "Traceback" not in said
    assert broken(world.served(), FIRST, SECOND) == []
    assert Process(world, SECOND, through=world.server).end() == (0, "")
    assert SECOND.items() <= world.served().items()


def test_what_a_deploy_says_does_not_steer_the_terminal(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.monkeypatch.setattr("scripts.ends.interrupt_at_the_end", lambda: None)
    site = world.site()
    plan = replace(world.plan(FIRST, site), notes=("a\x1b]0;title\x07 b\x9b31m c\u202e [bold]d[/bold]",))
    _finish(site, plan, only_plan=False, json=False, wait=False)
    assert "note: a?]0;title? b?31m c? [bold]d[/bold]\n" in capsys.readouterr().out


def test_a_second_signal_leaves_the_claim_to_its_lease_while_a_file_is_under_way(world: World) -> None:
    world.deploy(FIRST)
    started: list[Process] = []
    held: list[bool] = []

    def fault(asked: Asked) -> Fault:
        if asked.method == "PUT" and asked.path.endswith("main.5e6f7a8b.js") and not held:
            process = started[0].process
            assert process.stderr is not None
            process.send_signal(signal.SIGINT)
            while not select.select([process.stderr], [], [], 1)[0]:  # it says so when it has tidied up
                process.send_signal(signal.SIGTERM)
            held.append(world.site().parts.lock.read().claim is not None)
        return "none"

    with fault_proxy(world.server, fault) as proxy:
        started.append(Process(world, SECOND, through=proxy.address))
        started[0].end()  # on a slow machine a third signal meets Python's own end, which then says more
    assert held == [True]
    assert Process(world, SECOND, through=world.server).end()[0] == 75


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_deploy_that_cannot_be_told_on_a_full_disk_is_told_in_the_error(world: World, options: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        code, said = Process(world, FIRST, *options, through=world.server, stdout=full).end()
    expected = (
        r"error standard output: No space left on device; all the same: https://site\.example serves release 1 \(.*\)\n"
    )
    assert (code, re.fullmatch(expected, said) is not None) == (1, True), said
    assert world.served() == FIRST


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_where_nothing_was_to_do_a_full_disk_is_told_so_and_not_a_note(world: World) -> None:
    files = {**FIRST, "assets/main.1a2b3c4d.js.map": "{}"}
    Process(world, files, through=world.server).end()
    with Path("/dev/full").open("w") as full:
        code, said = Process(world, files, through=world.server, stdout=full).end()
    assert (code, said.partition("all the same: ")[2]) == (1, "nothing to do: 8 files are as they should be\n")
