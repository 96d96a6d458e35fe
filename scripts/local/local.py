"""`diceytech local`: a local AWS that stays between commands, and any command run against it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from infra.config_source import ConfigError, environments, load
from infra.errors import PlatformError
from infra.first_run import EMULATOR_ACCOUNT, REHEARSAL
from rehearsal.local_aws import without_proxy
from scripts.engine.program import LANGUAGE_HOST, Engine, find, require
from scripts.local import project as local_project
from scripts.local.aws import LocalHome, Running, make_way_for_account, running, seed_environments, start, stop
from scripts.terminal import err, out, print_json

FOREIGN: Final = ("AWS_", "BOTO_", "PULUMI_", "MOTO_")  # the user's own: credentials, endpoints, tokens, backends
STAND_IN: Final = "pulumi-resource-aws"


def up(root: Path, *, json: bool = False) -> Running:
    """Starts the local AWS, or says that it runs; each environment finds there what it expects of its account."""
    home = LocalHome(root)
    there = running(home) is not None
    local = begin(home)
    prepare(home, local)
    if json:
        print_json({"endpoint": local.endpoint, "pid": local.pid, "started": not there})
        return local
    out.print(f"local AWS {'is already up' if there else 'is up'} at {local.endpoint} (process {local.pid})")
    return local


def down(root: Path) -> None:
    """Stops the local AWS; what was in it, and the state of its stacks, is gone."""
    was_there = stop(LocalHome(root))
    out.print("local AWS is down; its resources and stacks are gone" if was_there else "there was no local AWS")


def status(root: Path, *, json: bool = False) -> None:
    """What runs, and which stacks it has."""
    home = LocalHome(root)
    local, engine = running(home), find()
    stacks = sorted(f"{path.parent.name}/{path.stem}" for path in home.state.glob(".pulumi/stacks/*/*.json"))
    if json:
        found = {"endpoint": local.endpoint, "pid": local.pid} if local else None
        print_json({"local": found, "stacks": stacks if local else [], "engine": str(engine) if engine else None})
        return
    out.print(f"local AWS: {f'up at {local.endpoint} (process {local.pid})' if local else 'down'}")
    out.print(f"stacks: {', '.join(stacks) if local and stacks else 'none'}")
    out.print(f"engine: {engine or 'none; run `make engine`'}")


def run(root: Path, command: Sequence[str]) -> NoReturn:
    """Becomes the command, with everything of the user's AWS and Pulumi replaced by the local ones."""
    home = LocalHome(root)
    local = running(home) or begin(home)
    prepare(home, local)
    variables = environment(home, local, os.environ)
    if Path(command[0]).name in ("pulumi", "diceytech"):
        make_stack(home, local, command, variables)
    try:
        os.execvpe(command[0], list(command), variables)  # noqa: S606 - the command that was asked for
    except OSError as error:
        raise PlatformError(f"{command[0]}: cannot be run ({error.strerror})") from None


def begin(home: LocalHome) -> Running:
    """Starts the local AWS where none runs, and says so."""
    if (there := running(home)) is not None:
        return there
    local = start(home)
    err.print(f"started a local AWS at {local.endpoint}; `diceytech local down` ends it", markup=False)
    return local


def seeded(home: LocalHome, local: Running) -> list[str]:
    """What was put into the local AWS before the first `up`, in words."""
    account_id, region = _account(home.root)
    records = local.account(account_id, region).records
    return [line for name in records if name.startswith("seeded/") for line in records[name]["done"]]


def prepare(home: LocalHome, local: Running) -> None:
    """Brings the projects' copy, the commands on PATH and the seeds up to date with the repository."""
    local_project.refresh(home.root, home.project)
    _commands(home, find())
    for left_out in seed_environments(home, local):
        err.print(f"not seeded: {left_out}", markup=False)


