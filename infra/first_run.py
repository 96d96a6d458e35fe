"""The first run on a real account: the committed values that are nobody's own must be replaced before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra.account_config import AccountConfig
from infra.config import PlatformConfig
from infra.errors import PlatformError

EMULATOR_ACCOUNT = "123456789012"
REHEARSAL = "PLATFORM_REHEARSAL"  # set by the rehearsal for its own processes
PLACEHOLDER_OWNER = "example/"  # of the committed repository
PLACEHOLDER_MAIL = re.compile(r"[@.]example\.(com|org|net)$", re.IGNORECASE)  # RFC 2606: domains of examples


class FirstRunError(PlatformError):
    """A real run with a committed value that is nobody's own."""


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """A value of the YAML that is nobody's own: `kind` is what it is of, `wrong` says it, `own` is what belongs there.

    `line` is the number of the line that has it.
    """

    kind: Literal["Account", "Repository", "Mail"]
    wrong: str
    own: str
    line: int


def refuse_placeholders(config: PlatformConfig | AccountConfig, *, file: Path, variables: Mapping[str, str]) -> None:
    """Raises FirstRunError, naming the lines to edit, unless this is a rehearsal or all values are real ones."""
    found = [] if variables.get(REHEARSAL) else placeholders(config, file=file)
    lines = [
        f"{file.name}, line {one.line}: {one.wrong}; put {one.own} there before the first `pulumi up`" for one in found
    ]
    if lines:
        raise FirstRunError("\n".join(lines))


def placeholders(config: PlatformConfig | AccountConfig, *, file: Path) -> Iterator[Placeholder]:
    """What of the configuration in `file` is nobody's own: an account, a repository, addresses of mail."""
    if config.aws.account_id == EMULATOR_ACCOUNT:
        yield Placeholder(
            kind="Account",
            wrong=f"{EMULATOR_ACCOUNT} is the emulator's account",
            own="your own AWS account id, in quotes,",
            line=_line(file, "account_id:"),
        )
    if isinstance(config, AccountConfig):
        repository, mails = config.github.repository, config.budget.emails
        if repository.lower().startswith(PLACEHOLDER_OWNER):
            yield Placeholder(
                kind="Repository",
                wrong=f"{repository} is somebody else's repository, whose jobs could deploy",
                own="your own repository",
                line=_line(file, "repository:"),
            )
    else:
        mails = config.observability.alarm_emails
    for mail in mails:
        if PLACEHOLDER_MAIL.search(mail):
            yield Placeholder(
                kind="Mail",
                wrong=f"{mail} is an address that nobody reads",
                own="one of your own",
                line=_line(file, mail),
            )


def _line(file: Path, text: str) -> int:
    """Number of the first line with this text that is no comment; 1 where there is none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    numbered = ((number, line.lstrip()) for number, line in enumerate(lines, start=1))
    return next((number for number, line in numbered if text in line and not line.startswith("#")), 1)
