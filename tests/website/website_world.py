"""A website that is deployed in tests: its builds, its bucket, and what a visitor would find there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from infra.outputs import SCHEMA, Outputs
from infra.website_paths import BACKEND_PATHS, RELEASES_PREFIX
from scripts.aws.http import Retries
from scripts.aws.signing import Credentials
from scripts.website.apply import Done
from scripts.website.bucket import Bucket, place
from scripts.website.deploy import Options, Site, carry_out, plan_deploy, plan_rollback
from scripts.website.plan import Plan
from scripts.website.settings import WebsiteSettings

ACCESS, SECRET, REGION = "AKIATESTTESTTESTTEST", "loopback", "us-east-1"
QUICK = Retries(attempts=3, first=0.001, most=0.002)
Build = Mapping[str, str]

# Two releases: pages name the scripts that they load, as a bundler has it.
FIRST: Build = {
    "index.html": "first, loads assets/main.1a2b3c4d.js and assets/chat.aaaa1111.js",
    "about.html": "first, loads assets/main.1a2b3c4d.js",
    "assets/main.1a2b3c4d.js": "first main",
    "assets/chat.aaaa1111.js": "first chat",
    "logo.png": "logo",
    "robots.txt": "robots of the first",
}
SECOND: Build = {
    "index.html": "second, loads assets/main.5e6f7a8b.js and assets/chat.aaaa1111.js",
    "jobs.html": "second, loads assets/main.5e6f7a8b.js",
    "assets/main.5e6f7a8b.js": "second main",
    "assets/chat.aaaa1111.js": "first chat",
    "logo.png": "logo of the second",
    "robots.txt": "robots of the second",
}


def outputs(bucket: str, distribution: str = "", **changes: Any) -> Outputs:
    """Outputs of an environment whose website is this bucket."""
    values: dict[str, Any] = {one.name: "unused" for one in fields(Outputs)}
    values |= {"database_port": 5432, "name_servers": None}
    values |= {"schema": SCHEMA, "environment": "dev", "account_id": "123456789012", "region": REGION}
    values |= {"website_bucket": bucket, "distribution_id": distribution, "site_url": "https://site.example"}
    return Outputs(**{**values, **changes})


def settings(**changes: Any) -> WebsiteSettings:
    """Settings as the committed YAML has them."""
    values: dict[str, Any] = {
        "product": "diceytech",
        "account_id": "123456789012",
        "region": REGION,
        "backend_paths": BACKEND_PATHS,
        "keep_releases": 3,
        "variables": {},
        "source": "frontend",
        "build": "frontend/build",
    }
    return WebsiteSettings(**{**values, **changes})


def quiet(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody hears."""


@dataclass(kw_only=True)
class World:
    """One bucket at `server`; `through` is where the deploys under test are sent instead."""

    bucket: str
    server: str
    directory: Path
    monkeypatch: pytest.MonkeyPatch
    keep: int = 3
    distribution: str = ""
    builds: int = field(default=0)

    def build(self, files: Build) -> Path:
        """A directory with these files."""
        self.builds += 1
        root = self.directory / f"build{self.builds}"
        for key, text in files.items():
            file = root / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    def site(self, *, through: str | None = None, retries: Retries = QUICK, **options: Any) -> Site:
        """The website as a deploy reaches it."""
        self.monkeypatch.setenv("AWS_ENDPOINT_URL_S3", through or self.server)
        return Site(
            outputs(self.bucket, self.distribution),
            settings(keep_releases=self.keep),
            credentials,
            Options(**{"retries": retries, "notice": 0.0, **options}),
        )

    def deploy(self, files: Build | Path, **how: Any) -> Done | None:
        """Deploys a build; gives what was done, None for nothing."""
        site = self.site(**how)
        return carry_out(site, self.plan(files, site), quiet)

    def plan(self, files: Build | Path, site: Site | None = None) -> Plan:
        """What deploying a build would do."""
        return plan_deploy(site or self.site(), files if isinstance(files, Path) else self.build(files))

    def roll_back(self, to: str | None = None, **how: Any) -> Done | None:
        """Goes back to a release."""
        site = self.site(**how)
        return carry_out(site, plan_rollback(site, to), quiet)

    @property
    def s3(self) -> Bucket:
        """The bucket, past all faults."""
        self.monkeypatch.setenv("AWS_ENDPOINT_URL_S3", self.server)
        return Bucket(place(self.bucket, REGION), credentials, QUICK)

    def served(self) -> dict[str, str]:
        """Text of every object that CloudFront may read, the generated config.json apart."""
        s3, found = self.s3, {}
        for key in s3.list():
            if not key.startswith(RELEASES_PREFIX) and key != "config.json":
                read = s3.get(key)
                assert read is not None
                found[key] = read.body.decode()
        return found

    def private(self) -> list[str]:
        """The deploys' own keys."""
        return [key for key in self.s3.list() if key.startswith(RELEASES_PREFIX)]


def credentials() -> Credentials:
    """Those of the server."""
    return Credentials(access_key=ACCESS, secret_key=SECRET)


def broken(served: Mapping[str, str], *releases: Build) -> list[str]:
    """What a visitor would find broken: no entry page, a page of no release, a page whose scripts are not there."""
    found = [] if "index.html" in served else ["there is no index.html"]
    for key, text in served.items():
        if key.endswith(".html"):
            if text not in [release.get(key) for release in releases]:
                found.append(f"{key} is of no release")
            loads = re.findall(r"assets/[\w.]+js", text)
            whole = {name: content for release in releases for name, content in release.items()}
            found += [f"{key} loads {name}, which is wrong" for name in loads if served.get(name) != whole[name]]
    return found
