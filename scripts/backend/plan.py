"""What a deploy or rollback of the backend would do: a value, to be printed or carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from infra.errors import PlatformError
from scripts.backend.audit import live_before, recent, unread
from scripts.backend.backend import Backend
from scripts.backend.hosts import Commands, Host, Outcome, find
from scripts.backend.release import BackendRelease
from scripts.backend.store import ReleaseStore, released

BOOT = timedelta(minutes=5)  # from a machine's launch to its first release, as infra/components/server_fleet.py has it
NOTHING = "nothing"
SAID = {"deploy": "migrate, then go live", "deploy-without-migrating": "go live", NOTHING: "has it already"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One go-live: of `release`, or back to the release with the id `to`, on `hosts` in their order.

    `live` is what machines that boot take now, `having` the machines that are known to have the release already.
    `smoke` is the address to try afterwards, None for none. `notes` are for people: what could not be read, or is left
    out.
    """

    verb: Literal["deploy", "rollback"]
    to: str
    live: str | None
    hosts: tuple[Host, ...]
    release: BackendRelease | None = None
    uploaded: bool = True
    snapshot: bool = False
    fresh_secrets: bool = False
    smoke: str | None = None
    having: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def action(self, host: Host) -> str:
        """What the release program is told on this machine: exactly one migrates."""
        if self.verb == "rollback":
            if host.id in self.having and not self.fresh_secrets:
                return NOTHING  # the program refuses to go back to what it has
            return "rollback-fresh" if self.fresh_secrets else "rollback"
        return "deploy" if host == self.hosts[0] else "deploy-without-migrating"

    def steps(self) -> list[str]:
        """For people, in order."""
        found = list(self.notes)
        if self.release is not None:
            size = f"{self.release.artifact.size / 1e6:.1f} MB"
            found.append(f"upload {self.to} ({size})" if not self.uploaded else f"{self.to} is in the bucket already")
        found += ["take a snapshot of the database"] if self.snapshot else []
        found += [f"{host.id}: {SAID.get(self.action(host), 'go back')}" for host in self.hosts]
        found += [f"try {self.smoke} as a user would"] if self.smoke else []
        found.append(f"machines that boot take {self.to}, now {self.live or 'none'}")
        return found

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        hosts = [{"id": host.id, "action": self.action(host)} for host in self.hosts]
        named = {"verb": self.verb, "release": self.to, "live": self.live, "hosts": hosts}
        return {**named, "snapshot": self.snapshot, "smoke": self.smoke, "steps": self.steps()}


def plan_deploy(backend: Backend, release: BackendRelease, *, snapshot: bool = False, smoke: str | None = None) -> Plan:
    """A deploy of this release; raises PlatformError where there is no machine. Reads only."""
    store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
    plan = Plan(
        verb="deploy",
        to=release.id,
        live=backend.parameter(backend.release_parameter),
        hosts=tuple(find(backend)),
        release=release,
        uploaded=store.has_artifact(release.artifact) and store.has(release.id),
        snapshot=snapshot,
        smoke=smoke,
    )
    return untried_in_maintenance(backend, plan)


def plan_rollback(backend: Backend, to: str | None, *, fresh_secrets: bool = False, smoke: str | None = None) -> Plan:
    """Back to a release, or to the one that was live before; raises PlatformError where there is none. Reads only."""
    store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
    live = backend.parameter(backend.release_parameter)
    records = [] if to is not None else recent(store.history(), backend.config.artifacts.keep_releases)
    wanted = to if to is not None else _before(store, records, live)
    refuse_gone(backend, store, wanted)
    hosts, having = find(backend), frozenset[str]()
    if wanted == live and not fresh_secrets:
        # A deploy that failed may have left a machine on another release, which this is the way to bring back.
        statuses = Commands(backend).run_on([host.id for host in hosts], "status")
        having = frozenset(one.host for one in statuses if one.ok and one.end.get("release") == wanted)
        if len(having) == len(hosts):
            raise PlatformError(
                f"{wanted} is what is live, on every machine; `diceytech releases backend` lists the others"
            )
    plan = Plan(
        verb="rollback",
        to=wanted,
        live=live,
        hosts=tuple(hosts),
        having=having,
        fresh_secrets=fresh_secrets,
        smoke=smoke,
        notes=tuple(unread(records)),
    )
    return untried_in_maintenance(backend, plan)


def untried_in_maintenance(backend: Backend, plan: Plan) -> Plan:
    """The plan without its smoke test where the maintenance page answers instead of the product, and says so."""
    if plan.smoke is None or backend.parameter(backend.maintenance_parameter) != "on":
        return plan
    note = f"maintenance is on, so {plan.smoke} is not tried; `diceytech smoke --url {plan.smoke}` does once it is off"
    return replace(plan, smoke=None, notes=(*plan.notes, note))


def refuse_gone(backend: Backend, store: ReleaseStore, release_id: str) -> None:
    """Raises PlatformError where the bucket does not have the release: no machine that boots could take it."""
    if not store.has(release_id):
        raise PlatformError(
            f"there is no release {release_id!r}, or no longer (artifacts.keep_releases is "
            f"{backend.config.artifacts.keep_releases}); `diceytech releases backend` lists them"
        )
    if not store.has_artifact_of(release_id):
        raise PlatformError(
            f"{release_id} is not whole in the bucket: its artifact is gone, or its release.json is damaged; name "
            "another one with --to, or package and deploy again"
        )


def _before(store: ReleaseStore, records: Sequence[Mapping[str, Any]], live: str | None) -> str:
    found = live_before(records, live, released(store.list_keys()))
    if found is None:
        raise PlatformError("no release was live before this one; deploy, or name one with --to")
    return found


def booting(plan: Plan, statuses: Sequence[Outcome]) -> list[str]:
    """Machines that are at the start of their boot, and have nothing to be asked for or brought back to.

    They take a release by themselves, so a deploy can wait for them until the others have theirs; where there are no
    others it cannot.
    """
    born = datetime.now(UTC) - BOOT
    young = {host.id for host in plan.hosts if datetime.fromisoformat(host.launched) > born}
    bare = [one.host for one in statuses if plan.live is not None and one.ok and one.end.get("release") is None]
    found = [one.host for one in statuses if one.host in young and (one.unready or one.host in bare)]
    return found if len(found) < len(plan.hosts) else []


def refuse_unfit(plan: Plan, statuses: Sequence[Outcome]) -> None:
    """Raises PlatformError where a machine does not answer, or cannot run the release; nothing was changed yet."""
    for one in statuses:
        if not one.ok:
            raise PlatformError(
                f"{one.host} {one.message}; nothing was changed. Wait where it boots, else look into it with "
                "`diceytech exec`, or end it"
            )
    if plan.release is None:
        return
    manifest = plan.release.artifact.manifest
    wanted = (manifest["python"], manifest["platform"])
    for one in statuses:
        found = (one.end.get("python"), one.end.get("platform"))
        if found != wanted:
            raise PlatformError(
                f"{one.host} has Python {found[0]} on {found[1]}, the artifact is for {wanted[0]} on {wanted[1]}; "
                "nothing was changed"
            )
