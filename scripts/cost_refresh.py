"""`diceytech cost --refresh`: the price sheet anew, from AWS's price list API."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from cost.refresh import REGION, Change, refreshed
from cost.sheet import FILE, parse
from infra.errors import PlatformError


def refresh(region: str, *, client: Any = None, file: Path = FILE) -> list[Change]:
    """Asks AWS for one region's prices and writes the sheet, comments kept; raises PlatformError."""
    from ruamel.yaml import YAML

    from scripts.terminal import err, write

    yaml = YAML()
    yaml.width = 120
    yaml.preserve_quotes = True
    raw = yaml.load(file.read_text(encoding="utf-8"))
    changes = refreshed(
        raw,
        region,
        client=client or _pricing(),
        today=date.today(),
        progress=lambda service: err.print(f"asking for {service}", style="dim"),
    )
    text = StringIO()
    yaml.dump(raw, text)
    parse(YAML(typ="safe").load(text.getvalue()))
    write(file, text.getvalue())
    return changes


def _pricing() -> Any:
    from scripts.aws.session import any_account

    session = any_account(REGION)
    if session.get_credentials() is None:
        raise PlatformError("there are no AWS credentials: set AWS_PROFILE or log in; any account may ask for prices")
    return session.client("pricing")


def show(changes: list[Change], region: str) -> None:
    """Prints what differs now."""
    from scripts.terminal import out

    for one in changes:
        out.print(f"{one.region} {one.service} {one.item}: {one.before} -> {one.after}", markup=False)
    out.print(f"{region}: {len(changes)} prices changed; look at `git diff` before you commit them")
