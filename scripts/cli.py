"""`diceytech`: the command that people and pipelines type.

Exit codes: 0 done or nothing to do; 1 an error, a usage error included; 2 differences found, or refused; 75 a lock is
held. Commands import what they need when they run, so that `--help` stays quick.
"""

from __future__ import annotations

import atexit
import copy
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import UsageError

from infra.errors import PlatformError
from scripts.commands.backend import deploy_backend, releases_backend, rollback_backend
from scripts.commands.changes import preview, up
from scripts.commands.config import config_app, env_app, init
from scripts.commands.cost import cost
from scripts.commands.diff import diff, promote
from scripts.commands.live import live
from scripts.commands.local import local_app
from scripts.commands.machine import machine_app
from scripts.commands.operate import connect_app, db_app, exec_, lock, logs, maintenance, status, unlock
from scripts.commands.options import COMPLETE_VARIABLE, Env, Json, OneEnv, Out, ShowCompletion
from scripts.commands.package import package_app
from scripts.commands.pipeline import pipeline_app
from scripts.commands.product import demo, smoke
from scripts.commands.secrets import secrets_app
from scripts.commands.state import bootstrap, drift, recover
from scripts.commands.website import deploy_app, releases_app, rollback_app

UsageError.exit_code = 1  # 2 means differences here
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
FOREIGN = (("local", "run"), ("machine", "run"))  # what follows is another program's, also without `--`

