"""Runs a command on one machine of a fleet at a time: the one that holds a lock in the product's database.

    leader.py COMMAND...

Packaged with each release, and run by its Python, in its directory and with its environment: the scheduler's unit runs
on every machine, and this decides on which one the command does. The lock is PostgreSQL's advisory lock of a session:
it goes with the session, however that ends, and another machine takes it within seconds. A session that does not answer
for SILENCE seconds counts as lost; the command is killed then, as another machine may have the lock. Without a
database this waits, and connects anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

LOCK = (0x64696365, 1)  # the two keys of the advisory lock: "dice", and the scheduler
PAUSE = 2.0  # seconds between two looks
SILENCE = 15.0
# Either side ends the session within 20 s where the other has vanished; the system's own default is two hours, or 15
# minutes where something that was sent is not acknowledged: keepalives do not run then.
SERVER = (
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 20000"
)
CLIENT = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20000}
CONNECTS_WITHIN = 10  # seconds, where the product does not say
HELD = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND granted AND (classid, objid) = (%s, %s)"


class AwayError(Exception):
    """The database does not answer, or has ended the session; it may be back the next time."""


class Lock(Protocol):
    """What decides; both raise AwayError where the database is gone."""

    def take(self) -> bool:
        """Whether it is ours now."""

    def held(self) -> bool:
        """Whether it still is."""


class DatabaseLock:
    """The advisory lock, in a session of Django's default database, which is PostgreSQL."""

    def __init__(self) -> None:
        sys.path.insert(0, str(Path.cwd()))
        import_module("django").setup()
        self._connection = import_module("django.db").connection
        options = self._connection.settings_dict["OPTIONS"]
        options.update(CLIENT)
        options.setdefault("connect_timeout", CONNECTS_WITHIN)
        errors = import_module("django.db.utils")
        self._gone = (errors.OperationalError, errors.InterfaceError)
        self._session: object = None  # the one that has keepalives

    def take(self) -> bool:
        """Whether it is ours now; does not wait for it."""
        return bool(self._ask("SELECT pg_try_advisory_lock(%s, %s)", LOCK))

    def held(self) -> bool:
        """Whether it still is; a session that was made anew does not have it."""
        return bool(self._ask(HELD, LOCK))

    def _ask(self, statement: str, parameters: Sequence[int] | None = None) -> Any:
        try:
            with self._connection.cursor() as cursor:
                if self._session is not self._connection.connection:
                    cursor.execute(SERVER)
                    self._session = self._connection.connection
                cursor.execute(statement, parameters)
                return cursor.fetchone()[0]
        except self._gone as error:
            self._connection.close()  # the next question opens a session of its own
            raise AwayError(last_line(error)) from error


class Child:
    """The command while it runs; it is stopped when this process is."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen([sys.executable, *command])  # noqa: S603 - the product's own command
        self._stopping = False
        signal.signal(signal.SIGTERM, self._stop)

    def ended(self, seconds: float) -> int | None:
        """Its exit code, 0 where it was stopped; None where it runs on after so many seconds."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return 0 if self._stopping and code == -signal.SIGTERM else code

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        self._process.terminate()


class Watch:
    """Calls `lost` once the database was not heard for `silence` seconds, also while a question to it hangs."""

    def __init__(self, lost: Callable[[], None], silence: float) -> None:
        self._lost, self._silence, self._heard = lost, silence, time.monotonic()
        threading.Thread(target=self._run, daemon=True).start()

    def heard(self) -> None:
        """It has answered."""
        self._heard = time.monotonic()

    def _run(self) -> None:
        while time.monotonic() - self._heard < self._silence:
            time.sleep(self._silence / 20)
        self._lost()


def lead(lock: Lock, command: Sequence[str], *, pause: float = PAUSE, silence: float = SILENCE) -> int:
    """Waits for the lock, then runs the command to its end; its exit code, 1 where the lock was lost."""
    wait_for(lock, pause)
    say("this machine has the scheduler")
    child = Child(command)
    watch = Watch(lambda: _give_up(child, f"the database was silent for {silence:g} s"), silence)
    try:
        while (code := child.ended(pause)) is None:
            if why := lost(lock):
                child.kill()
                say(f"{why}; the command was killed")
                return 1
            watch.heard()
    except BaseException:
        child.kill()
        raise
    return code


def wait_for(lock: Lock, pause: float) -> None:
    """Until the lock is ours; says once what it waits for."""
    told = None
    while True:
        try:
            if lock.take():
                return
            why = "another machine has the scheduler; waiting"
        except AwayError as error:
            why = f"the database is away ({error}); waiting"
        if why != told:
            say(why)
        told = why
        time.sleep(pause)


def lost(lock: Lock) -> str | None:
    """Why the lock is no longer ours; None where it is."""
    try:
        return None if lock.held() else "the lock is lost"
    except AwayError as error:
        return f"the lock is lost with the database ({error})"


def last_line(error: Exception) -> str:
    """What a database's error says last, which is why, or its name."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__


def say(text: str) -> None:
    """One line for the journal."""
    print(text, flush=True)


def _give_up(child: Child, why: str) -> None:
    child.kill()
    say(f"{why}: another machine may have the scheduler; the command was killed")
    os._exit(1)


if __name__ == "__main__":
    sys.exit(lead(DatabaseLock(), sys.argv[1:]))
