"""`diceytech recover`: the state after a run that was interrupted, mended without leaving anything behind.

The engine only warns about a create that it had begun (pulumi#4265), and would make an auto-named resource a second
time. So each pending create is looked for in AWS, by its name or its tags, among what the state does not know:
what is there is taken into the state, what is not is cleared. The looking is by the tables of the stand-in provider,
whose `find` only reads, with the credentials at hand.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.first_run import REHEARSAL
from rehearsal.emulator import Account
from rehearsal.local_aws import RemoteRecords
from rehearsal.resource import Inputs, ResourceType
from rehearsal.resources import RESOURCES
from scripts.aws_session import session
from scripts.pulumi_cli import LockedError, pulumi
from scripts.terminal import out

Outcome = Literal["imported", "cleared", "settled"]
CREATING: Final = "creating"


class RecoverError(PlatformError):
    """What is pending cannot be decided; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """One operation that the state says was begun and not ended."""

    urn: str
    operation: str
    inputs: Inputs

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].split("$")[-1]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What became of one: taken into the state under `id`, cleared since it is not there, or settled by a refresh."""

    pending: Pending
    outcome: Outcome
    id: str | None = None


def recover(root: Path, environment: str, *, force: bool, restore: bool) -> list[Recovered]:
    """Mends the environment's state; raises RecoverError or PulumiError with nothing changed."""
    config = read_environment(root, environment)
    if restore:
        from scripts.state_versions import restore_state

        restore_state(root, environment)
    state = json.loads(_unlocked(root, environment, force=force, ask=lambda: pulumi(root, environment, "stack", "export")))
    decided = decide(state["deployment"], _finder(config, environment))
    if decided:
        _apply(root, environment, decided)
    return decided


def decide(deployment: Mapping[str, Any], found: Callable[[ResourceType, Inputs], list[str]]) -> list[Recovered]:
    """What is to become of each pending operation; raises RecoverError where several resources answer to one."""
    known: dict[str, set[str]] = {}
    for resource in deployment.get("resources", []):
        known.setdefault(resource["type"], set()).add(str(resource.get("id", "")))
    decided = []
    for operation in deployment.get("pending_operations") or []:
        resource = operation["resource"]
        pending = Pending(urn=resource["urn"], operation=operation["type"], inputs=resource.get("inputs") or {})
        if pending.operation != CREATING or pending.type not in RESOURCES:
            decided.append(Recovered(pending=pending, outcome="settled" if pending.operation != CREATING else "cleared"))
            continue
        there = [one for one in found(RESOURCES[pending.type], pending.inputs) if one not in known.get(pending.type, ())]
        if len(there) > 1:
            raise RecoverError(
                f"{pending.name} ({pending.type}): {len(there)} resources answer to it ({', '.join(there)}); "
                "delete those that are not used, then run this again; nothing was changed"
            )
        decided.append(
            Recovered(pending=pending, outcome="imported" if there else "cleared", id=there[0] if there else None)
        )
    return decided


def as_json(found: list[Recovered]) -> dict[str, Any]:
    """For machines."""
    return {
        "recovered": [
            {"urn": one.pending.urn, "operation": one.pending.operation, "outcome": one.outcome, "id": one.id}
            for one in found
        ]
    }


def show(found: list[Recovered], environment: str) -> None:
    """For people."""
    said = {
        "imported": "is there, and is in the state now:",
        "cleared": "was never made; the next `up` makes it",
        "settled": "was under way; its state is what AWS holds now",
    }
    for one in found:
        out.print(f"{one.pending.name} ({one.pending.type}) {said[one.outcome]} {one.id or ''}".rstrip(), markup=False)
    if not found:
        out.print(f"{environment}: nothing is pending", markup=False)
        return
    out.print(f"\n{environment}: {len(found)} pending operations are settled; go on with", markup=False)
    out.print(f"  pulumi up --stack {environment}", markup=False)


def _unlocked(root: Path, environment: str, *, force: bool, ask: Callable[[], str]) -> str:
    """The answer, once the lock of a run that is dead is broken; raises LockedError for one that may be alive."""
    try:
        pulumi(root, environment, "refresh", "--preview-only", "--target", "urn:pulumi:none::none::none::none")
    except LockedError as locked:
        if not (force or locked.lock.is_dead):
            raise
        pulumi(root, environment, "cancel", "--yes")
        out.print(f"broke the lock of {locked.lock}", markup=False)
    except PlatformError:
        pass  # the target does not exist: all that was asked is whether there is a lock
    return ask()


def _apply(root: Path, environment: str, decided: list[Recovered]) -> None:
    """By the engine's own refresh, of what was pending alone."""
    words = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]
    for one in decided:
        words += ["--target", one.pending.urn]
        if one.outcome == "imported" and one.id is not None:
            words += ["--import-pending-creates", one.pending.urn, "--import-pending-creates", one.id]
    pulumi(root, environment, *words)


class _RealAccount(Account):
    """The environment's account through the credentials at hand: a real one, or the local AWS."""

    def __init__(self, config: PlatformConfig, environment: str) -> None:
        super().__init__(account_id=config.aws.account_id, region=config.aws.region, where=lambda: "")
        self._session = session(config, environment)

    @property
    def records(self) -> Any:
        """What only a local AWS has."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        if not os.environ.get(REHEARSAL):
            raise RecoverError("a resource of this type cannot be looked up here; see docs/troubleshooting.md")
        return RemoteRecords(endpoint)

    def _connect(self, service: str, region: str) -> Any:
        return self._session.client(service, region_name=region)


def _finder(config: PlatformConfig, environment: str) -> Callable[[ResourceType, Inputs], list[str]]:
    accounts: list[_RealAccount] = []

    def found(kind: ResourceType, inputs: Inputs) -> list[str]:
        if not accounts:
            accounts.append(_RealAccount(config, environment))
        return kind.found(accounts[0], inputs)

    return found
