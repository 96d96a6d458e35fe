"""`diceytech secrets rotate media-user`: new key, stored, old off, old deleted, each by an edit and a `pulumi up`.

A step is an edit of the YAML and then its `up`. So a run that was killed anywhere is gone on with by the next one: what
the YAML says is brought up first, and the step after it follows. Nothing else is applied: where the preview shows a
change of anything but these keys, the run stops before it.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.config import AccessKeys
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.first_run import REHEARSAL
from infra.names import Names
from scripts.aws.session import session
from scripts.engine.pulumi_cli import exported, pulumi, pulumi_json
from scripts.engine.stack import Stack, environment_stack
from scripts.local.aws import LocalHome
from scripts.local.project import refresh
from scripts.secrets.media_key_steps import edited, next_step
from scripts.terminal import err, out, write

OURS = ("identity-media-key-", "identity-media-secret-value")
UNCHANGED = ("same", "read", "refresh")
KEY_TYPE = "aws:iam/accessKey:AccessKey"


class RotationError(PlatformError):
    """The rotation stopped before a step; nothing of that step was done."""

    exit_code = 2


def rotate(root: Path, env: str, *, only_plan: bool, even_if_used: bool) -> list[str]:
    """Takes the steps that are left, or says the next one; gives what was done, in words.

    Raises RotationError where other changes wait or the old key is still used, PlatformError where there is no user.
    """
    stack, done = environment_stack(root, env), list[str]()
    started = _keys(root, env)
    if only_plan:
        out.print(f"next: {next_step(started).words}", markup=False)
        return done
    if _apply(root, stack):
        done.append("ended what the YAML says already")
        if len(started.keys) == 1:
            return _told(done, stack)  # the last step of an earlier run
    while True:
        step = next_step(_keys(root, env))
        if step.retires is not None and "off" in step.words and not even_if_used:
            _refuse_used(root, stack, step.retires)
        err.print(f"{step.words} …", markup=False)
        write(root / stack.file, edited(root / stack.file, step.keys))
        _apply(root, stack)
        done.append(step.words)
        if len(step.keys.keys) == 1:
            return _told(done, stack)


def _told(done: list[str], stack: Stack) -> list[str]:
    err.print(f"{stack.name}: {', '.join(done)}; commit {stack.file}", markup=False)
    return done


def _keys(root: Path, env: str) -> AccessKeys:
    found = read_environment(root, env).identity.media_user
    if found is None:
        raise PlatformError(f"{env} has no media user (identity.media_user is null): there is no key to rotate")
    return found


def _apply(root: Path, stack: Stack) -> bool:
    """Brings the stack to what the YAML says of the keys; whether that changed anything."""
    if os.environ.get(REHEARSAL):
        refresh(root, LocalHome(root).project)  # a rehearsal runs on a copy of the YAML
    steps = [one for one in pulumi_json(stack, "preview")["steps"] if one["op"] not in UNCHANGED]
    changed = [str(one["urn"]).rpartition("::")[2] for one in steps]
    if others := sorted({name for name in changed if not name.startswith(OURS)}):
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        raise RotationError(f"{stack.name} has other changes waiting ({shown}); apply or undo them first")
    if changed:
        err.print(f"  pulumi up: {', '.join(changed)}", markup=False)
        pulumi(stack, "up", "--yes", "--skip-preview")
    return bool(changed)


def _refuse_used(root: Path, stack: Stack, old: int) -> None:
    """Raises RotationError where the old key was used after the new one was stored: somebody has not taken it yet."""
    config = read_environment(root, stack.name)
    aws = session(config, stack.name)
    names = Names(product=config.product.name, environment=stack.name, account_id=config.aws.account_id)
    secret = f"{names.path}/media-user"
    stored: datetime = aws.client("secretsmanager").describe_secret(SecretId=secret)["LastChangedDate"]
    used = aws.client("iam").get_access_key_last_used(AccessKeyId=_id(stack, old))["AccessKeyLastUsed"]
    if (last := used.get("LastUsedDate")) is not None and last >= stored:
        raise RotationError(
            f"key {old} was used at {last:%Y-%m-%d %H:%M} UTC, after the new one was stored: whoever uses it must take "
            f"the new one from the secret {secret}; then run this again (or with --even-if-used)"
        )


def _id(stack: Stack, number: int) -> str:
    resources: list[dict[str, Any]] = exported(stack)["deployment"].get("resources", [])
    return next(
        str(one["id"])
        for one in resources
        if one["type"] == KEY_TYPE and one["urn"].endswith(f"::identity-media-key-{number}")
    )
