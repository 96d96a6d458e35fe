"""The first run on a real account: the committed account id is the emulator's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from infra.errors import PlatformError

EMULATOR_ACCOUNT = "123456789012"
REHEARSAL = "PLATFORM_REHEARSAL"  # set by the rehearsal for its own processes


class FirstRunError(PlatformError):
    """A real run with the emulator's account id."""


def refuse_emulator_account(account_id: str, *, file: Path, variables: Mapping[str, str]) -> None:
    """Raises FirstRunError, naming the line to edit, unless this is a rehearsal or the account is a real one."""
    if account_id != EMULATOR_ACCOUNT or variables.get(REHEARSAL):
        return
    raise FirstRunError(
        f"{file.name}, line {account_line(file)}: {account_id} is the emulator's account; "
        "put your own AWS account id there, in quotes, before the first `pulumi up`"
    )


def account_line(file: Path) -> int:
    """Number of the line that names the account; 1 where there is none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return next((number for number, line in enumerate(lines, start=1) if "account_id:" in line), 1)
