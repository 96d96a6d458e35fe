"""The stand-in for the SSM agents: runs a command's steps on the booted machines, as many at a time as was asked.

A machine that is off is waited for as long as the command may take to be delivered. Where the power goes away during a
step, the stand-in says at once what AWS would say after the step's time-out; whether the real agent would run the step
again after the boot is not shown.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError
from rehearsal.machine.ssm_commands import Command, Invocation, Step, allowed

Machines = Callable[[], Mapping[str, Machine]]
LOST_POWER = 128 + signal.SIGKILL


class SsmAgents:
    """All machines' agents; `machines` tells which there are."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._running: dict[tuple[str, str], subprocess.Popen[str]] = {}
        self._lock = threading.Lock()

    def begin(self, command: Command) -> None:
        """Begins to carry the command out; its invocations tell how far it is."""
        threading.Thread(target=self._carry_out, args=(command,), daemon=True).start()

    def cancel(self, command: Command) -> None:
        """Ends what runs of it, and lets nothing more begin."""
        command.cancelled.set()
        with self._lock:
            running = [process for (key, _), process in self._running.items() if key == command.id]
        for process in running:
            _kill(process)

    def _carry_out(self, command: Command) -> None:
        machines = len(command.invocations)
        at_once = max(1, allowed(command.max_concurrency, machines))
        most = allowed(command.max_errors, machines)

        def one(invocation: Invocation) -> None:
            failed = sum(other.status in ("Failed", "TimedOut") for other in command.invocations)
            if command.cancelled.is_set():
                invocation.becomes("Cancelled")
            elif failed > most:
                invocation.becomes("Cancelled", "Terminated")
            else:
                self._deliver(command, invocation)

        with ThreadPoolExecutor(max_workers=at_once) as threads:
            list(threads.map(one, command.invocations))

    def _deliver(self, command: Command, invocation: Invocation) -> None:
        deadline = command.requested + command.delivery_seconds
        while True:
            machine = self._machines().get(invocation.instance_id)
            if machine is not None and machine.pid is not None:
                break
            if command.cancelled.is_set():
                invocation.becomes("Cancelled")
                return
            if time.time() > deadline:
                invocation.becomes("TimedOut", "DeliveryTimedOut")
                return
            time.sleep(0.1)
        invocation.began = time.time()
        invocation.becomes("InProgress")
        for step in command.steps:
            if not self._run(command, invocation, machine, step):
                return
        invocation.becomes("Success", code=0)

    def _run(self, command: Command, invocation: Invocation, machine: Machine, step: Step) -> bool:
        """Runs one step; whether the next one may follow."""
        before = machine.pid
        try:
            process = subprocess.Popen(  # noqa: S603 - what the document says, inside the machine
                machine.command(["sh", "-c", step.script]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except MachineError:
            invocation.becomes("Failed", code=LOST_POWER)
            return False
        key = (command.id, invocation.instance_id)
        with self._lock:
            self._running[key] = process
        try:
            output, error = process.communicate(timeout=step.seconds)
            late = False
        except subprocess.TimeoutExpired:
            _kill(process)
            output, error = process.communicate()
            late = True
        finally:
            with self._lock:
                self._running.pop(key, None)
        invocation.output += output
        invocation.error += error
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        if command.cancelled.is_set():
            invocation.becomes("Cancelled", code=code)
        elif late or machine.pid != before:
            invocation.becomes("TimedOut", "ExecutionTimedOut", code=code)
        elif code:
            invocation.becomes("Failed", code=code)
        return code == 0 and not late and not command.cancelled.is_set()


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
