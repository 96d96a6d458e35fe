"""Pulumi's command line as this toolkit calls it: in the repository, without questions, its errors as ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from changes.preview_file import failure
from infra.errors import PlatformError
from reports.masking import masked_words
from scripts.engine.program import require
from scripts.engine.stack import Stack
from scripts.local.process import is_alive

_LOCK = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
_NO_STACK = re.compile(r"no stack named '.*' found")
_DAMAGED = re.compile(r"failed to load checkpoint|unexpected end of JSON|invalid character .* looking for")


class PulumiError(PlatformError):
    """Pulumi ended with an error; its own words."""


class DamagedStateError(PulumiError):
    """The stack's state is not what Pulumi has written: cut off, or not JSON."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Who holds a stack's lock."""

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since}"

    @property
    def is_dead(self) -> bool:
        """Whether its process is known to be gone: it was on this machine, and is not there any more."""
        return self.host == os.uname().nodename and not is_alive(self.pid)


@dataclass(frozen=True, kw_only=True)
class UnreadableLock:
    """A lock whose file does not tell who holds it."""

    file: str

    def __str__(self) -> str:
        return f"a run that is not known (its lock file {self.file} is damaged)"

    @property
    def is_dead(self) -> bool:
        """Nobody can tell."""
        return False


class LockedError(PulumiError):
    """Another run holds the stack's lock."""

    exit_code: ClassVar[int] = 75

    def __init__(self, stack: Stack, lock: Lock | UnreadableLock) -> None:
        self.lock = lock
        super().__init__(
            f"the stack {stack.title} is locked by {lock}; wait for that run, "
            f"or, if it is dead, run `diceytech recover {stack.option} --force`"
        )


def pulumi(stack: Stack, *words: str) -> str:
    """Standard output of a command for one stack; raises LockedError, DamagedStateError or PulumiError."""
    done = _run(stack.directory, [*words, "--stack", stack.name])
    if done.returncode:
        raise error_of(stack, words, done.stderr.strip() or done.stdout.strip())
    return done.stdout


def exported(stack: Stack) -> dict[str, Any]:
    """The stack's state as `pulumi stack export` writes it, its `deployment` a mapping; raises as `pulumi` does."""
    state: Any = json.loads(pulumi(stack, "stack", "export"))
    if not isinstance(state, dict) or not isinstance(state.get("deployment"), dict):  # a new stack has a manifest there
        raise _damaged(stack, "it is JSON, and no deployment is in it")
    return state


def pulumi_whoami(directory: Path) -> dict[str, Any]:
    """Who is logged in, and to which state backend (`url`); raises PulumiError."""
    done = _run(directory, ["whoami", "--verbose", "--json"])
    if done.returncode:
        raise PulumiError(f"Pulumi has no state backend ({_said(done.stderr)}); run `pulumi login`, see docs/aws.md")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _run(directory: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    return subprocess.run(  # noqa: S603 - the user's own engine
        [str(require().path), *words, "--non-interactive"],
        cwd=directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def pulumi_json(stack: Stack, *words: str) -> Any:
    """The same for a command that prints JSON, its errors too."""
    done = _run(stack.directory, [*words, "--json", "--stack", stack.name])
    if not done.returncode:
        return json.loads(done.stdout)
    try:
        told = failure(json.loads(done.stdout))
    except (ValueError, RecursionError):
        told = ""
    raise error_of(stack, words, f"error: {told}" if told else done.stderr.strip() or done.stdout.strip())


def error_of(stack: Stack, words: Sequence[str], text: str) -> PulumiError:
    """What a command that failed said, as an error of ours."""
    if found := _LOCK.search(text):
        lock = Lock(user=found["user"], host=found["host"], pid=int(found["pid"]), since=found["since"])
        return LockedError(stack, lock)
    if _DAMAGED.search(text):
        return _damaged(stack, _said(text))
    if _NO_STACK.search(text):
        place = stack.words.removeprefix("--stack ")  # `pulumi stack init` takes the name alone
        hint = f"make it with `pulumi stack init {place}`, see docs/aws.md"
        return PulumiError(f"the state backend has no stack {stack.title}; {hint}")
    command = " ".join(one for one in words[:2] if not one.startswith("-"))
    return PulumiError(f"pulumi {command} of {stack.title}: {_said(text)}")


def _damaged(stack: Stack, why: str) -> DamagedStateError:
    return DamagedStateError(
        f"the state of {stack.title} is damaged ({why}); nothing was changed; bring back its last good "
        f"version with `diceytech recover {stack.option} --restore`"
    )


def _said(text: str) -> str:
    """Pulumi's errors without its warnings and without secrets, on one line."""
    lines = [
        line.strip()
        for line in masked_words(text).splitlines()
        if line.strip() and not line.strip().startswith("warning:")
    ]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error:")]
    return " ".join(errors or lines[-3:]) or "it said nothing"
