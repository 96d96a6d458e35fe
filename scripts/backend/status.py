"""`diceytech status`: one view of an environment's backend and website."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.errors import PlatformError
from scripts.backend.backend import Backend
from scripts.backend.hosts import Commands, Outcome, find
from scripts.backend.lock import DAMAGED, BackendLock, Claim
from scripts.backend.store import ReleaseStore

KEYS = (
    "slot", "release", "previous", "version", "maintenance", "releases", "units", "restarts", "unsteady", "free_bytes",
)  # fmt: skip
REMEDY = "its last words are in `diceytech logs`; see docs/runbook.md, A unit does not stay up"


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is live; `website` is its release as (number, id, time), None where none is recorded or it is not asked."""

    environment: str
    site_url: str
    release: str | None
    maintenance: bool
    claim: Claim
    dead: bool
    machines: tuple[Outcome, ...]
    website: tuple[int, str, str] | None
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "environment": self.environment,
            "site_url": self.site_url,
            "backend": {
                "release": self.release,
                "maintenance": self.maintenance,
                "lock": {**vars(self.claim), "dead": self.dead} if self.claim.by else None,
                "machines": [{"id": one.host, **_machine(one)} for one in self.machines],
            },
            "website": dict(zip(("number", "id", "at"), self.website, strict=True)) if self.website else None,
            "problems": list(self.problems),
        }


def look(backend: Backend, website: tuple[int, str, str] | None, *, problems: Sequence[str] = ()) -> Status:
    """Asks every machine; raises AwsRefusedError. What is not as it should be is added to `problems`."""
    release = backend.parameter(backend.release_parameter)
    maintenance = backend.parameter(backend.maintenance_parameter) == "on"
    store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
    lock = BackendLock(store)
    claim, found, machines = lock.read(), list(problems), list[Outcome]()
    if claim == DAMAGED:
        found.append(f"{claim.what}; `diceytech unlock` ends that")
    if release is not None and not store.has_artifact_of(release):
        found.append(f"the bucket has not all of {release}, so that no machine that boots can take it; deploy again")
    try:
        machines = Commands(backend).run_on([host.id for host in find(backend)], "status")
    except PlatformError as error:
        found.append(str(error))
    if lock.dead:
        found.append(f"{claim.what} by {claim.by} was killed; the next deploy clears it up")
    found += [problem for one in machines for problem in _problems(one, release, maintenance)]
    return Status(
        environment=backend.names.environment,
        site_url=backend.outputs.site_url,
        release=release,
        maintenance=maintenance,
        claim=claim,
        dead=lock.dead,
        machines=tuple(machines),
        website=website,
        problems=tuple(found),
    )


def show(status: Status) -> None:
    """Prints it for people."""
    from rich.table import Table

    from scripts.terminal import out, plain

    out.print(f"{status.environment}  {status.site_url}", markup=False)
    website = status.website
    out.print(f"website  {f'release {website[0]} ({website[1]})' if website else 'no release'}", markup=False)
    out.print(f"backend  {status.release or 'no release'}", markup=False)
    if status.maintenance:
        out.print("maintenance is on: its page answers, not the product")
    if status.claim.by:
        kind = "locked" if status.claim.locked else "at work"
        out.print(f"lock     {kind}: {status.claim.by} since {status.claim.at}, {status.claim.what}", markup=False)
    table = Table("machine", "slot", "release", "health", "units", "free", box=None, header_style="bold")
    for one in status.machines:
        found = _machine(one)
        free = f"{found['free_bytes'] / 1e9:.1f} GB" if found["free_bytes"] else ""
        health = found["problem"] or "well"
        cells = (one.host, found["slot"] or "", found["release"] or "none", health, _units(found), free)
        table.add_row(*(plain(str(cell)) for cell in cells))
    if status.machines:
        out.print(table)
    for problem in status.problems:
        out.print(f"problem: {problem}", markup=False)


def _machine(one: Outcome) -> dict[str, Any]:
    end = one.end
    problem = end.get("problem") if one.ok else one.message
    return {**{key: end.get(key) for key in KEYS}, "problem": problem}


def _units(found: Mapping[str, Any]) -> str:
    """One word where all stay up; "" where the machine has none, or a program that does not tell."""
    unsteady = found["unsteady"]
    if unsteady is None:
        return ""
    return "; ".join(f"{unit} {why}" for unit, why in unsteady.items()) or "steady"


def _problems(one: Outcome, release: str | None, maintenance: bool) -> Iterator[str]:
    found = _machine(one)
    if found["problem"]:
        yield f"{one.host}: {found['problem']}"
    elif found["release"] != release:
        yield f"{one.host} has {found['release'] or 'no release'}, not {release or 'none'}; deploy again"
    elif bool(found["maintenance"]) != maintenance:
        yield f"{one.host} has maintenance {'on' if found['maintenance'] else 'off'}; set it again"
    for unit, why in (found["unsteady"] or {}).items():
        yield f"{one.host}: {unit} {why}; {REMEDY}"
