"""The instance metadata service at 169.254.169.254, for all machines of a world: who asks is told by the address.

IMDSv2 with role credentials. cloud-init asks without a token here, since it sees no EC2 hardware, so versioned paths
answer without one; /latest/, which SDKs ask, never does. The hop limit is not emulated.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from rehearsal.machine.instances import Instance

TOKEN_SECONDS: Final = 21600
CREDENTIAL_HOURS: Final = 6
Tree = Mapping[str, Any]  # a path's part to what is under it, or to its text
ByAddress = Callable[[str], Path | None]  # a machine's directory by its private address


def metadata(instance: Instance, *, account_id: str, region: str) -> Tree:
    """What the service tells of an instance. The access key names the account, as the local AWS has it."""
    expiration = datetime.now(UTC) + timedelta(hours=CREDENTIAL_HOURS)
    form = "%Y-%m-%dT%H:%M:%SZ"
    credentials = {
        "Code": "Success",
        "LastUpdated": datetime.now(UTC).strftime(form),
        "Type": "AWS-HMAC",
        "AccessKeyId": account_id,
        "SecretAccessKey": "local",
        "Token": "local",
        "Expiration": expiration.strftime(form),
    }
    return {
        "ami-id": instance.image_id,
        "hostname": instance.private_dns,
        "iam": {"security-credentials": {instance.role: json.dumps(credentials)}} if instance.role else {},
        "instance-id": instance.id,
        "instance-type": instance.instance_type,
        "local-hostname": instance.private_dns,
        "local-ipv4": instance.private_ip,
        "placement": {"availability-zone": instance.zone, "region": region},
    }


def identity(instance: Instance, *, account_id: str, region: str) -> str:
    """The instance identity document."""
    return json.dumps(
        {
            "accountId": account_id,
            "architecture": "x86_64",
            "availabilityZone": instance.zone,
            "imageId": instance.image_id,
            "instanceId": instance.id,
            "instanceType": instance.instance_type,
            "privateIp": instance.private_ip,
            "region": region,
            "version": "2017-09-30",
        }
    )


def server(listener: Any, by_address: ByAddress, *, account_id: str, region: str) -> ThreadingHTTPServer:
    """The service on a socket that listens already; `serve_forever` runs it."""
    tokens: dict[str, float] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            if self.path != "/latest/api/token":
                self._answer(404, b"")
                return
            token = secrets.token_urlsafe(24)
            tokens[token] = time.monotonic() + TOKEN_SECONDS
            self._answer(200, token.encode(), {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)})

        def do_GET(self) -> None:
            directory = by_address(self.client_address[0])
            version, _, path = self.path.strip("/").partition("/")
            known = tokens.get(self.headers.get("X-aws-ec2-metadata-token", ""), 0.0) > time.monotonic()
            if directory is None or (version == "latest" and not known):
                self._answer(401, b"")
                return
            found = _found(directory, path, account_id=account_id, region=region)
            self._answer(404 if found is None else 200, found or b"")

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "text/plain", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are not logged."""

    made = ThreadingHTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
    made.socket.close()
    made.socket = listener
    return made


def _found(directory: Path, path: str, *, account_id: str, region: str) -> bytes | None:
    """The answer's body; None where there is no such path."""
    if path == "user-data":
        return (directory / "user-data").read_bytes() or None
    instance = Instance.read(directory)
    if path == "dynamic/instance-identity/document":
        return identity(instance, account_id=account_id, region=region).encode()
    node: Any = {"meta-data": metadata(instance, account_id=account_id, region=region), "user-data": ""}
    for part in filter(None, path.split("/")):
        if not isinstance(node, Mapping) or part not in node:
            return None
        node = node[part]
    if isinstance(node, Mapping):
        return "\n".join(f"{name}/" if isinstance(value, Mapping) else name for name, value in node.items()).encode()
    return str(node).encode()
