"""`diceytech recover`: the state after a run that was interrupted, mended without leaving anything behind.

The engine only warns about a create that it had begun (pulumi#4265), and would make an auto-named resource a second
time. So each pending create is looked for in AWS, by its name or its tags, among what the state does not know:
what is there is taken into the state, what is not is cleared. The looking is by the tables of the stand-in provider,
whose `find` only reads, with the credentials at hand.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from infra.errors import PlatformError
from infra.first_run import REHEARSAL
from rehearsal.emulator import Account
from rehearsal.local_aws import RemoteRecords, without_account_in_host
from rehearsal.resource import Created, Inputs, ResourceType
from rehearsal.resources import RESOURCES
from scripts.aws.session import session_of
from scripts.engine.pulumi_cli import LockedError, exported, pulumi
from scripts.engine.stack import Stack
from scripts.engine.state_restore import locks, restore_state
from scripts.private_file import write_private
from scripts.terminal import err, out

Outcome = Literal["imported", "removed", "cleared", "settled"]
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
    """What becomes of one: taken into the state under `id`, removed since what only its create told is lost, cleared
    since it is not there, or settled by a refresh of a resource that the state knows."""

    pending: Pending
    outcome: Outcome
    id: str | None = None


class Finder(Protocol):
    """Looks in the account; `recovery` is the only part that may change something."""

    def found(self, kind: ResourceType, inputs: Inputs) -> list[Created]:
        """All that these inputs may have made."""

    def remove(self, kind: ResourceType, identifier: str, inputs: Inputs) -> None:
        """Removes one."""


def recover(stack: Stack, *, force: bool, restore: bool) -> list[Recovered]:
    """Mends the stack's state; raises RecoverError or PulumiError with nothing changed."""
    _unlock(stack, force=force)
    if restore:
        said = restore_state(stack) or f"the state of {stack.title} is not damaged; nothing was restored"
        err.print(said, markup=False)
    state = exported(stack)
    if not state["deployment"].get("pending_operations"):
        return []
    account = _InAccount(stack)
    decided = decide(state["deployment"], account)
    for one in decided:
        if one.outcome == "removed" and one.id is not None:
            account.remove(RESOURCES[one.pending.type], one.id, one.pending.inputs)
    _apply(stack, state, decided)
    return decided


def decide(deployment: Mapping[str, Any], finder: Finder) -> list[Recovered]:
    """What is to become of each pending operation; raises RecoverError where several resources answer to one."""
    known: dict[str, set[str]] = {}
    for resource in deployment.get("resources", []):
        known.setdefault(resource["type"], set()).add(str(resource.get("id", "")))
    return [_decide(operation, known, finder) for operation in deployment.get("pending_operations") or []]


def _decide(operation: Mapping[str, Any], known: Mapping[str, set[str]], finder: Finder) -> Recovered:
    resource = operation["resource"]
    pending = Pending(urn=resource["urn"], operation=operation["type"], inputs=resource.get("inputs") or {})
    if pending.operation != CREATING:
        return Recovered(pending=pending, outcome="settled")
    kind = RESOURCES.get(pending.type)
    if kind is None:
        raise RecoverError(f"{pending.name} ({pending.type}) cannot be looked up here; see docs/troubleshooting.md")
    there = [one for one in finder.found(kind, pending.inputs) if one.id not in known.get(pending.type, ())]
    if len(there) > 1:
        raise RecoverError(
            f"{pending.name} ({pending.type}): {len(there)} resources answer to it "
            f"({', '.join(one.id for one in there)}); delete those that are not used, then run this again"
        )
    if not there:
        return Recovered(pending=pending, outcome="cleared")
    lost = kind.secret_outputs - kind.inputs.keys() - there[0].outputs.keys()
    return Recovered(pending=pending, outcome="removed" if lost else "imported", id=there[0].id)


def as_json(found: list[Recovered]) -> dict[str, Any]:
    """For machines."""
    return {
        "recovered": [
            {"urn": one.pending.urn, "operation": one.pending.operation, "outcome": one.outcome, "id": one.id}
            for one in found
        ]
    }


def show(found: list[Recovered], stack: Stack) -> None:
    """For people."""
    said = {
        "imported": "is there, and is in the state now:",
        "removed": "was there without what only its create tells (a secret), and was removed:",
        "cleared": "was never made; the next `up` makes it",
        "settled": "was under way; its state is what AWS holds now",
    }
    for one in found:
        out.print(f"{one.pending.name} ({one.pending.type}) {said[one.outcome]} {one.id or ''}".rstrip(), markup=False)
    if not found:
        out.print(f"{stack.title}: nothing is pending", markup=False)
        return
    out.print(f"\n{stack.title}: {len(found)} pending operations are settled; go on with", markup=False)
    out.print(f"  {stack.up}", markup=False)


def _unlock(stack: Stack, *, force: bool) -> None:
    """Breaks the lock of a run that is dead; raises LockedError for one that may be alive."""
    held = locks(stack)
    if not held:
        return
    if alive := [lock for lock in held if not (force or lock.is_dead)]:
        raise LockedError(stack, alive[0])
    pulumi(stack, "cancel", "--yes")
    err.print(f"broke the lock of {held[0]}", markup=False)


def _apply(stack: Stack, state: dict[str, Any], decided: list[Recovered]) -> None:
    """Writes the decisions into the state, then lets the engine read what was pending, and that alone.

    The engine's own way (`refresh --import-pending-creates`) would refresh the whole stack: other drift is for a
    person to decide.
    """
    deployment = state["deployment"]
    resources = {operation["resource"]["urn"]: operation["resource"] for operation in deployment["pending_operations"]}
    for one in decided:
        if one.outcome == "imported":
            resource = resources[one.pending.urn]
            outputs = {**(resource.get("inputs") or {}), **(resource.get("outputs") or {})}
            deployment.setdefault("resources", []).append({**resource, "id": one.id, "outputs": outputs})
    del deployment["pending_operations"]
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "state.json"
        write_private(file, json.dumps(state))
        pulumi(stack, "stack", "import", "--file", str(file))
    targets = [one.pending.urn for one in decided if one.outcome in ("imported", "settled")]
    if targets:
        words = [word for urn in targets for word in ("--target", urn)]
        pulumi(stack, "refresh", "--yes", "--skip-preview", *words)


class _InAccount(Account):
    """The stack's account through the credentials at hand: a real one, or the local AWS."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(account_id=stack.account_id, region=stack.region, where=lambda: "")
        self._session = session_of(stack.account_id, stack.region, named_in=stack.file)

    @property
    def records(self) -> MutableMapping[str, Inputs]:
        """What only a local AWS has."""
        if not os.environ.get(REHEARSAL):
            raise RecoverError("a resource of this type cannot be looked up here; see docs/troubleshooting.md")
        return RemoteRecords(os.environ.get("AWS_ENDPOINT_URL", ""))

    def found(self, kind: ResourceType, inputs: Inputs) -> list[Created]:
        """By name or tags; each is read, for the id that the state has to have."""
        region = {"region": inputs["region"]} if inputs.get("region") else {}
        read = [kind.read(self, identifier, region) for identifier in kind.find(self, inputs)]
        return [one for one in read if one is not None]

    def remove(self, kind: ResourceType, identifier: str, inputs: Inputs) -> None:
        """By the table's own delete."""
        kind.delete(self, identifier, inputs)

    def _connect(self, service: str, region: str) -> Any:
        client = self._session.client(service, region_name=region)
        if os.environ.get(REHEARSAL):
            without_account_in_host(client, self.account_id)
        return client
