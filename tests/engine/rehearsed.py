"""A repository of its own with a local AWS of its own, and the real Pulumi engine on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config_source import load
from rehearsal.local_aws import LocalAccount
from rehearsal.resources import RESOURCES
from scripts.engine.stack import Stack, account_stack, environment_stack
from scripts.local import local
from scripts.local.aws import LocalHome, Running, start, stop
from tests.scripts.commands import ROOT, edit

ACCOUNT = "123456789012"
ACCOUNT_STACK = "main"
BACKEND_LOG_GROUP = (
    "urn:pulumi:dev::platform::platform:components:LogGroups$aws:cloudwatch/logGroup:LogGroup::log-groups-backend"
)
PATIENCE = 900  # seconds for one command of the engine


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the engine would do, or did, with one resource."""

    op: str
    name: str
    type: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """The repository, its local AWS and its stacks."""

    root: Path
    home: LocalHome
    running: Running

    def edit(self, environment: str, old: str, new: str) -> None:
        edit(self.root / f"Pulumi.{environment}.yaml", old, new)

    def variables(self, **more: str) -> dict[str, str]:
        return {**local.environment(self.home, self.running, os.environ), **more}

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command as `diceytech local -- …` runs it."""
        local.prepare(self.home, self.running)
        variables = self.variables(**more)
        if command[0] in ("pulumi", "diceytech"):
            local.make_stack(self.home, self.running, command, variables)
        executable = shutil.which(command[0], path=variables["PATH"])
        assert executable is not None, command
        return subprocess.run(
            [executable, *command[1:]],
            cwd=self.root,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def stack(self, name: str) -> Stack:
        """The stack of an environment, or of the account project."""
        return (account_stack if name == ACCOUNT_STACK else environment_stack)(self.root, name)

    def pulumi(self, verb: str, stack: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of the engine for the stack of an environment, or of the account project."""
        return self.run("pulumi", verb, *self.stack(stack).words.split(), "--non-interactive", *words, **more)

    def up(self, stack: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", stack, "--yes", "--skip-preview", *words, **more)

    def destroy(self, stack: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("destroy", stack, "--yes", *words)

    def recover(self, stack: str) -> subprocess.CompletedProcess[str]:
        """`recover --json`, after the last good state is back where a kill came while its file was written."""
        words = ("diceytech", "recover", *self.stack(stack).option.split(), "--json")
        done = self.run(*words)
        return self.run(*words, "--restore") if "is damaged" in done.stderr else done

    def preview(self, stack: str, *words: str) -> list[Step]:
        """The steps that change something."""
        done = self.pulumi("preview", stack, "--json", *words)
        assert done.returncode == 0, done.stderr + done.stdout[-3000:]
        return steps(json.loads(done.stdout))

    def state(self, stack: str) -> dict[str, Any]:
        """The stack's deployment as exported."""
        done = self.run("pulumi", "stack", "export", *self.stack(stack).words.split())
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)["deployment"]
        return found

    def account(self) -> LocalAccount:
        return self.running.account(ACCOUNT, "us-east-1")

    def inventory(self) -> dict[str, set[str]]:
        """Ids of all that exists in the local AWS, by type."""
        aws = self.account()
        return {
            token: {f"{region}:{one}" for region in ("us-east-1", "us-west-2") for one in kind.every(aws, region)}
            for token, kind in sorted(RESOURCES.items())
            if kind.every is not None
        }


def steps(preview: dict[str, Any]) -> list[Step]:
    """The steps of a preview in JSON that change something."""
    return [
        Step(
            op=step["op"],
            name=step["urn"].rpartition("::")[2],
            type=step["urn"].split("::")[2].split("$")[-1],
            properties=tuple(sorted(step.get("detailedDiff") or {})),
        )
        for step in preview["steps"]
        if step["op"] not in ("same", "read", "refresh")
    ]


@contextmanager
def repository(directory: Path) -> Iterator[Rehearsed]:
    """A copy of the repository's YAML, its code by links, with a local AWS that ends with the block."""
    for path in (*ROOT.glob("Pulumi*.yaml"), *(ROOT / "account").glob("*")):
        if path.is_file():
            target = directory / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name in ("infra", "templates", "scripts", "rehearsal", "controls", "requirements.txt"):
        (directory / name).symlink_to(ROOT / name)
    (directory / ".venv").symlink_to(Path(sys.executable).parent.parent)
    home = LocalHome(directory)
    running = start(home)
    try:
        assert load(directory, "dev").aws.account_id == ACCOUNT
        yield Rehearsed(root=directory, home=home, running=running)
    finally:
        stop(home)
