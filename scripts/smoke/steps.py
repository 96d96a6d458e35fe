"""The platform guide's flow as a list of steps: pure, to be printed or run (scripts/smoke/smoke.py)."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

BOUNDARY = "smoke-0f3c7a4b"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file to send as multipart/form-data."""

    field: str
    name: str
    content: bytes

    def body(self) -> bytes:
        """The request's body."""
        disposition = f'form-data; name="{self.field}"; filename="{self.name}"'
        head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: image/png\r\n\r\n"
        return head.encode() + self.content + f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request and what it must answer.

    `{name}` in the path and the body's values is something that an earlier step kept. `keys` must be in the answer,
    `equals` must be its values, `keep` are keys to remember under a name. `cleans_up`: runs after a failure too.
    """

    name: str
    method: str
    path: str
    status: int
    json: Mapping[str, str] | None = None
    upload: Upload | None = None
    token: bool = False
    kind: Literal["json", "image", "none"] = "json"
    keys: tuple[str, ...] = ()
    equals: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    cleans_up: bool = False


def png() -> bytes:
    """The smallest honest picture: one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0\x80\x80"))
        + chunk(b"IEND", b"")
    )


def steps(*, name: str, password: str, version: str | None, now: datetime | None = None) -> tuple[Step, ...]:
    """The flow for a new account `name`, which removes what it made; `version` is the release that must answer."""
    start = (now or datetime.now(UTC)).replace(microsecond=0)
    email = f"{name}@example.com"
    credentials = {"email": email, "password": password}
    project = {
        "title": f"Smoke test {name}",
        "description": "Made by diceytech smoke, and removed by it.",
        "project_type": "practice",
        "difficulty": "beginner",
        "category": "smoke",
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(days=1)).isoformat(),
    }
    tokens = {"access": "access", "refresh": "refresh"}
    return (
        Step(name="health", method="GET", path="/api/health/", status=200, keys=("status", "version"),
             equals={"status": "ok", **({"version": version} if version else {})}),
        Step(name="register", method="POST", path="/api/auth/register/", status=201,
             json={"username": name, **credentials}, keys=("id", "username", "email"), keep={"user": "id"}),
        Step(name="log in", method="POST", path="/api/auth/login/", status=200, json=credentials,
             keys=("access", "refresh", "user"), keep=tokens),
        Step(name="wrong password", method="POST", path="/api/auth/login/", status=400,
             json={**credentials, "password": "wrong"}, equals={"error": "Invalid credentials"}),
        Step(name="upload a profile picture", method="PATCH", path="/api/auth/profile/", status=200, token=True,
             upload=Upload(field="profile_picture", name="me.png", content=png()), keep={"picture": "profile_picture"}),
        Step(name="see the picture", method="GET", path="{picture}", status=200, kind="image"),
        Step(name="refresh", method="POST", path="/api/token/refresh/", status=200, json={"refresh": "{refresh}"},
             keys=("access",), keep={"access": "access"}),
        Step(name="create a project", method="POST", path="/api/projects/", status=201, json=project, token=True,
             keep={"project": "id"}),
        Step(name="list projects", method="GET", path="/api/projects/?type=practice&difficulty=beginner", status=200,
             token=True, keys=("count", "next", "previous", "results")),
        Step(name="join the project", method="POST", path="/api/projects/{project}/join/", status=200, token=True,
             equals={"message": "Successfully joined project"}),
        Step(name="join again", method="POST", path="/api/projects/{project}/join/", status=400, token=True,
             equals={"message": "Already joined this project"}),
        Step(name="join what is not there", method="POST", path="/api/projects/999999999/join/", status=404, token=True,
             equals={"error": "Project not found"}),
        Step(name="no token", method="GET", path="/api/projects/", status=401, keys=("detail",)),
        Step(name="a path that is not there", method="GET", path="/api/no-such-path/", status=404),
        Step(name="log out", method="POST", path="/api/auth/logout/", status=205, json={"refresh": "{refresh}"},
             kind="none"),
        Step(name="the old token is dead", method="GET", path="/api/auth/profile/", status=401, token=True),
        Step(name="log in to clean up", method="POST", path="/api/auth/login/", status=200, json=credentials,
             keep=tokens, cleans_up=True),
        Step(name="remove the account", method="DELETE", path="/api/auth/profile/", status=204, token=True,
             json={"password": password}, kind="none", cleans_up=True),
    )  # fmt: skip


def encoded(step: Step, known: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    """Body and content type of a step's request; raises KeyError where no step kept what it needs."""
    if step.upload is not None:
        return step.upload.body(), f"multipart/form-data; boundary={BOUNDARY}"
    if step.json is None:
        return None, None
    whole = {f"{{{name}}}": value for name, value in known.items()}
    values = {key: whole.get(value, value) for key, value in step.json.items()}
    if lacking := [value for value in values.values() if isinstance(value, str) and value in ("{refresh}",)]:
        raise KeyError(lacking[0].strip("{}"))
    return json.dumps(values).encode(), "application/json"
