"""A machine in a directory: the release program with a real nginx, gunicorn and file system, and no systemd or root."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from rendered_environments import configuration, outputs

from infra.names import Names
from infra.rendering import release_document
from infra.server_paths import ServerPaths
from scripts.backend.backend import Backend
from scripts.backend.release import Artifact, BackendRelease, described
from scripts.backend.store import ReleaseStore

ROOT = Path(__file__).parent.parent.parent
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
STAND_IN = Path(__file__).with_name("stand_in_systemd.py")
SECRET = 'a "quoted" $ecret \\ with it all'
ORIGIN = "origin-secret-of-the-cdn"
# The program's patience is for machines under load.
QUICK = {
    "PROBE_PAUSE = 0.2": "PROBE_PAUSE = 0.05",
    "SETTLE_SECONDS = 3.0": "SETTLE_SECONDS = 1.0",
    "DRAIN_SECONDS = 2.0": "DRAIN_SECONDS = 0.5",
}
BACKEND = {"path": "backend", "wsgi": "small_wsgi", "settings": "small", "worker_command": "manage.py work"}


@dataclass(frozen=True)
class Run:
    """What the release program said."""

    code: int
    lines: list[dict[str, Any]]

    def states(self) -> list[tuple[str, str]]:
        """Each line's step and state."""
        return [(line["step"], line["state"]) for line in self.lines]

    @property
    def message(self) -> str:
        """The last line's message."""
        return str(self.lines[-1].get("message", ""))


def backend_up(*, acme: bool = True, **sections: Any) -> Backend:
    """acme's dev, up in the emulated AWS: its bucket, secrets, parameter and document, and no machine."""
    config = configuration("dev", acme=acme, **sections)
    names = Names(product=config.product.name, environment="dev", account_id=config.aws.account_id)
    session = boto3.Session(aws_access_key_id="AKIATEST", aws_secret_access_key="x", region_name=config.aws.region)
    found = Backend(config=config, names=names, outputs=outputs(config, "dev"), session=session)
    ssm = session.client("ssm")
    session.client("s3").create_bucket(Bucket=found.outputs.artifacts_bucket)
    for name, value in (("SECRET_KEY", SECRET), (config.server.origin_secret, ORIGIN)):
        ssm.put_parameter(Name=names.secret(name), Value=value, Type="SecureString", Overwrite=True)
    found.set_parameter(names.platform_parameter, found.outputs.to_parameter())
    ssm.create_document(
        Name=found.outputs.release_document, DocumentType="Command", Content=release_document(config, "dev")
    )
    return found


