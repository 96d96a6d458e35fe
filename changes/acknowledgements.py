"""`changes.ack.yaml`: guarded changes that are wanted, each with its reason and the day until which that counts.

- environment: prod
  resource: database-instance        # its name, or its URN where two have one name
  rule: database-replaced
  reason: moved to PostgreSQL 18; restored from snapshot before-18 and compared
  until: 2026-12-01

For a stack of the account project `account: main` stands in the place of `environment: prod`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from changes.change import Acknowledgement
from changes.stack_titles import account_title
from infra.errors import PlatformError

FILE: Final = "changes.ack.yaml"
LONGEST: Final = timedelta(days=366)  # a word that counts longer is forgotten before it ends
FORM: Final = "RULE:RESOURCE=REASON"
_TYPED = re.compile(r"(?P<rule>[a-z0-9-]+):(?P<resource>.+?)=(?P<reason>.*\S.*)", re.DOTALL)
_Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
_Name = Annotated[str | None, Field(min_length=1, max_length=100, pattern=r"^\S+$")]  # as no title with a space


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    environment: _Name = None
    account: _Name = None
    resource: _Text
    rule: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    reason: _Text
    until: date


def load(file: Path, *, today: date | None = None) -> tuple[Acknowledgement, ...]:
    """The acknowledgements of a file, none where there is no file; raises PlatformError for a bad one."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise PlatformError(f"{file.name} cannot be read: {error}") from None
    return written(text, file.name, today=today)


def written(text: str, name: str = FILE, *, today: date | None = None) -> tuple[Acknowledgement, ...]:
    """The acknowledgements of a file's text, `name` for messages; raises PlatformError for a bad one.

    One that counts for more than a year from `today`, the day of the call in UTC, is a bad one.
    """
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
        held = yaml.safe_load(text)
    except (LookupError, TypeError):  # PyYAML's own, of a tag on what it cannot be made of
        raise PlatformError(
            f"{name} is no YAML: a value is none of its tag (`!!name`); quote it, without one"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError, AttributeError) as error:
        raise PlatformError(f"{name} is no YAML: {' '.join(str(error).split())}") from None
    if document is None or held is None:
        return ()
    if not isinstance(held, list):
        raise PlatformError(
            f"{name}: write a list of acknowledgements, each beginning with `- environment:` or `- account:`"
        )
    last = (today or datetime.now(UTC).date()) + LONGEST
    found = tuple(
        _entry(one, node, f"{name}:{node.start_mark.line + 1}", last)
        for one, node in zip(held, document.value, strict=True)
    )
    for index, one in enumerate(found):
        if any(_key(one) == _key(other) for other in found[:index]):
            raise PlatformError(f"{one.source}: {one.rule} of {one.resource} is acknowledged twice; remove one of both")
    return found


def typed(text: str, stack: str) -> Acknowledgement:
    """One of a command line, RULE:RESOURCE=REASON; raises PlatformError."""
    found = _TYPED.fullmatch(text)
    if found is None:
        raise PlatformError(f"--acknowledge {text!r}: write {FORM}, such as 'database-replaced:database-instance=why'")
    return Acknowledgement(
        stack=stack,
        resource=found["resource"],
        rule=found["rule"],
        reason=found["reason"].strip(),
        until=None,
        source="--acknowledge",
    )


def _entry(held: Any, node: yaml.Node, source: str, last: date) -> Acknowledgement:
    twice = _twice(node)
    if twice is not None:
        raise PlatformError(f"{source}: {twice} is written twice, and only one would count; remove one of both")
    try:
        entry = _Entry.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PlatformError(f"{source}: {f'{place}: ' if place else ''}{first['msg']}; see docs/changes.md") from None
    if entry.until > last:
        raise PlatformError(f"{source}: until: {entry.until} is more than a year ahead; write {last} or an earlier day")
    return Acknowledgement(
        stack=_stack(entry, source),
        resource=entry.resource,
        rule=entry.rule,
        reason=entry.reason,
        until=entry.until,
        source=source,
    )


def _stack(entry: _Entry, source: str) -> str:
    if entry.environment is not None and entry.account is None:
        return entry.environment
    if entry.account is not None and entry.environment is None:
        return account_title(entry.account)
    both = "both are written" if entry.environment else "neither is written"
    raise PlatformError(f"{source}: write `environment:`, or `account:` for the account project; {both}")


def _twice(node: yaml.Node) -> str | None:
    """A key that one entry has more than once: YAML's reader takes the last, and says nothing."""
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    return next((str(key) for index, key in enumerate(keys) if key in keys[:index]), None)


def _key(one: Acknowledgement) -> tuple[str, str, str]:
    return one.stack, one.resource, one.rule
