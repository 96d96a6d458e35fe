"""Whether there is a Pulumi engine that can run this project; rehearsals need none."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator

from scripts.finding import Finding, Status

OLDEST_ENGINE = (3, 200, 0)  # tested with 3.259.0; object defaults in Pulumi.yaml need a CLI of 2025 or later
PATIENCE = 5.0  # seconds; a cold start takes about one
INSTALL = "install it from pulumi.com/docs/install; rehearsals do not need it"


class NoAnswer(Exception):
    """The engine was there and did not say its version."""


def engine(*, needed: bool, patience: float = PATIENCE) -> Iterator[Finding]:
    """The `pulumi` on PATH: there, answering within `patience` seconds, and new enough."""
    absent: Status = "missing" if needed else "optional"
    path = shutil.which("pulumi")
    if path is None:
        yield Finding(what="Pulumi engine", status=absent, detail="not on PATH", fix=INSTALL)
        return
    try:
        text = _version(path, patience)
    except NoAnswer as error:
        yield Finding(what="Pulumi engine", status=absent, detail=f"{path} does not run ({error})", fix=INSTALL)
        return
    version = tuple(int(part) for part in re.findall(r"\d+", text)[:3])
    good = version >= OLDEST_ENGINE
    fix = "" if good else f"update it to {'.'.join(map(str, OLDEST_ENGINE))} or later: pulumi.com/docs/install"
    yield Finding(what="Pulumi engine", status="ok" if good else absent, detail=text or "says no version", fix=fix)


def _version(path: str, patience: float) -> str:
    """First line that `pulumi version` prints; raises NoAnswer. Its whole process group ends with it."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own engine
            [path, "version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=quiet,
            start_new_session=True,
        )
    except OSError as error:
        raise NoAnswer(str(error.strerror)) from None
    with process:
        try:
            printed, complaint = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise NoAnswer(f"no answer in {patience:g} seconds") from None
    if process.returncode:
        raise NoAnswer(_first_line(complaint) or f"exit code {process.returncode}")
    return _first_line(printed)


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")
