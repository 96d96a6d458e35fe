"""`diceytech status`, `logs`, `maintenance`, `lock`, `unlock`, `exec`, `connect db` and `db restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands.options import Env, Json

if TYPE_CHECKING:
    from scripts.backend.sessions import Session

connect_app = typer.Typer(help="Reach what has no public address, by way of a server.", no_args_is_help=True)
connect_app.callback()(lambda: None)
db_app = typer.Typer(help="The database's snapshots.", no_args_is_help=True)
db_app.callback()(lambda: None)

OneHost = Annotated[str | None, typer.Option("--host", help="Id of the machine; the oldest, if not set.")]


class Switch(StrEnum):
    """The maintenance page instead of the product, or the product."""

    ON = "on"
    OFF = "off"


def status(env: Env, json: Json = False) -> None:
    """Show what is live: backend and website, each machine, locks. Exits 2 where something is not as it should be."""
    from infra.errors import PlatformError
    from scripts.backend.backend import opened
    from scripts.backend.status import look, show
    from scripts.commands.website import served
    from scripts.terminal import print_json, root

    backend = opened(root(), env)
    website = None
    try:
        website, problem = served(env)
    except PlatformError as error:  # must not hide how the backend is
        problem = str(error)
    problems = (f"the website: {problem}",) if problem else ()
    found = look(backend, website, problems=problems)
    print_json(found.as_json()) if json else show(found)
    if found.problems:
        raise typer.Exit(2)


def logs(
    env: Env,
    since: Annotated[str, typer.Option("--since", help="How far back: 15m, 2h, 1d, or a time.")] = "15m",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is new, until Ctrl-C.")] = False,
    part: Annotated[str | None, typer.Option("--part", help="backend, worker or nginx; all, if not set.")] = None,
    pattern: Annotated[str | None, typer.Option("--filter", help="A filter pattern of CloudWatch Logs.")] = None,
    json: Json = False,
) -> None:
    """Print the logs of backend, worker and nginx. With --json a line of JSON for each."""
    from json import dumps

    from scripts.backend import logs as backend_logs
    from scripts.backend.backend import opened
    from scripts.shown import shown
    from scripts.terminal import emit, root

    start = backend_logs.since(since, datetime.now(UTC))
    backend = opened(root(), env)
    wanted = backend_logs.groups(backend, part)

    def tell(events: list[backend_logs.Event]) -> None:
        for event in events:
            found = event.as_json()
            text = f"{found['time'][:23]} {event.part:<7} {event.stream}  {event.text}"
            emit((dumps(found, ensure_ascii=False) if json else shown(text)) + "\n")

    if not follow:
        tell(backend_logs.events(backend, wanted, start, pattern))
        return
    for fresh in backend_logs.following(backend, wanted, start, pattern):
        tell(list(fresh))


def maintenance(env: Env, switch: Annotated[Switch, typer.Argument(help="on or off.")], json: Json = False) -> None:
    """Show the maintenance page instead of the product, or end it. On every machine, and those that boot later."""
    from scripts.backend.backend import opened
    from scripts.backend.maintenance import turn
    from scripts.backend.report import line_shown
    from scripts.terminal import print_json, root

    outcomes = turn(opened(root(), env), switch.value, line_shown)
    if json:
        print_json([{"id": one.host, "exit": one.exit, "message": one.message} for one in outcomes])
    else:
        typer.echo(f"maintenance is {switch.value} on {len(outcomes)} machine{'s' if len(outcomes) > 1 else ''}")


def lock(
    env: Env,
    reason: Annotated[str, typer.Option("--reason", help="Why; whoever wants to deploy reads it.")],
    json: Json = False,
) -> None:
    """Lock deploys of the backend until `unlock`."""
    from scripts.backend.backend import opened
    from scripts.backend.lock import BackendLock, Claim
    from scripts.backend.store import ReleaseStore
    from scripts.terminal import out, print_json, root
    from scripts.website.apply import now
    from scripts.website.deploy import who

    backend = opened(root(), env)
    claim = Claim(by=who(), what=reason, at=now())
    BackendLock(ReleaseStore(backend.session, backend.outputs.artifacts_bucket)).lock(claim)
    text = f"deploys of {env} are locked by {claim.by}: {reason}"
    print_json(vars(claim)) if json else out.print(text, markup=False)


def unlock(env: Env, json: Json = False) -> None:
    """End a lock, or the claim of a deploy that was killed. Exits 75 where a deploy is alive."""
    from scripts.backend.backend import opened
    from scripts.backend.lock import BackendLock
    from scripts.backend.store import ReleaseStore
    from scripts.terminal import out, print_json, root

    backend = opened(root(), env)
    ended = BackendLock(ReleaseStore(backend.session, backend.outputs.artifacts_bucket)).unlock()
    text = f"ended: {ended.what} by {ended.by}, since {ended.at}" if ended.by else "nothing was locked"
    print_json(vars(ended)) if json else out.print(text, markup=False)


def exec_(
    env: Env,
    words: Annotated[
        list[str] | None, typer.Argument(help="Command of the live release, such as `manage.py shell`; none: a shell.")
    ] = None,
    host: OneHost = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the aws command, and do nothing.")] = False,
) -> None:
    """Run a command of the live release on a server. By Session Manager; the aws command is shown."""
    from scripts.backend import sessions as backend_sessions
    from scripts.backend.backend import opened
    from scripts.backend.hosts import find
    from scripts.terminal import root

    backend = opened(root(), env)
    machine = backend_sessions.chosen(find(backend), host)
    _session(backend_sessions.on_machine(backend, machine, words or ()), only_print=only_print)


@connect_app.command("db")
def connect_db(
    env: Env,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine.")] = 15432,
    host: OneHost = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the aws command, and do nothing.")] = False,
) -> None:
    """The database at a port of this machine. By Session Manager; the aws command is shown."""
    from scripts.backend import sessions as backend_sessions
    from scripts.backend.backend import opened
    from scripts.backend.hosts import find
    from scripts.terminal import root

    backend = opened(root(), env)
    machine = backend_sessions.chosen(find(backend), host)
    _session(backend_sessions.to_database(backend, machine, port), only_print=only_print)


@db_app.command("restore")
def db_restore(
    env: Env,
    snapshot: Annotated[str, typer.Option("--snapshot", help="Name of the snapshot.")],
    name: Annotated[str, typer.Option("--as", help="Name of the database to make; must be free.")],
    plan: Annotated[bool, typer.Option("--plan", help="Print what would be made; exits 2.")] = False,
    json: Json = False,
) -> None:
    """Restore a snapshot beside the running database. That one is not touched; how to switch is printed."""
    from scripts.backend import database_snapshot
    from scripts.backend.backend import opened
    from scripts.terminal import print_json, root

    backend = opened(root(), env)
    wanted = database_snapshot.plan(backend, snapshot=snapshot, name=name)
    if not plan:
        database_snapshot.restore(backend, wanted)
    steps = wanted.next_steps(env)
    if json:
        print_json({"request": dict(wanted.request), "began": not plan, "next": steps})
    else:
        verb = "would be restored" if plan else "is being restored, which takes RDS minutes,"
        typer.echo("\n".join([f"{snapshot} {verb} as {name}; to switch once it is available:", *steps]))
    if plan:
        raise typer.Exit(2)


def _session(session: Session, *, only_print: bool) -> None:
    from scripts.backend import sessions as backend_sessions

    typer.echo("\n".join([session.text, *session.notes]))
    if not only_print and (code := backend_sessions.start(session)):
        raise typer.Exit(code)