app = typer.Typer(
    name="diceytech",
    help="Provision, deploy and change a Django + React product on AWS; rehearse all of it with no AWS account.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def top(show_completion: ShowCompletion = None) -> None:
    """Provision, deploy and change a Django + React product on AWS; rehearse all of it with no AWS account."""


class Engine(StrEnum):
    """What runs the program in a rehearsal."""

    IN_PROCESS = "in-process"
    PULUMI = "pulumi"


@app.command("rehearse")
def rehearse(
    env: Env = "dev",
    engine: Annotated[
        Engine, typer.Option("--engine", help="The program alone, in this process; or the real Pulumi engine.")
    ] = Engine.IN_PROCESS,
    json: Json = False,
) -> None:
    """Bring an environment up in an emulated AWS. No account is needed, and nothing leaves this machine."""
    from scripts.terminal import root

    if engine is Engine.PULUMI:
        from scripts.rehearse_engine import rehearse as bring_up
    else:
        from scripts.rehearse import rehearse as bring_up
    bring_up(root(), env, json=json)


@app.command("graph")
def graph(
    env: Env,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the graph as JSON to this file (- for output).")
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw the graph to this file.")] = None,
    applied: Annotated[bool, typer.Option("--applied", help="With ids and outputs, of an emulated AWS.")] = False,
) -> None:
    """Write or draw the plan of an environment. Touches nothing."""
    from scripts.graph import write_graph
    from scripts.terminal import root

    write_graph(root(), env, json=json, svg=svg, applied=applied)


@app.command("render")
def render(
    name: Annotated[str | None, typer.Argument(help="What to render, of those that --list shows.")] = None,
    env: OneEnv = None,
    out: Out = None,
    rehearsed: Annotated[bool, typer.Option("--rehearsed", help="With the outputs of an emulated AWS.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List what can be rendered.")] = False,
) -> None:
    """Write one of an environment's files. Such as nginx's site, units, user data, variables of Django and React."""
    from scripts.render import show_list, write_rendered
    from scripts.terminal import root

    if list_:
        show_list()
        return
    if name is None or env is None:
        raise PlatformError("what to render, and for which environment? pass NAME --env ENV; --list shows the names")
    write_rendered(root(), name, env, out, rehearsed=rehearsed)


@app.command("controls")
def controls(
    env: Env,
    plan: Annotated[
        bool, typer.Option("--plan", help="Run the program alone: quick, and blind for what only the apply tells.")
    ] = False,
    preview: Annotated[
        Path | None, typer.Option("--preview", help="A file of `pulumi preview --json --show-sames`, instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Hold an environment against security controls. AWS's and the platform's own; exits 2 for an open finding."""
    from scripts.controls import as_json, held, held_preview, show
    from scripts.terminal import print_json, root

    report = held_preview(root(), env, preview) if preview else held(root(), env, plan=plan)
    print_json(as_json(report)) if json else show(report, env)
    if not report.ok:
        raise typer.Exit(2)


@app.command("permissions")
def permissions(
    env: Env,
    out: Out = None,
    json: Json = False,
) -> None:
    """Hold the infrastructure role against a recorded rehearsal. Exits 2 where it may not do what was recorded."""
    from scripts.permissions import as_json, examine, show, write
    from scripts.terminal import print_json, root

    verdict = examine(root(), env)
    if out is not None:
        write(verdict, env, out)
    print_json(as_json(verdict, env)) if json else show(verdict, env)
    if verdict.uncovered:
        raise typer.Exit(2)


@app.command("doctor")
def doctor(
    env: OneEnv = None,
    aws: Annotated[bool, typer.Option("--aws", help="Also insist on what a real AWS account needs.")] = False,
    json: Json = False,
) -> None:
    """Say what is there, what is missing, and how to fix it. Exits 1 when something is missing."""
    from scripts.doctor.doctor import as_json, examine, show
    from scripts.terminal import print_json, root

    findings = examine(root(), env, aws=aws)
    print_json(as_json(findings)) if json else show(findings)
    if any(finding.status == "missing" for finding in findings):
        raise typer.Exit(1)


app.command("init")(init)
app.command("cost")(cost)
app.command("diff")(diff)
app.command("promote")(promote)
app.command("preview")(preview)
app.command("up")(up)
app.command("bootstrap")(bootstrap)
app.command("drift")(drift)
app.command("recover")(recover)
app.command("smoke")(smoke)
app.command("live")(live)
app.command("demo")(demo)
app.add_typer(machine_app, name="machine")
app.add_typer(package_app, name="package")
app.add_typer(config_app, name="config")
app.add_typer(env_app, name="env")
app.add_typer(secrets_app, name="secrets")
app.add_typer(local_app, name="local")
app.add_typer(pipeline_app, name="pipeline")
deploy_app.command("backend")(deploy_backend)
rollback_app.command("backend")(rollback_backend)
releases_app.command("backend")(releases_backend)
app.command("status")(status)
app.command("logs")(logs)
app.command("maintenance")(maintenance)
app.command("lock")(lock)
app.command("unlock")(unlock)
app.command("exec")(exec_)
app.add_typer(connect_app, name="connect")
app.add_typer(db_app, name="db")
app.add_typer(deploy_app, name="deploy")
app.add_typer(rollback_app, name="rollback")
app.add_typer(releases_app, name="releases")


def main() -> None:
    """Entry point: one clear message for what a person can mend, and no traceback for it."""
    # A command is over in seconds, and its imports make millions of objects that stay: collecting them takes a third of
    # a plan's time or more. Frozen, they are not walked once more when Python ends.
    gc.disable()
    atexit.register(gc.freeze)
    signal.signal(signal.SIGINT, _interrupt)
    _prepare_streams()
    if COMPLETE_VARIABLE in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    try:
        _run()
    except PlatformError as error:
        _fail(str(error), code=error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted", code=INTERRUPTED)
    except BrokenPipeError:
        _discard_output()  # the reader, such as `head`, has enough
        sys.exit(1)
    except OSError as error:
        _discard_output()
        _fail(f"{error.filename or 'standard output'}: {error.strerror or error}")


def _interrupt(_signal: int, _frame: object) -> None:
    """Ends the command; where a library swallows the interrupt, the process ends all the same after two seconds."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda *_: os._exit(INTERRUPTED))
        signal.setitimer(signal.ITIMER_REAL, 2)
    raise KeyboardInterrupt


def _refuse_empty(words: Sequence[str]) -> None:
    """Raises PlatformError for an option that is there and empty: in a script, a variable that is not set."""
    if tuple(words[:2]) in FOREIGN:
        return
    own = list(takewhile(lambda word: word != "--", words))
    empty = [option for option, value in pairwise(own) if option.startswith("-") and not value]
    empty += [word[:-1] for word in own if word.startswith("--") and word.endswith("=") and word.count("=") == 1]
    if empty:
        raise PlatformError(f"{empty[0]}: is empty; give it a value, or leave it out")


def _run() -> None:
    _refuse_empty(sys.argv[1:])
    try:
        _named(sys.argv[1:])(prog_name="diceytech")
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            raise KeyboardInterrupt from None
        sys.stdout.flush()
        raise


def _named(words: list[str]) -> typer.Typer:
    """The application with the command that is asked for alone: making the options of all fifty takes 0.1 s."""
    commands = [one for one in app.registered_commands if one.name in words[:1]]
    groups = [one for one in app.registered_groups if one.name in words[:1]]
    if not commands and not groups:
        return app
    narrow = copy.copy(app)
    narrow.registered_commands, narrow.registered_groups = commands, groups
    return narrow


def _prepare_streams() -> None:
    """A closed stream is as good as /dev/null, and a letter that the locale lacks is no reason to fail."""
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _discard_output() -> None:
    """What standard output does not take would fail again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, *, code: int = 1) -> None:
    from scripts.terminal import err

    err.print("[red]error[/] ", end="")
    err.print(message, markup=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
