"""`diceytech permissions`: the infrastructure role held against what a rehearsed life of the environment needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.config_across import environment as read_environment
from infra.infrastructure_policies import infrastructure
from infra.stacks.account import scope_of
from scripts.pipeline_settings import deployed_by
from scripts.terminal import err, out
from scripts.terminal import write as write_file

if TYPE_CHECKING:
    from rehearsal.least_privilege import Verdict
    from rehearsal.needs import Need

NOT_SHOWN = "not shown with the real provider: derived from the stand-in's calls; reads are widened for that reason"


def examine(root: Path, env: str) -> Verdict:
    """Brings the environment up, reads and destroys it in an emulated AWS; raises ConfigError or ProviderError."""
    from rehearsal.least_privilege import judge
    from rehearsal.needs import needs
    from rehearsal.recording import recorded

    config = read_environment(root, env)
    _, account, _ = deployed_by(root, env)
    policies = infrastructure(scope_of(account, env, config))
    err.print(f"{env} comes up, is read and is destroyed in an emulated AWS", markup=False)
    return judge(policies, needs(recorded(config, env), config.aws.account_id))


def as_json(verdict: Verdict, env: str) -> dict[str, Any]:
    """For machines."""
    return {
        "environment": env,
        "note": NOT_SHOWN,
        "needed": verdict.needed,
        "actions": list(verdict.actions),
        "uncovered": [_need(one) for one in verdict.uncovered],
        "unused": {topic: {sid: list(found) for sid, found in by.items()} for topic, by in verdict.unused.items()},
        "policies": dict(verdict.derived),
    }


def _need(one: Need) -> dict[str, Any]:
    return {"action": one.action, "resource": one.resource, "context": dict(one.context), "phase": one.call.phase}


def write(verdict: Verdict, env: str, file: Path) -> None:
    """The derived policies by topic, under what they rest on."""
    content = {"environment": env, "note": NOT_SHOWN, "policies": dict(verdict.derived)}
    write_file(file, json.dumps(content, indent=2) + "\n")


def show(verdict: Verdict, env: str) -> None:
    """For people."""
    out.print(f"{env}, {NOT_SHOWN}\n", markup=False)
    for one in verdict.uncovered:
        context = ", ".join(f"{key} {value}" for key, value in one.context.items()) or "no condition keys"
        out.print(f"missing  {one.action} on {one.resource} ({one.call.phase}; {context})", markup=False)
    for topic, statements in verdict.unused.items():
        for sid, found in statements.items():
            out.print(f"granted, not recorded  {topic}/{sid}: {' '.join(found)}", markup=False)
    allowed = verdict.needed - len(verdict.uncovered)
    out.print(
        f"\nup, refresh and destroy need {len(verdict.actions)} actions in {verdict.needed} requests; "
        f"the infrastructure role in account/ allows {allowed} of them",
        markup=False,
    )
    unused = sum(len(found) for by in verdict.unused.values() for found in by.values())
    out.print(f"it grants {unused} writes beside them: updates, other settings of the YAML, mending", markup=False)
