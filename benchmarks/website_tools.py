"""The tools that the website's benchmark compares: ours, and the sync tools of `make peers`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, BenchmarkError, Sample, run_once
from benchmarks.website_server import CACHE, KEYS, REGION
from infra.config_source import read_raw
from infra.outputs import SCHEMA, Outputs

TUNED = (
    *("--checksum", "--fast-list", "--transfers", "32", "--checkers", "32"),
    *("--s3-no-check-bucket", "--s3-no-head"),
)
# Our first deploy as if the rules of caching had been others: what a change of headers alone is.
OTHER_RULES = "import scripts.website.headers as h; h.SHORT = 'public, max-age=1'; from scripts.cli import main; main()"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a tool deploys: from `build` to `bucket` at `address`; `cache_control` is what peers give every file."""

    build: Path
    bucket: str
    address: str
    room: Path
    cache_control: str = "no-cache"
    other_rules: bool = False


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A way to deploy; `ours` keeps what older releases need, and gives each file headers of its own."""

    name: str
    ours: bool
    command: Callable[[Target], Sequence[str]]
    variables: Callable[[Target], dict[str, str]]

    def run(self, target: Target) -> Sample:
        """One whole process; raises BenchmarkError where it fails."""
        return run_once(self.command(target), check=lambda _: None, variables=self.variables(target))


def peer(name: str) -> str:
    """The program as `make peers` installed it; raises BenchmarkError where it did not."""
    pinned = (ROOT / "benchmarks/peers.txt").read_bytes()
    digest = subprocess.run(["cksum"], input=pinned, capture_output=True, check=True).stdout.split()[0].decode()  # noqa: S607
    found = CACHE / f"peers-{digest}/bin/{name}"
    if not found.is_file():
        raise BenchmarkError(f"{name} is not installed; run `make peers`")
    return str(found)


def _outputs(target: Target) -> Path:
    values: dict[str, Any] = {one.name: "unused" for one in fields(Outputs)}
    values |= {"database_port": 5432, "name_servers": None}
    account = read_raw(ROOT, "dev")["aws"]["account_id"]
    values |= {"schema": SCHEMA, "environment": "dev", "account_id": account, "region": REGION}
    values |= {"website_bucket": target.bucket, "distribution_id": "", "site_url": "https://site.example"}
    file = target.room / f"{target.bucket}.json"
    file.write_text(json.dumps(asdict(Outputs(**values))), encoding="utf-8")
    return file


def _ours(target: Target) -> list[str]:
    program = str(Path(sys.executable).with_name("diceytech"))
    start = [sys.executable, "-c", OTHER_RULES] if target.other_rules else [program]
    where = ["--dir", str(target.build), "--outputs", str(_outputs(target))]
    return [*start, "deploy", "website", "--env", "dev", *where]


def _keys(target: Target) -> dict[str, str]:
    known = {"AWS_ACCESS_KEY_ID": KEYS.access_key, "AWS_SECRET_ACCESS_KEY": KEYS.secret_key}
    return {**known, "AWS_ENDPOINT_URL_S3": target.address, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


def _profile(target: Target) -> dict[str, str]:
    file = target.room / "credentials"
    file.write_text(
        f"[bench]\naws_access_key_id={KEYS.access_key}\naws_secret_access_key={KEYS.secret_key}\n", encoding="utf-8"
    )
    known = {"AWS_PROFILE": "bench", "AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_ACCESS_KEY_ID": ""}
    return {**_keys(target), **known, "AWS_SECRET_ACCESS_KEY": ""}


def _rclone(*more: str) -> Callable[[Target], list[str]]:
    def command(target: Target) -> list[str]:
        remote = f":s3,provider=Other,env_auth=true,region={REGION},endpoint='{target.address}':{target.bucket}"
        header = f"Cache-Control: {target.cache_control}"
        return [peer("rclone"), "sync", str(target.build), remote, "--header-upload", header, "--config", "", *more]

    return command


def _s5cmd(target: Target) -> list[str]:
    start = [peer("s5cmd"), "--endpoint-url", target.address, "--log", "error", "sync", "--delete"]
    return [*start, "--cache-control", target.cache_control, f"{target.build}/", f"s3://{target.bucket}/"]


def _aws(target: Target) -> list[str]:
    where = ["s3", "sync", f"{target.build}/", f"s3://{target.bucket}", "--delete"]
    return [peer("aws"), *where, "--cache-control", target.cache_control, "--only-show-errors"]


OURS = Tool(name="ours, keys in variables", ours=True, command=_ours, variables=_keys)
OURS_PROFILE = Tool(name="ours, keys in a profile", ours=True, command=_ours, variables=_profile)
RCLONE = Tool(name="rclone, tuned", ours=False, command=_rclone(*TUNED), variables=_keys)
RCLONE_DEFAULT = Tool(name="rclone, default", ours=False, command=_rclone(), variables=_keys)
S5CMD = Tool(name="s5cmd sync", ours=False, command=_s5cmd, variables=_keys)
AWS = Tool(name="aws s3 sync", ours=False, command=_aws, variables=_keys)