def environment(home: LocalHome, local: Running, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command against the local AWS: nothing of the user's credentials, endpoints or backends.

    Neither does what is meant for the local AWS go to a proxy of the user's.
    """
    account_id, region = _account(home.root)
    kept = {name: value for name, value in variables.items() if not name.startswith(FOREIGN)}
    return {
        **kept,
        **without_proxy(variables),
        REHEARSAL: "1",
        "PATH": os.pathsep.join([str(home.bin), str(Path(sys.executable).parent), variables.get("PATH", os.defpath)]),
        "AWS_ENDPOINT_URL": local.endpoint,
        "AWS_ACCESS_KEY_ID": account_id,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_HOME": str(home.directory / "pulumi"),
        "PULUMI_BACKEND_URL": home.state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": home.passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def make_stack(home: LocalHome, local: Running, command: Sequence[str], variables: Mapping[str, str]) -> None:
    """Makes the stack that a command names, as a first `up` on a new state backend needs it; raises EngineError.

    An `up` of the account project also makes its boundaries, in whose place there may be placeholders.
    """
    ours = Path(command[0]).name == "diceytech"
    if ours and (len(command) < 2 or command[1] not in ("preview", "up")):
        return
    require()
    name, project = _ours(command) if ours else (_option(command, "--stack", "-s"), _project(home.root, command))
    known = home.project / project / f"Pulumi.{name}.yaml"
    elsewhere = variables["PULUMI_BACKEND_URL"] != home.state.as_uri()
    if name is None or elsewhere or "init" in command or not known.is_file():
        return
    kind = "account" if project == "account" else "platform"
    if not (home.state / ".pulumi" / "stacks" / kind / f"{name}.json").is_file():
        _init(home.project / project, name, variables)
    if kind == "account" and _applies(command) and (gone := make_way_for_account(home, local, name)):
        err.print(f"removed the placeholder boundaries of {', '.join(gone)}: this project makes them", markup=False)


def _init(directory: Path, stack: str, variables: Mapping[str, str]) -> None:
    words = ["pulumi", "--cwd", str(directory), "stack", "init", stack, "--no-select", "--non-interactive"]
    made = subprocess.run(words, env=dict(variables), capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise PlatformError(f"the stack {stack} could not be made: {made.stderr.strip() or made.stdout.strip()}")


def _applies(command: Sequence[str]) -> bool:
    """Whether it makes what the stack is of; a preview must leave the environments what they need."""
    if Path(command[0]).name == "diceytech":
        return command[1] == "up"
    return not {"up", "update"}.isdisjoint(command[1:])


def _commands(home: LocalHome, engine: Engine | None) -> None:
    """What only a rehearsal finds on its PATH: the stand-in provider, the engine, and a host for Python."""
    python = shlex.quote(sys.executable)
    scripts = {STAND_IN: f'exec {python} -m rehearsal.plugin "$@"'}
    if engine is not None:
        scripts["pulumi"] = _in_the_copy(home, engine)
        if not engine.language_host:
            scripts[LANGUAGE_HOST] = f'exec {python} -m rehearsal.language_host "$@"'
    for name, text in scripts.items():
        path = home.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)


def _account(root: Path) -> tuple[str, str]:
    """The account of the first environment that can be read: that of `aws` commands without a word about it."""
    for name in environments(root):
        try:
            config = load(root, name)
        except ConfigError:
            continue
        return config.aws.account_id, config.aws.region
    return EMULATOR_ACCOUNT, "us-east-1"


def _in_the_copy(home: LocalHome, engine: Engine) -> str:
    """The engine in the copy of the project in whose directory it is called."""
    account, copy = shlex.quote(f"{home.root.resolve()}/account/"), shlex.quote(str(home.project))
    return (
        f'case "$(pwd -P)/" in\n{account}*) cd {copy}/account ;;\n*) cd {copy} ;;\nesac || exit 1\n'
        f'exec {shlex.quote(str(engine.path))} "$@"'
    )


def _ours(command: Sequence[str]) -> tuple[str | None, str]:
    """The stack that a command of ours names, and its project's directory."""
    account = _option(command, "--account")
    return (account, "account") if account is not None else (_option(command, "--env", "-e"), ".")


def _project(root: Path, command: Sequence[str]) -> str:
    named = _option(command, "--cwd", "-C")
    if named in local_project.PROJECTS:
        return named
    return "account" if Path.cwd().is_relative_to(root.resolve() / "account") else "."


def _option(command: Sequence[str], *names: str) -> str | None:
    for index, word in enumerate(command):
        for name in names:
            if word == name and index + 1 < len(command):
                return command[index + 1]
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    return None
