"""Whether there is a Pulumi engine that can run this project; the in-process rehearsal needs none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from scripts.doctor.finding import Finding, Status
from scripts.engine import program as pulumi

INSTALL = "`make engine`, or install it from pulumi.com/docs/install; the in-process rehearsal does not need it"


def engine(*, needed: bool, patience: float = pulumi.PATIENCE) -> Iterator[Finding]:
    """The `pulumi` on PATH, or that of `make engine`: there, answering within `patience` seconds, and new enough."""
    absent: Status = "missing" if needed else "optional"
    cached = next(
        (path for path in (pulumi.cache() / "bin", pulumi.cache() / "built") if (path / "pulumi").is_file()), None
    )
    path = shutil.which("pulumi") or (str(cached / "pulumi") if cached else None)
    if path is None:
        yield Finding(what="Pulumi engine", status=absent, detail="not on PATH", fix=INSTALL)
        return
    try:
        text = pulumi.version(path, patience)
    except pulumi.NoAnswer as error:
        yield Finding(what="Pulumi engine", status=absent, detail=f"{path} does not run ({error})", fix=INSTALL)
        return
    good = pulumi.recent(text)
    fix = "" if good else f"update it to {'.'.join(map(str, pulumi.OLDEST))} or later: pulumi.com/docs/install"
    yield Finding(what="Pulumi engine", status="ok" if good else absent, detail=text or "says no version", fix=fix)
