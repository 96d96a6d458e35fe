"""`diceytech deploy|rollback|releases backend`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.options import Env, Json
from scripts.commands.telling import telling

if TYPE_CHECKING:
    from scripts.backend.audit import Record
    from scripts.backend.backend import Backend
    from scripts.backend.deploy import Means
    from scripts.backend.plan import Plan

PlanOnly = Annotated[bool, typer.Option("--plan", help="Print what would be done; exits 2 where that is anything.")]
Smoke = Annotated[bool, typer.Option("--smoke/--no-smoke", help="Try the site afterwards, where product.smoke is set.")]
SmokeUrl = Annotated[str | None, typer.Option("--smoke-url", help="Address to try instead of the site's own.")]


def deploy_backend(
    env: Env,
    artifact: Annotated[
        Path | None, typer.Option("--artifact", help="Deploy this artifact instead of packaging the backend.")
    ] = None,
    snapshot: Annotated[bool, typer.Option("--snapshot", help="First take a snapshot of the database.")] = False,
    plan: PlanOnly = False,
    smoke: Smoke = True,
    smoke_url: SmokeUrl = None,
    json: Json = False,
) -> None:
    """Deploy the backend, machine by machine. The first one migrates; no request is lost."""
    from scripts.backend.backend import opened
    from scripts.backend.plan import plan_deploy
    from scripts.backend.release import artifact_of, release_of
    from scripts.terminal import root

    backend = opened(root(), env)
    address = _address(backend, smoke=smoke, url=smoke_url)
    with TemporaryDirectory() as room:
        release = release_of(backend, artifact_of(artifact or _packaged(backend, Path(room))))
        wanted = plan_deploy(backend, release, snapshot=snapshot, smoke=address)
        _finish(backend, wanted, only_plan=plan, json=json)


def rollback_backend(
    env: Env,
    to: Annotated[str | None, typer.Option("--to", help="Id of a release; the one before, if not set.")] = None,
    fresh_secrets: Annotated[
        bool, typer.Option("--fresh-secrets", help="With secrets as they are now, not as the release had them.")
    ] = False,
    plan: PlanOnly = False,
    smoke: Smoke = True,
    smoke_url: SmokeUrl = None,
    json: Json = False,
) -> None:
    """Go back to an older release of the backend. The database stays as it is."""
    from scripts.backend.backend import opened
    from scripts.backend.plan import plan_rollback
    from scripts.terminal import root

    backend = opened(root(), env)
    address = _address(backend, smoke=smoke, url=smoke_url)
    wanted = plan_rollback(backend, to, fresh_secrets=fresh_secrets, smoke=address)
    _finish(backend, wanted, only_plan=plan, json=json)


def releases_backend(
    env: Env,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many, the newest first.")] = 20,
    json: Json = False,
) -> None:
    """List the backend's deploys and rollbacks, newest first. Who, when, and what came of it."""
    from scripts.backend.audit import listed
    from scripts.backend.backend import opened
    from scripts.backend.report import show_releases
    from scripts.backend.store import ReleaseStore, released
    from scripts.terminal import print_json, root

    backend = opened(root(), env)
    store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
    rows = listed(store.records(limit), backend.parameter(backend.release_parameter), released(store.list_keys()))
    print_json(rows) if json else show_releases(rows)


def _finish(backend: Backend, plan: Plan, *, only_plan: bool, json: bool) -> None:
    from scripts.backend.deploy import carry_out
    from scripts.ends import interrupt_at_the_end
    from scripts.terminal import print_json

    if only_plan:
        print_json(plan.as_json()) if json else typer.echo("\n".join(plan.steps()))
        raise typer.Exit(2)
    interrupt_at_the_end()
    record = carry_out(backend, plan, _means(backend, gated=plan.smoke is not None))
    summary = _summary(backend, record)
    with telling(summary):
        print_json(record.as_json()) if json else typer.echo(summary)


def _summary(backend: Backend, record: Record) -> str:
    machines = len(record.hosts)
    return f"{record.release} is live on {machines} machine{'s' if machines > 1 else ''} of {backend.names.environment}"


def _means(backend: Backend, *, gated: bool) -> Means:
    from scripts.backend import database_snapshot
    from scripts.backend.deploy import Means
    from scripts.backend.report import line_shown, say
    from scripts.repository import root
    from scripts.website.deploy import who

    def snapshot(release: str) -> str:
        return database_snapshot.take(backend, release, lambda now, seconds: say(f"snapshot {now}, {seconds:.0f} s"))

    password = _gate_password(backend) if gated else None  # asked for before anything is changed
    return Means(
        program=(root() / "server/release.py").read_bytes(),
        by=who(),
        on_line=line_shown,
        say=say,
        take_snapshot=snapshot,
        smoke=lambda url: _smoke(backend, url, password),
    )


def _smoke(backend: Backend, url: str, password: str | None) -> str | None:
    """What is wrong with the site, in one line."""
    from infra.errors import PlatformError
    from scripts.smoke import smoke
    from scripts.smoke.http import gate_cookie
    from scripts.smoke.steps import steps

    gate, (name, secret) = backend.config.website.gate, smoke.account()
    try:
        cookie = gate_cookie(url, gate.username, password, timeout=15.0) if gate and password else None
    except PlatformError as error:
        return str(error)
    flow = steps(name=name, password=secret, version=None)
    results = smoke.run(url, flow, timeout=15.0, cookie=cookie, on=lambda _: None)
    failed = [one for one in results if one.problem is not None]
    return f"smoke, {failed[0].step.name}: {failed[0].problem}" if failed else None


def _gate_password(backend: Backend) -> str | None:
    from scripts.secrets.secrets import Store

    gate = backend.config.website.gate
    return Store(backend.session, backend.config, backend.names).get(gate.secret) if gate else None


def _address(backend: Backend, *, smoke: bool, url: str | None) -> str | None:
    from scripts.smoke.smoke import base_url

    if not smoke or backend.config.product.smoke == "none":
        return None
    return base_url(url if url is not None else backend.outputs.site_url, option="--smoke-url")


def _packaged(backend: Backend, room: Path) -> Path:
    from scripts.package.backend import build, plan
    from scripts.package.target import target_of
    from scripts.terminal import err, root

    wanted = plan(root(), backend.config.product, target_of(backend.config.server))
    with err.status(f"packaging {wanted.version.text}"):
        return build(wanted, room).path
