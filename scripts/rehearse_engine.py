"""`diceytech rehearse --engine pulumi`: `pulumi up` on the real engine, against the local AWS, which then stays."""

from __future__ import annotations

import json as json_format
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from rehearsal.report import LIMITS, emulation
from scripts.engine.program import require
from scripts.local import local
from scripts.local.aws import LocalHome, running
from scripts.rehearse import command_name, show_emulation, show_next, show_outputs
from scripts.terminal import err, out, print_json


def rehearse(root: Path, environment: str, *, json: bool) -> None:
    """Brings the environment up and prints the report; raises PlatformError with the engine's own words."""
    start = time.perf_counter()
    read_environment(root, environment)
    engine, home = require(), LocalHome(root)
    there = running(home) or local.begin(home)
    local.prepare(home, there)
    variables = local.environment(home, there, os.environ)
    err.print(f"[bold]{environment}[/] comes up in a local AWS by {engine}", highlight=False)
    words = ["pulumi", "up", "--stack", environment, "--yes", "--skip-preview", "--suppress-outputs"]
    local.make_stack(home, there, words, variables)
    done = subprocess.run(  # noqa: S603 - the engine
        [str(home.bin / "pulumi"), *words[1:]], env=variables, stdout=sys.stderr, check=False, cwd=root
    )
    if done.returncode:
        raise PlatformError(f"pulumi up of {environment} ended with exit code {done.returncode}; its words are above")
    state = json_format.loads(_told(home, variables, "stack", "export", "--stack", environment))["deployment"]
    outputs = json_format.loads(_told(home, variables, "stack", "output", "--json", "--stack", environment))
    types = [resource["type"] for resource in state["resources"]]
    seconds = time.perf_counter() - start
    if json:
        print_json(_report(environment, str(engine), state["resources"], outputs, seconds))
        return
    show_outputs(environment, outputs)
    show_emulation(types, local.seeded(home, there))
    count = sum(resource["type"].startswith("aws:") for resource in state["resources"])
    protected = sum(bool(resource.get("protect")) for resource in state["resources"])
    out.print(f"\n[green]{environment} is up[/]: {count} resources, {protected} protected, {seconds:.1f} s")
    show_next(_next(environment))


def _report(
    environment: str, engine: str, resources: list[dict[str, Any]], outputs: dict[str, Any], seconds: float
) -> dict[str, Any]:
    told = emulation(resource["type"] for resource in resources)
    return {
        "environment": environment,
        "engine": engine,
        "resources": [
            {"urn": one["urn"], "type": one["type"], "name": one["urn"].rpartition("::")[2], "id": one["id"]}
            for one in resources
            if one["type"].startswith("aws:")
        ],
        "outputs": outputs,
        "emulated": {"full": told.full, "partial": told.partial, "none": told.none, "lacking": told.lacking},
        "limits": list(LIMITS),
        "seconds": round(seconds, 2),
    }


def _told(home: LocalHome, variables: dict[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - the engine
        [str(home.bin / "pulumi"), *words, "--non-interactive"],
        env=variables,
        cwd=home.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(f"pulumi {' '.join(words[:2])}: {done.stderr.strip()}")
    return done.stdout


def _next(environment: str) -> list[tuple[str, str]]:
    command = command_name()
    return [
        (f"{command} local -- pulumi preview --stack {environment}", "change the YAML, then see what it would do"),
        (f"{command} local -- aws s3 ls", "look into the local AWS with any AWS tool"),
        (f"{command} local down", "end it, with all that is in it"),
    ]
