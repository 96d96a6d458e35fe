"""Carrying out a plan: machine by machine, stopped by the first that fails, the release parameter written last."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from infra.errors import PlatformError
from scripts.backend import prune as backend_prune
from scripts.backend.audit import DONE, Record, now
from scripts.backend.backend import Backend
from scripts.backend.hosts import Commands, Host, Line, OnLine, Outcome, running
from scripts.backend.lock import BackendLock, Claim, HeldError
from scripts.backend.plan import NOTHING, Plan, booting, refuse_gone, refuse_unfit, untried_in_maintenance
from scripts.backend.store import ReleaseStore
from scripts.backend.way_back import WayBack, left_to_another

LATE_ATTEMPTS, LATE_PAUSE = 60, 5.0  # seconds between two tries on a machine that boots
LATE_DELIVERY = 600  # seconds that a machine which is just booting gets to take a command

Say = Callable[[str], None]
Check = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a deploy is carried out with.

    `program` is the release program's bytes, `take_snapshot` gives a snapshot's name once it is there, `smoke` what is
    wrong with the site, or None.
    """

    program: bytes
    by: str
    on_line: OnLine
    say: Say
    take_snapshot: Callable[[str], str]
    smoke: Check


class DeployFailedError(PlatformError):
    """A machine or the site did not take the release; the message says what is live now."""


def carry_out(backend: Backend, plan: Plan, means: Means) -> Record:
    """Does what the plan says; gives the audit record. Raises HeldError, AwsRefusedError or DeployFailedError."""
    store = ReleaseStore(backend.session, backend.outputs.artifacts_bucket)
    lock = BackendLock(store)
    record = Record(by=means.by, verb=plan.verb, release=plan.to, before=plan.live, began=now())
    claim = Claim(by=means.by, what=f"{plan.verb} of {plan.to}", at=record.began[:19] + "Z")
    with lock.held(claim):
        try:
            _GoLive(backend, plan, means, store, lock, record).run()
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            if record.result != DONE:
                record.result = "interrupted" if interrupted else "failed"
            record.message = str(error) or ("interrupted" if interrupted else type(error).__name__)
            raise
        finally:
            record.ended = now()
            _keep(store, record, means.say)
    return record


def _keep(store: ReleaseStore, record: Record, say: Say) -> None:
    """Writes the audit record; that this fails must not hide what came of the deploy."""
    try:
        store.record(record.key, record.as_json())
    except PlatformError as error:
        say(f"the audit record is not kept: {error}")