class SmallMachine:
    """One machine of acme in dev; `aws` is the address of an emulated AWS."""

    def __init__(self, root: Path, aws: str, **backend: Any) -> None:
        port, product = free_port(), backend.pop("product", {})
        self.root, self.name = root, str(product.get("name", "acme"))
        self.paths = ServerPaths(product=self.name, root=str(root), address="127.0.0.1", http_port=port)
        self.home = Path(self.paths.home)
        self.variables = {"AWS_ENDPOINT_URL": aws, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x"}
        product = {"backend": BACKEND, **product}
        variables = {"MIGRATED": str(root / "migrated"), **backend.pop("variables", {})}
        self.backend = backend_up(product=product, django={"variables": variables}, **backend)
        self.store = ReleaseStore(self.backend.session, self.backend.outputs.artifacts_bucket)
        self._prepare()

    def _prepare(self) -> None:
        """What the user data and the platform would have made."""
        names, config = self.backend.names, self.backend.config
        for folder in (
            f"etc/{self.name}",
            "etc/nginx/sites-available",
            "etc/nginx/sites-enabled",
            "etc/systemd/system",
        ):
            (self.root / folder).mkdir(parents=True)
        for folder in (
            "run",
            "bin",
            "var/log/nginx",
            *(f"srv/{self.name}/{part}" for part in ("bin", "releases", "slots")),
        ):
            (self.root / folder).mkdir(parents=True)
        settings = {
            "product": self.name,
            "environment": "dev",
            "region": config.aws.region,
            "artifacts_bucket": self.store.bucket,
            "platform_parameter": names.platform_parameter,
            "release_parameter": names.release_parameters[0],
            "maintenance_parameter": names.release_parameters[1],
            "origin_secret": names.secret(config.server.origin_secret),
            "secrets_store": "ssm",
            "http_port": self.paths.http_port,
        }
        (self.root / f"etc/{self.name}/environment.json").write_text(json.dumps(settings))
        Path(self.paths.origin_secrets).touch()
        text = (ROOT / "server/release.py").read_text()
        for patient, quick in QUICK.items():
            assert patient in text
            text = text.replace(patient, quick)
        self.program.write_text(text)
        for name in ("systemctl", "journalctl"):
            tool = self.root / "bin" / name
            tool.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} {self.root} {name} "$@"\n')
            tool.chmod(0o755)

    @property
    def program(self) -> Path:
        """The release program on this machine."""
        return self.home / "bin/release.py"

    def start_nginx(self) -> subprocess.Popen[bytes]:
        """nginx as the user data leaves it; gives its process, which the caller ends."""
        assert NGINX
        site = self.root / f"etc/nginx/sites-available/{self.name}.conf"
        site.write_text(f"server {{ listen 127.0.0.1:{self.paths.http_port}; return 444; }}\n")
        (self.root / f"etc/nginx/sites-enabled/{self.name}.conf").symlink_to(site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        rooms = "".join(f"{kind}_temp_path {self.root}/{kind};\n" for kind in kinds)
        user = "user root;\n" if os.geteuid() == 0 else ""
        main = self.root / "etc/nginx/nginx.conf"
        main.write_text(
            f"{user}worker_processes 1;\npid {self.root}/nginx.pid;\nerror_log {self.root}/error.log;\n"
            f"events {{}}\nhttp {{\n{rooms}include {self.root}/etc/nginx/sites-enabled/*;\n}}\n"
        )
        process = subprocess.Popen([NGINX, "-c", str(main), "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert process.poll() is None, (self.root / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.paths.http_port), timeout=1).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                return process
        raise AssertionError("nginx did not listen within 10 seconds")

    def publish(self, artifact: Artifact) -> BackendRelease:
        """Uploads a release made of this artifact, rendered for this machine."""
        release = described(self.backend, artifact, paths=self.paths)
        self.store.publish(release)
        return release

    def command(self, *words: str) -> list[str]:
        """The release program's command line."""
        return [sys.executable, str(self.program), *words]

    def environment(self, **more: str) -> dict[str, str]:
        """What the release program inherits: its own tools first."""
        path = f"{self.root}/bin:{os.environ['PATH']}:/usr/sbin"
        return {"PATH": path, **self.variables, **more}

    def run(self, *words: str, **more: str) -> Run:
        """Runs the release program to its end."""
        done = subprocess.run(self.command(*words), env=self.environment(**more), capture_output=True, text=True)
        assert done.stderr == "", done.stderr
        return Run(done.returncode, [json.loads(line) for line in done.stdout.splitlines()])

    def systemctl(self, *words: str) -> None:
        """What an operator, or a reboot, asks of systemd."""
        subprocess.run([self.root / "bin/systemctl", *words], env=self.environment(), check=True)

    def ask(self, path: str = "/", headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """One request through nginx, as CloudFront sends it: the status and the JSON."""
        host = str(self.backend.outputs.distribution_domain)
        connection = http.client.HTTPConnection("127.0.0.1", self.paths.http_port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host, "X-Origin-Secret": ORIGIN, **(headers or {})})
            answer = connection.getresponse()
            body = answer.read()
            kind = answer.headers.get_content_type()
            return answer.status, json.loads(body) if kind == "application/json" else {"text": body.decode()}
        finally:
            connection.close()

    def live(self) -> str | None:
        """The version that answers."""
        status, told = self.ask()
        return str(told.get("version")) if status == 200 else None

    def running(self) -> list[str]:
        """Units that run, of both slots."""
        files = sorted((self.root / "run/units").glob("*.pid"))
        return [file.stem for file in files if (pid := int(file.read_text())) and Path(f"/proc/{pid}").exists()]

    def stop(self) -> None:
        """Ends every unit."""
        for file in (self.root / "run/units").glob("*.pid"):
            subprocess.run([self.root / "bin/systemctl", "stop", file.stem], env=self.environment(), check=False)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
