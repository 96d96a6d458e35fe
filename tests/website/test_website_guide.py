"""The platform guide's own two commands, by the real aws command line, and how they go beside ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_website_commands import Platform, environment, platform, write
from website_world import FIRST, SECOND

pytestmark = pytest.mark.slow
__all__ = ["platform"]  # a fixture
ROOT = Path(__file__).parent.parent.parent


def aws() -> Path:
    """The aws command line, where `make peers` puts it."""
    pinned = (ROOT / "benchmarks/peers.txt").read_bytes()
    digest = subprocess.run(["cksum"], input=pinned, capture_output=True, check=True).stdout.split()[0].decode()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = cache / "diceytech-platform" / f"peers-{digest}" / "bin" / "aws"
    if not found.is_file():
        pytest.skip("the aws command line is not installed: run `make peers`")
    return found


def run(up: Platform, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command: Sequence[str | Path] = [aws(), *arguments]
    variables = environment(up.copy, up.aws.variables)
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=60)


def sync(up: Platform, build: str) -> subprocess.CompletedProcess[str]:
    return run(up, "s3", "sync", f"{build}/", "s3://acme-site", "--delete", cwd=up.copy)


def held(up: Platform) -> dict[str, str]:
    s3 = up.aws.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="acme-site").get("Contents", [])]
    return {
        key: s3.get_object(Bucket="acme-site", Key=key)["Body"].read().decode() for key in keys if "/." not in f"/{key}"
    }


def test_the_guides_sync_and_invalidation_work_as_they_are_written(platform: Platform) -> None:
    write(platform.copy / "build", FIRST)
    write(platform.copy / "second", SECOND)
    assert sync(platform, "build").returncode == 0
    assert held(platform) == FIRST
    assert sync(platform, "second").returncode == 0
    assert held(platform) == SECOND
    told = run(
        platform,
        *("cloudfront", "create-invalidation", "--distribution-id", platform.distribution, "--paths", "/*"),
        cwd=platform.copy,
    )
    assert told.returncode == 0, told.stderr
    assert platform.invalidated() == [["/*"]]


def test_our_deploy_after_the_guides_repairs_the_headers(platform: Platform) -> None:
    write(platform.copy / "build", FIRST)
    sync(platform, "build")
    s3 = platform.aws.client("s3")
    assert "CacheControl" not in s3.head_object(Bucket="acme-site", Key="index.html")
    assert platform.deploy(FIRST).returncode == 0
    page = s3.head_object(Bucket="acme-site", Key="index.html")
    assert (page["CacheControl"], page["ContentType"]) == ("no-cache", "text/html; charset=utf-8")


def test_the_guides_deploy_after_ours_is_put_right_by_our_next_one(platform: Platform) -> None:
    write(platform.copy / "build", SECOND)
    platform.deploy(FIRST)
    assert sync(platform, "build").returncode == 0  # takes our records for files that should not be there
    done = platform.deploy(SECOND)
    assert (done.returncode, done.stderr) == (0, "")
    assert SECOND.items() <= held(platform).items()
    assert platform.deploy(SECOND).stdout.startswith("nothing to do")
