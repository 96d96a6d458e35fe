"""The code that CloudFront runs on each request before its cache: one function for each kind of behaviour.

`site` answers the routes of the single-page application with its index.html, `media` takes /media off the path, and
with a gate all three ask for a password first. CloudFront Functions Developer Guide, "JavaScript runtime 2.0 features".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from infra.templates import render_template

Kind = Literal["site", "backend", "media"]

RUNTIME = "cloudfront-js-2.0"
SIZE_LIMIT = 10_240  # bytes: Amazon CloudFront Developer Guide, "Quotas on CloudFront Functions"
TEMPLATE = "cloudfront/viewer_request.js.j2"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What a function needs to recognise the gate's user name and password, which cannot be had from it.

    The key, kept in the browser's cookie, is SHA-256 of salt and `user:password`; `lock` is SHA-256 of the key.
    """

    salt: str
    lock: str


def lock(*, username: str, password: str, label: str) -> Lock:
    """The gate's lock; `label` names the environment, and makes its salt the same in every run."""
    salt = hashlib.sha256(f"gate:{label}".encode()).hexdigest()[:32]
    key = hashlib.sha256(f"{salt}{username}:{password}".encode()).hexdigest()
    return Lock(salt=salt, lock=hashlib.sha256(key.encode()).hexdigest())


def viewer_request(*, kind: Kind, backend_paths: tuple[str, ...] = (), gate: Lock | None = None) -> str:
    """JavaScript of the viewer-request function of one kind of behaviour.

    `site` sends `/admin` on to `/admin/` where `backend_paths` has `/admin/*`. Raises ValueError where the code
    outgrows CloudFront's limit.
    """
    folders = [path.removesuffix("/*") for path in backend_paths if path.endswith("/*") and path.count("*") == 1]
    code = render_template(TEMPLATE, kind=kind, backend_folders=folders, gate=gate)
    if (size := len(code.encode())) > SIZE_LIMIT:
        raise ValueError(f"the {kind} function has {size} bytes of {SIZE_LIMIT}: name fewer website.backend_paths")
    return code