class _GoLive:
    """One run of a plan."""

    def __init__(
        self, backend: Backend, plan: Plan, means: Means, store: ReleaseStore, lock: BackendLock, record: Record
    ) -> None:
        self._backend, self._plan, self._means = backend, plan, means
        self._store, self._lock, self._record = store, lock, record
        self._commands = Commands(backend, means.on_line)
        self._before: dict[str, str | None] = {}
        self._ordered: dict[str, Outcome | None] = {}

    def run(self) -> None:
        self._look_again()
        plan, means = self._plan, self._means
        self._store.put_program(means.program)
        if plan.release is not None:
            means.say(f"uploading {plan.to}" if self._store.publish(plan.release) else f"{plan.to} is uploaded")
        self._look()
        if plan.snapshot:
            self._record.snapshot = means.take_snapshot(plan.to)
        self._switch_all()
        try:
            self._late()
        except DeployFailedError:
            raise
        except PlatformError as error:
            told = f"{plan.to} is live, and recorded as done; a machine that booted meanwhile may have another one"
            raise DeployFailedError(f"{error}; {told}, which `diceytech status` shows") from error
        self._prune()

    def _switch_all(self) -> None:
        """Machine by machine, then the site, then what machines that boot take; whatever ends it, the way back comes.

        Raises DeployFailedError, KeyboardInterrupt, or HeldError where another deploy took over: its is the fleet.
        """
        plan = self._plan
        try:
            for host in plan.hosts:
                self._lock.refuse_lost()
                outcome = self._order(host, plan.action(host))
                if not outcome.ok:
                    raise DeployFailedError(f"{host.id}: {outcome.message} (exit {outcome.exit})")
            if plan.smoke is not None and (problem := self._smoke(plan.smoke)):
                raise DeployFailedError(f"{plan.smoke}: {problem}")
            self._set_parameter()
        except HeldError as error:
            self._leave_to_another(error)
        except BaseException as error:
            self._give_up(error)

    def _set_parameter(self) -> None:
        """Writes what machines that boot take; where the answer is lost it may be written all the same."""
        name, to = self._backend.release_parameter, self._plan.to
        try:
            self._backend.set_parameter(name, to)
        except (PlatformError, KeyboardInterrupt) as error:
            try:
                written = self._backend.parameter(name) == to
            except PlatformError:
                raise DeployFailedError(f"{error}; it is not known whether machines that boot take {to}") from error
            if not written:
                raise
            self._record.result = DONE
            if isinstance(error, KeyboardInterrupt):
                raise
        self._record.result = DONE

    def _smoke(self, url: str) -> str | None:
        """What is wrong with the site; a test that breaks off has not seen it work, and the way back is the same."""
        try:
            return self._means.smoke(url)
        except Exception as error:
            return f"the smoke test broke off ({type(error).__name__})"

    def _look_again(self) -> None:
        """What may have changed between plan and lock; raises PlatformError where that was why to roll back."""
        live = self._backend.parameter(self._backend.release_parameter)
        if self._plan.verb == "rollback":
            refuse_gone(self._backend, self._store, self._plan.to)
            if live != self._plan.live:
                raise PlatformError(
                    f"{live} went live after this rollback was planned; nothing was changed. Run it again where it is "
                    "still wanted"
                )
        self._plan = untried_in_maintenance(self._backend, replace(self._plan, live=live))
        self._record.before = live
        for note in self._plan.notes:
            self._means.say(note)

    def _look(self) -> None:
        """What each machine has live; raises PlatformError where one does not answer, or is of another kind."""
        self._means.say(f"asking {len(self._plan.hosts)} machines")
        statuses = self._commands.run_on([host.id for host in self._plan.hosts], "status")
        boots = booting(self._plan, statuses)
        for host in boots:
            self._means.say(f"{host} boots, and gets {self._plan.to} at the end")
        self._plan = replace(self._plan, hosts=tuple(one for one in self._plan.hosts if one.id not in boots))
        statuses = [one for one in statuses if one.host not in boots]
        refuse_unfit(self._plan, statuses)
        self._before = {one.host: one.end.get("release") for one in statuses}
        having = frozenset(host for host, release in self._before.items() if release == self._plan.to)
        self._plan = replace(self._plan, having=having)

    def _order(self, host: Host, action: str) -> Outcome:
        if action == NOTHING:
            self._means.say(f"{host.id} has it already")
            return self._kept(action, Outcome(host=host.id, exit=0, message=""))
        self._means.say(f"{host.id}: {action}")
        self._ordered[host.id] = None
        try:
            outcome = self._commands.run(host.id, action, self._plan.to)
        except KeyboardInterrupt:
            self._cancel()
            raise
        self._ordered[host.id] = outcome
        return self._kept(action, outcome)

    def _kept(self, action: str, outcome: Outcome) -> Outcome:
        """The outcome, which is in the audit record now."""
        found = {"host": outcome.host, "action": action, "exit": outcome.exit, "message": outcome.message}
        self._record.hosts.append({**found, "steps": [_short(line) for line in outcome.lines]})
        return outcome

    def _cancel(self) -> None:
        try:
            self._commands.cancel()
        except PlatformError as error:
            self._quietly(str(error))

    def _leave_to_another(self, error: HeldError) -> NoReturn:
        if not self._ordered:
            raise error
        raise left_to_another(error, self._ordered, self._plan.to) from error

    def _give_up(self, error: BaseException) -> NoReturn:
        """Brings machines that were switched back to what they had; raises the error with what each has now."""
        interrupted = isinstance(error, KeyboardInterrupt)
        why = str(error) or ("interrupted" if interrupted else type(error).__name__)
        if self._record.result == DONE:  # machines that boot take it, so there is nothing to go back from
            self._quietly(f"{why}; {self._plan.to} is live, and recorded as done")
            raise error
        try:
            self._lock.refuse_lost()
        except HeldError as lost:
            self._leave_to_another(lost)
        except PlatformError as silent:  # whether it is lost is not known, and a mixed fleet would be certain
            self._quietly(str(silent))
        if interrupted and self._ordered:
            self._quietly("interrupted: machines that took the release go back; a second Ctrl-C ends that too")
        commands = Commands(self._backend, self._line_quietly)
        way_back = WayBack(commands=commands, to=self._plan.to, before=self._before, refuse_lost=self._lock.refuse_lost)
        told = way_back.go(self._ordered)
        live = f"live is {self._plan.live or 'no release'}, as before"
        text = "; ".join([why, *(told or [live])]) + ". docs/runbook.md says what to do"
        if interrupted:
            self._quietly(text)
            raise KeyboardInterrupt(text) from error
        if isinstance(error, PlatformError):
            raise DeployFailedError(text) from error
        self._quietly(text)
        raise error

    def _quietly(self, text: str) -> None:
        """Says it where somebody listens: after the terminal's end nobody does, and the way back goes on."""
        with suppress(OSError):
            self._means.say(text)

    def _line_quietly(self, host: str, line: Line) -> None:
        with suppress(OSError):
            self._means.on_line(host, line)

    def _late(self) -> None:
        """Machines that booted meanwhile took the release before, so they get this one now."""
        known, now_running = {host.id for host in self._plan.hosts}, running(self._backend)
        if not now_running:
            raise DeployFailedError(f"no machine runs any more; those that boot take {self._plan.to}, recorded as done")
        for host in (one for one in now_running if one.id not in known):
            self._means.say(f"{host.id} came up meanwhile")
            outcome = self._kept("install", self._install(host))
            if not outcome.ok and not self._runs(host):
                self._means.say(f"{host.id} ended while it booted, and is left out")
            elif not outcome.ok:
                raise DeployFailedError(
                    f"{host.id}, which booted meanwhile, did not take {self._plan.to}: {outcome.message}; it is live "
                    "everywhere else, so end that machine, or deploy again"
                )

    def _prune(self) -> None:
        """Removes old releases from the bucket; that this fails is no failure of the deploy."""
        keep = self._backend.config.artifacts.keep_releases
        try:
            self._lock.refuse_lost()
            wanted = backend_prune.plan(self._store, live=self._plan.to, before=self._plan.live, keep=keep)
            backend_prune.carry_out(self._store, wanted)
        except PlatformError as error:
            self._means.say(f"old releases stay in the bucket: {error}")
            return
        for note in wanted.notes:
            self._means.say(note)
        self._record.pruned = list(wanted.releases)
        if wanted.releases:
            self._means.say(f"removed from the bucket: {', '.join(wanted.releases)}")

    def _install(self, host: Host) -> Outcome:
        """Waits for the machine's own boot, which may hold the machine's lock, or not have got as far as its agent."""
        for _attempt in range(LATE_ATTEMPTS):
            outcome = self._commands.run(host.id, "install", self._plan.to, delivery=LATE_DELIVERY)
            if (outcome.exit != HeldError.exit_code and not outcome.unready) or not self._runs(host):
                break
            time.sleep(LATE_PAUSE)
        return outcome

    def _runs(self, host: Host) -> bool:
        """Whether the machine still runs: one that is replaced while it boots takes nothing any more."""
        return host.id in {one.id for one in running(self._backend)}


def _short(line: Any) -> dict[str, Any]:
    return {key: line[key] for key in ("step", "state", "seconds", "message") if key in line}
