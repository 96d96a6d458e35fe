"""The way back of a go-live that failed or was interrupted: each machine that took the release gets what it had."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError
from scripts.backend.hosts import NO_RELEASE, Commands, Outcome
from scripts.backend.lock import HeldError

BUSY_SECONDS = 120.0  # for which a machine at work is waited for, and AWS where it is busy or silent
BUSY_PAUSE = 5.0  # seconds between two tries


@dataclass(kw_only=True)
class WayBack:
    """From the release `to`, for machines that had `before`; nothing here may hide why it is gone.

    `refuse_lost` raises HeldError where another deploy has taken over.
    """

    commands: Commands
    to: str
    before: Mapping[str, str | None]
    refuse_lost: Callable[[], None]
    _silent_since: float | None = field(default=None, init=False)  # for all machines: AWS is one

    def go(self, ordered: Mapping[str, Outcome | None]) -> list[str]:
        """Brings machines back; gives what to say of those that have something else now than before.

        `ordered` are the machines with what their order came to, None where that was not learnt. One machine that
        cannot be brought back keeps no other from it; a second Ctrl-C ends it. Raises HeldError where another deploy
        took over meanwhile: its is the fleet.
        """
        told, left = list[str](), dict(ordered)
        try:
            for host, outcome in ordered.items():
                told += self._bring_back(host, outcome)
                del left[host]
        except KeyboardInterrupt:
            told += [f"{host} may have {self.to} (interrupted on the way back)" for host in left]
        except HeldError as error:
            raise left_to_another(error, left, self.to, told) from error
        return told

    def _bring_back(self, host: str, outcome: Outcome | None) -> Iterator[str]:
        before = self.before.get(host)
        known, has = _live(outcome)
        if before == self.to:
            # The secrets of before are in the machine's other slot alone, and no order goes back to a slot.
            if outcome is None or not known or outcome.ok or _switched(outcome):
                yield f"{host} {'has' if known else 'may have'} {self.to} with secrets as they are now"
            return
        if known and has != self.to:
            if has != before:
                yield f"{host} has {has or 'no release'}"
            return
        back = self._try(host, "rollback", before) if before else None
        if back is not None and back.ok:
            return
        if not known and back is not None and back.exit == HeldError.exit_code:
            yield f"{host} is still at work, and may have {self.to} ({back.message})"
            return
        if not known or back is not None:
            # Its command may have ended before the switch, or an order whose answer was lost did it: then the way back
            # is refused, and nothing is wrong.
            status = back if back is not None and self._impatient else self._try(host, "status")
            if status.ok:
                known, has = True, status.end.get("release")
            if known and has == before:
                return
            if known and has != self.to:
                yield f"{host} has {has or 'no release'}"
                return
            if not known:
                yield f"it is not known whether {host} has {self.to} ({status.message})"
                return
        yield (
            f"{host} stayed on {self.to} ({back.message})"
            if back
            else f"{host} had no release before, and has {self.to}"
        )

    def _try(self, host: str, action: str, release: str = NO_RELEASE) -> Outcome:
        """Waits for a command that was cancelled, or that nobody follows any more, and for AWS where it is busy."""
        began = time.monotonic()
        while True:
            self._refuse_lost()
            asked = time.monotonic()
            try:
                outcome = self.commands.run(host, action, release)
                again, self._silent_since = outcome.exit == HeldError.exit_code, None
            except Exception as error:  # whatever it is, the other machines are to be brought back
                outcome = Outcome(host=host, exit=None, message=str(error) or type(error).__name__)
                again = isinstance(error, AwsRefusedError) and error.passing
                if again and self._silent_since is None:
                    self._silent_since = asked
            if not again or self._impatient or time.monotonic() - began >= BUSY_SECONDS:
                return outcome
            time.sleep(BUSY_PAUSE)

    @property
    def _impatient(self) -> bool:
        """Whether AWS has been busy or silent for so long that nothing is asked twice."""
        return self._silent_since is not None and time.monotonic() - self._silent_since >= BUSY_SECONDS

    def _refuse_lost(self) -> None:
        """Before each order: while the one before it was waited for, the claim may have died."""
        try:
            self.refuse_lost()
        except HeldError:
            raise
        except PlatformError:  # whether it is lost is not known, and a mixed fleet would be certain
            return


def left_to_another(error: HeldError, hosts: Iterable[str], to: str, told: Iterable[str] = ()) -> HeldError:
    """The error with the machines at stake: going back would undo what the other deploy does."""
    return HeldError(
        "; ".join([str(error), *told, f"{', '.join(hosts)} had been told to take {to}; left to the other"])
    )


def _switched(outcome: Outcome) -> bool:
    """Whether a machine that failed did so after its switch, and did not undo it."""
    steps = [(line["step"], line.get("state")) for line in outcome.lines]
    return ("switch", "done") in steps and ("undo", "started") not in steps


def _live(outcome: Outcome | None) -> tuple[bool, str | None]:
    """Whether the machine's last line told what it has live, and that."""
    if outcome is None or outcome.end.get("step") != "end" or "live" not in outcome.end:
        return False, None
    return True, outcome.end["live"]
