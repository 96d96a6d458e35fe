"""The workflows of .github/workflows/, read as GitHub reads them: jobs, steps and their commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step with `run`: its command, and the variables that it has."""

    job: Job
    command: str
    env: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job of a workflow, once for each environment that it is for."""

    workflow: str
    events: tuple[str, ...]
    name: str
    body: dict[str, Any]
    environment: str | None  # GitHub's, with the matrix filled in
    env: dict[str, str]

    @property
    def steps(self) -> Iterator[Step]:
        for step in self.body["steps"]:
            if "run" in step:
                own = {key: str(value) for key, value in step.get("env", {}).items()}
                yield Step(job=self, command=step["run"].strip(), env={**self.env, **own})

    @property
    def uses(self) -> list[dict[str, Any]]:
        return [step for step in self.body["steps"] if "uses" in step]


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def jobs() -> list[Job]:
    return [job for path in WORKFLOWS for job in jobs_of(path)]


def jobs_of(path: Path) -> Iterator[Job]:
    workflow = document(path)
    events = workflow["on"]
    for name, body in workflow["jobs"].items():
        choices = body.get("strategy", {}).get("matrix", {}).get("env")
        inputs = (events.get("workflow_dispatch") or {}).get("inputs", {}) if isinstance(events, dict) else {}
        choices = choices or (inputs["env"]["options"] if "env" in inputs else [None])
        for choice in choices:
            yield Job(
                workflow=path.name,
                events=tuple(events),
                name=name,
                body=body,
                environment=_filled(_named(body.get("environment")), choice),
                env={key: _filled(str(value), choice) or "" for key, value in body.get("env", {}).items()},
            )


def _named(environment: Any) -> str | None:
    return environment["name"] if isinstance(environment, dict) else environment


def _filled(text: str | None, choice: str | None) -> str | None:
    if text is None or choice is None:
        return text
    return re.sub(r"\$\{\{ (matrix|inputs)\.env \}\}", choice, text)


def words(step: Step) -> list[list[str]]:
    """The commands of a step, without redirections, as lists of words; none of a script with branches."""
    if "\nif " in step.command:
        return []
    lines = [line.strip() for line in step.command.splitlines()]
    return [shlex.split(re.split(r" >|\|\|? ", line.replace('${TO:+--to "$TO"}', '--to "$TO"'))[0]) for line in lines]


def named(job: Job) -> str:
    return f"{job.workflow}-{job.name}-{job.env.get('ENV', '')}"


JOBS = jobs()
STEPS = [step for job in JOBS for step in job.steps]
