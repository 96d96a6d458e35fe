"""Bringing back the last good version of a stack's state, and who holds its lock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from infra.errors import PlatformError
from scripts.engine.pulumi_cli import Lock, UnreadableLock, pulumi_whoami
from scripts.engine.stack import Stack
from scripts.engine.state_backend import Backend, BackendError, Version, backend


class StateError(PlatformError):
    """No earlier version of the state is whole."""


def restore_state(stack: Stack) -> str | None:
    """Puts the newest good version in the place of a damaged state, which is kept beside it.

    Gives what was done in words; None when the state is good. Raises StateError or BackendError.
    """
    stored, current = _backend(stack), f".pulumi/stacks/{stack.project}/{stack.name}.json"
    if is_good(stored.read(current)):
        return None
    for version in _versions(stored, stack):
        content = version.read()
        if is_good(content):
            aside = f"{current}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            stored.replace(current, content, aside)
            return (
                f"the state of {stack.title} is that of {version.written:%Y-%m-%d %H:%M:%S} UTC again"
                f" ({version.name}); the damaged one is kept as {aside}"
            )
    raise StateError(f"no earlier version of the state of {stack.title} is whole; restore it from a copy of your own")


def is_good(content: bytes) -> bool:
    """Whether this is a whole state of a stack; an empty stack has no resources in it."""
    try:
        found: Any = json.loads(content)
        return bool(found["checkpoint"]["latest"]["manifest"])
    except (ValueError, KeyError, TypeError):
        return False


def locks(stack: Stack) -> list[Lock | UnreadableLock]:
    """Who holds the stack's lock; nobody as far as we see where the backend keeps its own."""
    try:
        stored = _backend(stack)
    except BackendError:
        return []
    held = stored.there(f".pulumi/locks/organization/{stack.project}/{stack.name}/")
    return [_lock(one) for one in held if one.name.endswith(".json")]


def _lock(file: Version) -> Lock | UnreadableLock:
    """What a lock's file tells; one that is cut off, by a full disk or a kill, is a lock for the engine as well."""
    try:
        told: Any = json.loads(file.read())
        return Lock(user=told["username"], host=told["hostname"], pid=int(told["pid"]), since=told["timestamp"])
    except (ValueError, KeyError, TypeError):
        return UnreadableLock(file=file.name)


def _versions(stored: Backend, stack: Stack) -> list[Version]:
    """Newest first; those of the state's own file before the copies that Pulumi makes of it."""
    own = list(stored.below(f".pulumi/stacks/{stack.project}/{stack.name}.json"))
    exact = [one for one in own if one.name.partition(" ")[0] == f"{stack.name}.json"]
    places = (f"history/{stack.project}/{stack.name}/", f"backups/{stack.project}/{stack.name}/")
    copies = [
        *(one for one in own if one not in exact),
        *(one for place in places for one in stored.below(f".pulumi/{place}")),
    ]
    wanted = [one for one in copies if ".attrs" not in one.name and ".history." not in one.name]
    return [*_newest_first(exact), *_newest_first(wanted)]


def _newest_first(versions: list[Version]) -> list[Version]:
    return sorted(versions, key=lambda one: one.written, reverse=True)


def _backend(stack: Stack) -> Backend:
    return backend(str(pulumi_whoami(stack.directory)["url"]))
